/** A host that is reached through a proxy only: TLS before a plain server, and a proxy that knows the way. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { certificateFor } from "./certificate.js";

export interface Proxied {
  /** What the plain server's address is called from outside: no name server knows the host. */
  readonly url: string;
  readonly host: string;
  /** Of the proxy, without credentials. */
  readonly proxy: string;
  /** For a process that is to trust the host's certificate. */
  readonly trust: { readonly NODE_EXTRA_CA_CERTS: string };
  /** What the proxy was asked for, in order: `CONNECT host:443`. */
  readonly asked: string[];
  /** What came as `Proxy-Authorization`. */
  readonly credentials: (string | undefined)[];
  /** What the proxy answers to CONNECT; 200 to begin with. */
  answer(status: number): void;
  end(): Promise<void>;
}

const HOST = "api.behind-the-proxy.example";

/** Puts `plain` (http://127.0.0.1:PORT/…) behind TLS and a proxy. */
export async function startProxied(plain: string): Promise<Proxied> {
  const target = new URL(plain);
  const { cert, key } = certificateFor(HOST);
  const folder = mkdtempSync(join(tmpdir(), "proxied-"));
  const file = join(folder, "ca.pem");
  writeFileSync(file, cert);
  const front = createTlsServer({ cert, key }, (incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const passed = request(
      { host: target.hostname, port: target.port, path: url, method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(passed);
  });
  const sockets = new Set<Duplex>();
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  let status = 200;
  const proxy = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method ?? ""} ${incoming.url ?? ""}`);
    outgoing.writeHead(502).end();
  });
  proxy.on("connect", (incoming: IncomingMessage, socket: Duplex) => {
    asked.push(`CONNECT ${incoming.url ?? ""}`);
    credentials.push(incoming.headers["proxy-authorization"]);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const onward: Socket = connect(portOf(front), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    for (const each of [socket, onward]) {
      sockets.add(each);
      each.on("error", () => undefined);
    }
  });
  await Promise.all([front, proxy].map((server) => listen(server)));
  return {
    url: `https://${HOST}${target.pathname.replace(/\/$/u, "")}`,
    host: HOST,
    proxy: `http://127.0.0.1:${portOf(proxy)}`,
    trust: { NODE_EXTRA_CA_CERTS: file },
    asked,
    credentials,
    answer: (given) => (status = given),
    end: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([front, proxy].map((server) => stop(server)));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type AnyServer = Pick<Server, "listen" | "close" | "address" | "closeAllConnections">;

function listen(server: AnyServer): Promise<void> {
  return new Promise((resolve) => void server.listen(0, "127.0.0.1", resolve));
}

function stop(server: AnyServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portOf(server: AnyServer): number {
  return (server.address() as AddressInfo).port;
}
