/** A gate in front of a simulated account: it delays what comes through, and keeps the time at which each call began. */

import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One call of the API, from the account's side. */
interface GateCall {
  /** When it came in, by `performance.now()`. */
  readonly begun: number;
  readonly method: string;
  /** Those that it names. */
  readonly ids: readonly string[];
}

export interface Gate {
  readonly url: string;
  /** In the order in which they began. */
  readonly calls: readonly GateCall[];
  /** Resolves with the first call that writes. */
  readonly firstWrite: Promise<void>;
  /** Sets what stands behind it. */
  lead(to: string): void;
  close(): void;
}

/** Calls that write take `delay` ms, the half of it before they take effect; and they do, whether anybody waits or not. */
export async function openGate(delay: number): Promise<Gate> {
  const calls: GateCall[] = [];
  let target = "";
  let wrote = (): void => undefined;
  const firstWrite = new Promise<void>((done) => (wrote = done));
  const server = createServer((incoming, outgoing) => {
    const { method = "GET", url = "/" } = incoming;
    const ids = new URL(url, "http://gate").searchParams.getAll("id");
    calls.push({ begun: performance.now(), method, ids });
    if (method !== "GET") wrote();
    const wait = method === "GET" ? 0 : delay / 2;
    // It is forgotten by the client, not by the account.
    setTimeout(() => pass(incoming, outgoing, target, wait), wait);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    firstWrite,
    lead: (to) => (target = to),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The calls that are held up here have no body. */
function pass(incoming: IncomingMessage, outgoing: ServerResponse, target: string, wait: number): void {
  const { method = "GET", url = "/", headers } = incoming;
  const forward = request(new URL(url, target), {
    method,
    headers: { ...headers, host: new URL(target).host },
  });
  forward.on("response", (answer) => {
    setTimeout(() => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }, wait);
  });
  forward.on("error", () => outgoing.destroy());
  forward.end();
}
