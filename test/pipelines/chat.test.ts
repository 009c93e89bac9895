/** The chat example, against a webhook of our own. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { toDocument } from "../../src/report/to-document.js";
import { plan } from "../support/world.js";
import { run } from "./command.js";
import { listen } from "./engines.js";
import { ROOT } from "./package-folder.js";

const LIST = "version: 1\nguards: { revoke: { max: 0 } }\nusers:\n  a@example.com: []\n";
const HOSTILE = 'x`<!everyone> @here & "\\"\n::error::\u202e{{1}}\u001b[31m';

let received: { body: string; url: string | undefined }[] = [];
let webhook: string;
let folder: string;
let missing: string | undefined;

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += String(chunk)));
  request.on("end", () => {
    received.push({ body, url: request.url });
    response.writeHead(request.url === "/refused" ? 403 : 200).end("ok");
  });
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warp chat "));
  webhook = `http://127.0.0.1:${await listen(server)}/hook`;
  for (const tool of ["jq", "curl"]) {
    if ((await run(tool, ["--version"], { cwd: folder })).code !== 0) missing = `${tool} is not installed`;
  }
  if (missing !== undefined) console.warn(`The chat example is not tried: ${missing}`);
});
beforeEach(({ skip }) => {
  received = [];
  if (missing !== undefined) skip(missing);
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function send(text: string, names: readonly string[], CHAT_WEBHOOK = webhook) {
  return sendAbout(
    text,
    names.map((name) => ["a@example.com", name]),
    CHAT_WEBHOOK,
  );
}

type Device = readonly [email: string, name: string];

async function sendAbout(text: string, devices: readonly Device[], CHAT_WEBHOOK = webhook) {
  const sketches = devices.map(([email, name], at) => ({ id: `r${at}`, email, name }));
  const file = join(folder, "report.json");
  const document = toDocument(plan(text, sketches), { generatedAt: new Date(), run: false });
  await writeFile(file, JSON.stringify(document));
  return run(join(ROOT, "examples", "chat", "send.sh"), [file], { cwd: folder, env: { CHAT_WEBHOOK } });
}

test("a plan is told in one message, and what a device is called stays text", async () => {
  const ended = await send(LIST, [HOSTILE, "PLAIN"]);
  expect(ended.code, ended.all).toBe(0);
  expect(received).toHaveLength(1);
  const { text } = JSON.parse(received[0]!.body) as { text: string };
  expect(text.split("\n")).toEqual([
    "WARP registrations: revoke 2, unrevoke 0, delete 0; findings 0",
    "HELD by guards: revoke",
    "• revoke `PLAIN` of `a@\u200bexample.com`",
    '• revoke `x\'&lt;!everyone&gt; @\u200bhere &amp; "\\" ::error:: {{1}} [31m` of `a@\u200bexample.com`',
  ]);
});

test("what an e-mail says is no picture and no link, and an empty name opens no code", async () => {
  const email = "![x](https://evil.example/p.png)www.evil.example`*b*`@evil.example";
  const ended = await sendAbout(
    "version: 1\npolicy: { unknownUsers: revoke }\nusers: { a@example.com: [] }\n",
    [
      [email, " "],
      ["a@example.com", ""],
    ],
  );
  expect(ended.code, ended.all).toBe(0);
  const { text } = JSON.parse(received[0]!.body) as { text: string };
  const lines = text.split("\n").filter((line) => line.startsWith("•"));
  expect(lines.toSorted()).toEqual([
    "• revoke (empty) of `![x](https://evil.example/p.png)www.evil.example'*b*'@\u200bevil.example`",
    "• revoke (empty) of `a@\u200bexample.com`",
  ]);
});

test("ten acts are named and the rest counted", async () => {
  await send(
    LIST,
    Array.from({ length: 13 }, (_, at) => `N${at}`),
  );
  const { text } = JSON.parse(received[0]!.body) as { text: string };
  expect(text.match(/^• /gmu)).toHaveLength(10);
  expect(text).toMatch(/\n… and 3 more$/u);
});

test("where there is nothing to say nothing is sent", async () => {
  const ended = await send(LIST, []);
  expect(ended.code, ended.all).toBe(0);
  expect(received).toEqual([]);
});

test("a webhook that refuses is an error that does not show the address", async () => {
  const ended = await send(LIST, ["X"], webhook.replace("/hook", "/refused"));
  expect(ended.code).not.toBe(0);
  expect(ended.all).toContain("403");
  expect(ended.all).not.toContain("/refused");
});

test.each(["", "http://chat.example.com/x", 'https://x/"\noutput = "/tmp/x'])(
  "%j is no webhook",
  async (address) => {
    const ended = await send(LIST, ["X"], address);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^error: CHAT_WEBHOOK/u);
  },
);
