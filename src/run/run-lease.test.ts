import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { announce, laterRun, newRun, runOf } from "./lease.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "warp-lease-"));
  vi.stubEnv("TMPDIR", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const TERMS = { stack: "warp/one", account: "a", backend: "file:///b", engine: "127.0.0.1:1", writes: true };
const marks = () => readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)));

test("a provider finds its run by the address of their engine", () => {
  const run = newRun(TERMS);
  expect(runOf(TERMS.engine)).toBeUndefined();
  expect(announce(run)).toBe(true);
  expect(runOf(TERMS.engine)).toEqual(run);
  expect(runOf("127.0.0.1:2")).toBeUndefined();
  expect(run.program?.pid).toBe(process.pid);
});

test("a later update of the same stack supersedes it; a preview and other stacks do not", () => {
  const run = newRun(TERMS);
  announce(run);
  const others = [{ stack: "warp/two" }, { account: "b" }, { backend: "file:///c" }, { writes: false }];
  others.forEach((other, index) =>
    announce(newRun({ ...TERMS, ...other, engine: `127.0.0.1:${index + 2}` })),
  );
  expect(laterRun(run)).toBeUndefined();
  const later = newRun({ ...TERMS, engine: "127.0.0.1:9" });
  announce(later);
  expect(laterRun(run)?.id).toBe(later.id);
  expect(laterRun(later)).toBeUndefined();
});

test("a folder that others can write to is not trusted: the run goes without", ({ skip }) => {
  if (process.getuid === undefined) skip("there are no modes here");
  announce(newRun(TERMS));
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o777);
  expect(announce(newRun(TERMS))).toBe(false);
  expect(runOf(TERMS.engine)).toBeUndefined();
});

test("marks of long ago are cleared away", () => {
  announce(newRun(TERMS));
  const [name = ""] = readdirSync(folder);
  for (const mark of marks()) utimesSync(join(folder, name, mark), 0, 0);
  announce(newRun({ ...TERMS, stack: "warp/two", engine: "127.0.0.1:2" }));
  expect(marks()).toHaveLength(2);
});

test("what other runs remove meanwhile is no hindrance", () => {
  announce(newRun(TERMS));
  const [name = ""] = readdirSync(folder);
  // Listed, and not there when it is looked at.
  symlinkSync(join(folder, "gone"), join(folder, name, "engine-0.json"));
  const next = newRun(TERMS);
  expect(announce(next)).toBe(true);
  expect(runOf(TERMS.engine)?.id).toBe(next.id);
});

test("where a mark cannot be written, that of an earlier run with the same engine's address is not taken", () => {
  announce(newRun(TERMS));
  const [name = ""] = readdirSync(folder);
  const stack = marks().find((mark) => mark.startsWith("stack-")) ?? "";
  rmSync(join(folder, name, stack));
  mkdirSync(join(folder, name, stack, "in the way"), { recursive: true });
  expect(announce(newRun(TERMS))).toBe(false);
  expect(runOf(TERMS.engine)).toBeUndefined();
});
