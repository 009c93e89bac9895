import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import { once } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { EngineLink, isEngineAddress, Progress } from "./lease.js";

const sessions = new Set<ServerHttp2Session>();
let server: Http2Server | undefined;
/** What was asked: the path, and the message without gRPC's five bytes. */
let asked: { readonly path: string; readonly message: Buffer }[] = [];
afterEach(() => server?.close());

/** An engine that knows no service at all, as one of another version may not know the one that is asked. */
async function serve(): Promise<string> {
  server = createServer();
  server.on("session", (session) => sessions.add(session));
  asked = [];
  server.on("stream", (stream, headers) => {
    const parts: Buffer[] = [];
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", () =>
      asked.push({ path: String(headers[":path"]), message: Buffer.concat(parts).subarray(5) }),
    );
    stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": "12" });
    stream.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("an engine that answers anything lives, also once it has closed the connection in good order", async () => {
  let gone = 0;
  const link = new EngineLink(await serve(), () => (gone += 1));
  expect(await link.answers()).toBe(true);
  for (const session of sessions) session.close();
  await expect.poll(() => link.answers()).toBe(true);
  expect(gone).toBe(0);
});

test("an engine that is killed is gone at once, and told of once", async () => {
  let gone = 0;
  const link = new EngineLink(await serve(), () => (gone += 1));
  expect(await link.answers()).toBe(true);
  server?.close();
  for (const session of sessions) session.destroy();
  await expect.poll(() => gone).toBe(1);
  expect(await link.answers()).toBe(false);
  expect(gone).toBe(1);
});

test("where nobody listens there is no engine", async () => {
  const address = await serve();
  server?.close();
  await once(server!, "close");
  let gone = 0;
  const link = new EngineLink(address, () => (gone += 1));
  expect(await link.answers()).toBe(false);
  await expect.poll(() => gone).toBe(1);
});

test("a line that the next one replaces is shown as the SDK's own log shows it", async () => {
  const link = new EngineLink(await serve(), () => undefined);
  expect(await link.answers()).toBe(true);
  link.show("3 of 4 ☃");
  await expect.poll(() => asked.map(({ path }) => path)).toContain("/pulumirpc.Engine/Log");
  const { message } = asked.find(({ path }) => path.endsWith("/Log"))!;
  expect(LogRequest.deserializeBinary(message).toObject()).toMatchObject({
    ...{ severity: LogSeverity.INFO, message: "3 of 4 ☃", ephemeral: true, urn: "" },
  });
});

test("progress is said once a second at most, and not at all of what is over within one", () => {
  let now = 5_000;
  const said: string[] = [];
  const progress = new Progress(
    (line) => said.push(line),
    () => now,
  );
  // A hundred pages, each of which takes 150 ms.
  for (let page = 1; page <= 100; page += 1) {
    now += 150;
    progress.at(`page ${page}`);
  }
  // The seventh is the first after a second, and then each seventh after the one that was said.
  expect(said).toEqual(Array.from({ length: 14 }, (_, index) => `page ${7 * (index + 1)}`));
});

test("an address is a host and a port", () => {
  expect(["127.0.0.1:4711", "[::1]:80"].every(isEngineAddress)).toBe(true);
  expect([undefined, "", "4711", "http://127.0.0.1:1", "--help"].some(isEngineAddress)).toBe(false);
});
