/** A proxy that writes down what goes over the wire, as it is sent. */

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** One request and its answer. */
export interface Exchange {
  readonly method: string;
  /** Without `/client/v4` and without the query. */
  readonly path: string;
  /** As it was sent, without `?`. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

export interface Recorder {
  /** The base URL for a client. */
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  readonly close: () => Promise<void>;
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function forward(target: string, from: IncomingMessage, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, headers } = from;
    const to = request(target, { method: method ?? "GET", headers }, resolve);
    to.once("error", reject).end(body);
  });
}

/** Stands before a server until it is closed. */
export async function startRecorder(target: string): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const serve = async (from: IncomingMessage, response: ServerResponse) => {
    const [path = "", query = ""] = (from.url ?? "").replace(/^\/client\/v4/, "").split("?");
    const body = await textOf(from);
    const answer = await forward(`${target}${from.url ?? ""}`, from, body);
    const text = await textOf(answer);
    const { method = "", headers } = from;
    exchanges.push({ method, path, query, headers, body, status: answer.statusCode ?? 0, answer: text });
    response.writeHead(answer.statusCode ?? 0, answer.headers).end(text);
  };
  const server = createServer((from, response) => {
    serve(from, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4`,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
