import { spawnSync } from "node:child_process";
import { lstatSync, openSync, symlinkSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { plan } from "../../test/support/world.js";
import type { ReportDocument } from "./document.js";
import { toDocument } from "./to-document.js";
import { BEGUN, recordOutcomes, removeReport, ReportError, reportPath, writeReport } from "./file.js";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "warp-report-"))));
afterEach(() => rm(folder, { recursive: true }));

const made = plan("version: 1\nusers:\n  bob@example.com: []\n", [
  { id: "a", email: "bob@example.com" },
  { id: "b", email: "bob@example.com" },
  { id: "c", email: "bob@example.com" },
]);
const STACK = "warp/one";
const owner = { id: "run-1", stack: STACK };
const document = toDocument(made, { generatedAt: new Date(), run: true, owner });
const OWNER = { account: document.account, stack: STACK };
const read = async (path: string) => JSON.parse(await readFile(path, "utf8")) as ReportDocument;
const done = (...ids: string[]) => new Map(ids.map((id) => [id, { result: "done" } as const]));

test("acts begin as skipped, are unknown once begun, and then what came of them", async () => {
  const path = join(folder, "report.json");
  const terms = { env: { WARP_REPORT: path }, run: "run-1" };
  writeReport(path, document);
  expect((await read(path)).results?.map(({ result }) => result)).toEqual(["skipped", "skipped", "skipped"]);
  recordOutcomes(terms, new Map([["a", BEGUN] as const, ["b", BEGUN] as const]));
  expect((await read(path)).results?.map(({ result }) => result)).toEqual(["unknown", "unknown", "skipped"]);
  recordOutcomes(terms, done("a"));
  recordOutcomes(terms, new Map([["b", { result: "failed", reason: "gone" }]]));
  expect((await read(path)).results).toEqual([
    { registration: "a", act: "revoke", result: "done" },
    { registration: "b", act: "revoke", result: "failed", reason: "gone" },
    { registration: "c", act: "revoke", result: "skipped" },
  ]);
  expect(await readdir(folder)).toEqual(["report.json"]);
  expect(await readFile(path, "utf8")).toBe(`${JSON.stringify(await read(path), null, 2)}\n`);
});

test("the file holds no control or bidirectional character as it is", async () => {
  const path = join(folder, "report.json");
  const name = "A\u009b2J\u202eB";
  writeReport(
    path,
    toDocument(
      plan("version: 1\nusers:\n  bob@example.com: []\n", [{ id: "a", email: "bob@example.com", name }]),
      { generatedAt: new Date(), run: true },
    ),
  );
  expect(await readFile(path, "utf8")).not.toMatch(/[^\n\P{C}]/u);
  expect((await read(path)).decisions[0]?.registration.device.name).toBe(name);
});

test("a folder that is not there is one clear error, and nothing is written", async () => {
  const path = join(folder, "missing", "report.json");
  expect(() => writeReport(path, document)).toThrow(ReportError);
  expect(() => writeReport(path, document)).toThrow(
    /^WARP_REPORT: the report cannot be written to .*report\.json: its folder does not exist/u,
  );
  expect(await readdir(folder)).toEqual([]);
});

test("one failure does not stop the next outcome from being written", async () => {
  const path = join(folder, "report.json");
  await writeFile(path, "not JSON");
  expect(() => recordOutcomes({ env: { WARP_REPORT: path } }, done("a"))).toThrow(ReportError);
  writeReport(path, document);
  recordOutcomes({ env: { WARP_REPORT: path } }, done("a"));
  expect((await read(path)).results?.[0]?.result).toBe("done");
});

test("without WARP_REPORT nothing is asked for", () => {
  expect(reportPath({})).toBeUndefined();
  expect(reportPath({ WARP_REPORT: " " })).toBeUndefined();
  recordOutcomes({ env: {} }, done("a"));
});

