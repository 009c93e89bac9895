import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, expect, test } from "vitest";
import { tokenCredentials } from "./credentials.js";
import { attemptError } from "./retry.js";
import { type RequestNote, Transport, type TransportSettings, VERSION } from "./transport.js";

const TOKEN = "s3cret-t0ken";
const CALL = { method: "GET", path: "/accounts/a/devices/registrations" } as const;

interface Scripted {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Leave the request without an answer: cut the connection, or say nothing. */
  readonly instead?: "cut" | "silence";
}

let servers: Server[] = [];
let transports: Transport[] = [];

afterEach(async () => {
  await Promise.all(transports.map((transport) => transport.close()));
  for (const server of servers) server.close().closeAllConnections();
  [servers, transports] = [[], []];
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const OK: Scripted = { body: { success: true, errors: [], messages: [], result: "fine" } };

async function setUp(answers: readonly Scripted[], settings: Partial<TransportSettings> = {}) {
  const seen: Pick<IncomingMessage, "method" | "url" | "headers">[] = [];
  const url = await serve((request, response) => {
    const {
      status = 200,
      headers = {},
      body = "",
      instead,
    } = answers[Math.min(seen.length, answers.length - 1)]!;
    seen.push(request);
    if (instead === "cut") response.destroy();
    if (instead) return;
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  let now = Date.now();
  let elapsed = 0;
  const sleeps: number[] = [];
  const notes: RequestNote[] = [];
  const transport = new Transport({
    baseUrl: `${url}/prefix`,
    credentials: tokenCredentials(TOKEN),
    attemptTimeoutMs: 5_000,
    maxAttempts: 3,
    deadlineMs: 360_000,
    clock: {
      now: () => now,
      elapsed: () => elapsed,
      random: () => 0,
      sleep: (milliseconds) => {
        sleeps.push(Math.round(milliseconds));
        now += milliseconds;
        elapsed += milliseconds;
        return Promise.resolve();
      },
    },
    onRequest: (note) => notes.push(note),
    ...settings,
  });
  transports.push(transport);
  return { transport, seen, sleeps, notes };
}

test("signs the request, says who asks, keeps the base URL's path, sends no body", async () => {
  const { transport, seen } = await setUp([OK]);
  const answer = await transport.send({ method: "POST", path: "/x/revoke", query: "id=a&id=b" });
  expect(answer.result).toBe("fine");
  expect(seen[0]).toMatchObject({ method: "POST", url: "/prefix/x/revoke?id=a&id=b" });
  expect(seen[0]?.headers).toMatchObject({
    authorization: `Bearer ${TOKEN}`,
    "user-agent": `pulumi-warp-registrations/${VERSION}`,
  });
  expect(seen[0]?.headers["content-type"]).toBeUndefined();
});

test("the answer tells the server's time", async () => {
  const date = "Sun, 01 Nov 2026 00:00:00 GMT";
  const { transport } = await setUp([{ ...OK, headers: { date } }]);
  expect((await transport.send(CALL)).date).toBe(Date.parse(date));
});

test.each([
  ["a 502 in HTML", { status: 502, body: "<html>Bad gateway</html>" }],
  ["a 500", { status: 500, body: { success: false, errors: [] } }],
  ["a 408", { status: 408 }],
  ["a 429 without a word", { status: 429 }],
  ["a connection that breaks", { instead: "cut" }],
] as const)("%s is tried again, for a POST too", async (_, first) => {
  const { transport, sleeps, notes } = await setUp([first, OK]);
  expect((await transport.send({ ...CALL, method: "POST" })).result).toBe("fine");
  expect(sleeps[0]).toBe(250);
  expect(transport.requests).toBe(2);
  const status = "status" in first ? first.status : undefined;
  const note = { method: "POST", path: CALL.path };
  expect(notes).toEqual([
    { ...note, status, attempt: 1 },
    { ...note, status: 200, attempt: 2 },
  ]);
});

test.each([
  [
    "success: false under 200",
    { body: { success: false, errors: [{ code: 1, message: "m" }] } },
    "cloudflare/refused",
  ],
  ["a 400", { status: 400, body: { success: false, errors: [] } }, "cloudflare/refused"],
  ["a 409", { status: 409, body: { success: false, errors: [] } }, "cloudflare/refused"],
  ["HTML under 200", { body: "<html>" }, "cloudflare/not-json"],
  ["a redirect", { status: 307, headers: { location: "/elsewhere" } }, "cloudflare/redirected"],
] as const)("%s is not tried again", async (_, answer, code) => {
  const { transport, seen } = await setUp([answer, OK]);
  await expect(transport.send(CALL)).rejects.toMatchObject({ code });
  expect(seen).toHaveLength(1);
});

test("an answer that does not come is a timeout, and tried again", async () => {
  const silent = await setUp([{ instead: "silence" }], { attemptTimeoutMs: 30 });
  await expect(silent.transport.send(CALL)).rejects.toMatchObject({ code: "cloudflare/timeout" });
  expect(silent.transport.requests).toBe(3);
});

test("an attempt that the deadline cuts off is told as such", async () => {
  const { transport } = await setUp([{ instead: "silence" }], { deadlineMs: 30 });
  await expect(transport.send(CALL)).rejects.toMatchObject({ code: "cloudflare/deadline" });
  expect(transport.requests).toBe(1);
});

test("nobody listening is told with the reason", async () => {
  const { transport } = await setUp([OK], { baseUrl: "http://127.0.0.1:1" });
  const failure = transport.send(CALL);
  await expect(failure).rejects.toMatchObject({ code: "cloudflare/unreachable", status: undefined });
  await expect(failure).rejects.toThrow("ECONNREFUSED");
});

test("TLS to a server that speaks none is unreachable, and says what OpenSSL says", async () => {
  const plain = await serve((_request, response) => response.end());
  const { transport } = await setUp([OK], { baseUrl: plain.replace("http:", "https:") });
  const failure = transport.send(CALL);
  await expect(failure).rejects.toMatchObject({ code: "cloudflare/unreachable" });
  await expect(failure).rejects.toThrow("Check the network");
});

test.each([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
])("%s: asked once, and the fix is another one", (code) => {
  const thrown = Object.assign(new Error("self-signed certificate"), { code });
  const attempt = attemptError(thrown, { method: "GET", path: "/x", timeoutMs: 1, redact: (text) => text });
  expect(attempt).toMatchObject({ ok: false, again: false });
  expect(attempt.ok ? "" : attempt.error.message).toContain(`(${code}: self-signed certificate)`);
  expect(attempt.ok ? "" : attempt.error.message).toContain("NODE_EXTRA_CA_CERTS");
});

test("Ratelimit r=0 holds the next call until the reset", async () => {
  const { transport, sleeps } = await setUp([{ ...OK, headers: { ratelimit: '"default";r=0;t=30' } }, OK]);
  await transport.send(CALL);
  expect(sleeps).toEqual([]);
  await transport.send(CALL);
  expect(sleeps).toEqual([30_000]);
});

test("Retry-After is kept to; past the deadline it fails at once", async () => {
  const limited = {
    status: 429,
    headers: { "retry-after": "300" },
    body: { success: false, errors: [{ code: 971 }] },
  };
  const patient = await setUp([limited, OK]);
  await patient.transport.send(CALL);
  expect(patient.sleeps).toEqual([300_000]);
  const hasty = await setUp([limited, OK], { deadlineMs: 200_000 });
  await expect(hasty.transport.send(CALL)).rejects.toThrow("Cloudflare asks to wait 300 s");
  expect(hasty.sleeps).toEqual([]);
});

test.each([
  ["0.001", {}],
  ["a date just past", { date: "Sun, 01 Nov 2026 00:00:01 GMT" }],
])("Retry-After of %s on every 429: a bounded number of requests", async (given, more) => {
  const after = given === "0.001" ? given : "Sun, 01 Nov 2026 00:00:00 GMT";
  const limited = {
    status: 429,
    headers: { "retry-after": after, ...more },
    body: { success: false, errors: [] },
  };
  const { transport, seen, sleeps } = await setUp([limited], { deadlineMs: 100_000_000 });
  await expect(transport.send(CALL)).rejects.toMatchObject({ code: "cloudflare/rate-limited" });
  expect(seen).toHaveLength(60);
  expect(Math.min(...sleeps)).toBeGreaterThanOrEqual(250);
});

test("a clock that is set back between two calls makes the second wait no longer", async () => {
  let [wall, elapsed] = [Date.parse("2026-06-01T12:00:00Z"), 0];
  const sleeps: number[] = [];
  const clock = {
    now: () => wall,
    elapsed: () => elapsed,
    random: () => 0,
    sleep: (milliseconds: number) => {
      sleeps.push(Math.round(milliseconds));
      elapsed += milliseconds;
      wall += milliseconds;
      return Promise.resolve();
    },
  };
  const full = { ...OK, headers: { ratelimit: '"default";r=0;t=30' } };
  const { transport } = await setUp([full, OK], { clock });
  await transport.send(CALL);
  wall -= 3_600_000;
  elapsed += 10_000;
  await transport.send(CALL);
  expect(sleeps).toEqual([20_000]);
});

test("the token is nowhere: not in errors that echo it, not in notes, not in the printed transport", async () => {
  const echo = {
    status: 400,
    body: { success: false, errors: [{ code: 1, message: `no: Bearer ${TOKEN}` }] },
  };
  const { transport, notes } = await setUp([
    echo,
    { status: 400, body: `<p>${TOKEN}</p>` },
    { instead: "cut" },
  ]);
  const errors: unknown[] = [];
  for (let call = 0; call < 3; call += 1)
    await transport.send(CALL).catch((error: unknown) => errors.push(error));
  expect(errors).toHaveLength(3);
  const shown = inspect([errors, notes, transport], { depth: 12, showHidden: true }) + JSON.stringify(errors);
  expect(shown).toContain("[API token]");
  expect(shown).not.toContain(TOKEN);
});

test("a token that is echoed cut short is not in the error either", async () => {
  const token = "v1Kq8ZrT3mXw9LpB6nYc2HdG5sJf7QaE0uRiOk4V";
  const echo = (message: string): Scripted => ({
    status: 400,
    body: { success: false, errors: [{ code: 1, message }] },
  });
  const { transport } = await setUp(
    [echo(`Invalid token ${token.slice(0, 16)}...`), { status: 400, body: `<p>${token.slice(-9)}` }],
    { credentials: tokenCredentials(token) },
  );
  for (let call = 0; call < 2; call += 1) {
    const error: unknown = await transport.send(CALL).catch((thrown: unknown) => thrown);
    const shown = inspect(error, { depth: 12, showHidden: true });
    expect(shown).toContain("[API token]");
    for (let at = 0; at + 8 <= token.length; at += 1) expect(shown).not.toContain(token.slice(at, at + 8));
  }
});

test("after close no request is made", async () => {
  const { transport, seen } = await setUp([OK]);
  await transport.close();
  await expect(transport.send(CALL)).rejects.toMatchObject({ code: "cloudflare/closed" });
  expect(seen).toEqual([]);
});