describe("a report belongs to its run", () => {
  test("only an earlier one of the same stack, or an empty file, is taken away", async () => {
    const path = join(folder, "taken.json");
    const env = { WARP_REPORT: path };
    const { run: _run, ...planned } = document;
    const likeOne = { version: 1, fingerprint: "x", decisions: [], results: [], run: { id: "1" } };
    const foreign = ["version: 1\n", "{}", "null", '{"decisions":[]}', "[1]"];
    for (const other of [...foreign, JSON.stringify(planned), JSON.stringify(likeOne)]) {
      await writeFile(path, other);
      expect(() => removeReport(env, OWNER), other).toThrow(
        "that is another file, not a report of this stack",
      );
      expect(await readFile(path, "utf8")).toBe(other);
    }
    for (const own of ["", JSON.stringify(document)]) {
      await writeFile(path, own);
      removeReport(env, OWNER);
      await expect(readFile(path)).rejects.toThrow("ENOENT");
    }
  });

  test("that of another stack or account is refused, and stays", async () => {
    const path = join(folder, "report.json");
    const env = { WARP_REPORT: path };
    writeReport(path, document);
    expect(() => removeReport(env, { ...OWNER, stack: "warp/two" })).toThrow(
      "that is the report of the stack warp/one",
    );
    expect(() => removeReport(env, { ...OWNER, account: "f".repeat(32) })).toThrow(
      "that is the report of another account",
    );
    expect(await read(path)).toEqual(document);
  });

  test("and one that another run has written meanwhile is not written to", async () => {
    const path = join(folder, "report.json");
    const theirs = toDocument(made, {
      generatedAt: new Date(),
      run: true,
      owner: { id: "run-2", stack: STACK },
    });
    writeReport(path, document);
    recordOutcomes({ env: { WARP_REPORT: path }, run: "run-1" }, done("a"));
    writeReport(path, theirs);
    expect(() => recordOutcomes({ env: { WARP_REPORT: path }, run: "run-1" }, done("b"))).toThrow(
      "another run has written its own report there",
    );
    expect(await read(path)).toEqual(theirs);
  });

  test("the reviewed plan is not taken for the report", async () => {
    const path = join(folder, "plan.json");
    writeReport(path, document);
    expect(() => removeReport({ WARP_REPORT: path, WARP_EXPECT_PLAN: path }, OWNER)).toThrow(
      "WARP_EXPECT_PLAN names the same file",
    );
    expect(await read(path)).toEqual(document);
  });
});

describe("what is there and is no file is refused and left alone, and nothing hangs", () => {
  const refuses = (path: string, what: string) => {
    expect(() => removeReport({ WARP_REPORT: path }, OWNER)).toThrow(`that is ${what}, not a file`);
    expect(() => writeReport(path, document)).toThrow(`that is ${what}, not a file`);
    expect(() => recordOutcomes({ env: { WARP_REPORT: path } }, done("a"))).toThrow(`that is ${what}`);
  };

  test("a device, also behind a link", async ({ skip }) => {
    // Not /dev/null itself: what this test guards against would break the machine.
    const path = join(folder, "null");
    const mknod = spawnSync("mknod", [path, "c", "1", "3"], { encoding: "utf8" });
    if (mknod.status !== 0) skip(`no device can be made here: ${mknod.stderr}`);
    symlinkSync("null", join(folder, "link"));
    refuses(path, "a character device");
    refuses(join(folder, "link"), "a character device");
    expect(lstatSync(path).isCharacterDevice()).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(["link", "null"]);
  });

  test("a pipe", () => {
    const path = join(folder, "pipe");
    spawnSync("mkfifo", [path]);
    refuses(path, "a pipe");
    expect(lstatSync(path).isFIFO()).toBe(true);
  });

  test("a descriptor, as /dev/stdout is one", async ({ skip }) => {
    if (process.platform !== "linux") skip("descriptors have paths of their own on Linux only");
    await writeFile(join(folder, "log"), "before");
    refuses(`/proc/self/fd/${openSync(join(folder, "log"), "a")}`, "an open file descriptor");
    expect(await readFile(join(folder, "log"), "utf8")).toBe("before");
  });
});
