import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OutputError, placeOf, writeOutputs } from "./files.js";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "warp-files-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const write = (name: string, text = "new") => writeOutputs([{ path: at(name), text }]);
const why = (attempt: () => void): string => {
  try {
    attempt();
    return "nothing was wrong";
  } catch (error) {
    const { cause } = error as OutputError;
    return cause instanceof Error ? cause.message : String(error);
  }
};
const make = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: "utf8" });

describe("a regular file", () => {
  test("is replaced whole, by one that only its owner may read, and nothing is left beside it", () => {
    writeFileSync(at("a"), "old, and longer", { mode: 0o644 });
    write("a");
    expect(readFileSync(at("a"), "utf8")).toBe("new");
    expect(statSync(at("a")).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("behind links is replaced where it is, and so is one that a link only promises", () => {
    mkdirSync(at("real"));
    writeFileSync(at("real/a"), "old");
    symlinkSync("real", at("folder"));
    symlinkSync("folder/a", at("link"));
    symlinkSync("real/b", at("promise"));
    write("link");
    write("promise");
    expect(readlinkSync(at("link"))).toBe("folder/a");
    expect([readFileSync(at("real/a"), "utf8"), readFileSync(at("real/b"), "utf8")]).toEqual(["new", "new"]);
    expect(lstatSync(at("promise")).isSymbolicLink()).toBe(true);
  });

  test("links that go in a circle are an error", () => {
    symlinkSync("b", at("a"));
    symlinkSync("a", at("b"));
    expect(why(() => write("a"))).toBe("its links form a loop");
  });

  test("of several none is written where one cannot be", () => {
    writeFileSync(at("a"), "old");
    const outputs = [
      { path: at("a"), text: "new" },
      { path: at("missing/b"), text: "new" },
    ];
    expect(() => writeOutputs(outputs)).toThrow(OutputError);
    expect(readFileSync(at("a"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});

describe("what is there and is no file", () => {
  test("a folder and a socket are refused, and stay", async () => {
    mkdirSync(at("folder"));
    expect(why(() => write("folder"))).toBe("it is a folder");
    const server = createServer().listen(at("socket"));
    await once(server, "listening");
    expect(why(() => write("socket"))).toBe("it is a socket");
    expect(lstatSync(at("socket")).isSocket()).toBe(true);
    server.close();
  });

  test("a character device is written to, never replaced", ({ skip }) => {
    // Not /dev/null itself: what this test guards against would break the machine.
    const made = make("mknod", at("null"), "c", "1", "3");
    if (made.status !== 0) skip(`no device can be made here: ${made.stderr}`);
    write("null");
    expect(lstatSync(at("null")).isCharacterDevice()).toBe(true);
    expect(placeOf("/dev/null").kind).toBe("character device");
    expect(readdirSync(folder)).toEqual(["null"]);
  });

  test("a pipe is written to, however much it is", async () => {
    make("mkfifo", at("pipe"));
    const reader = spawn("sh", ["-c", 'echo; wc -c < "$0"', at("pipe")]);
    // It is patient for some seconds only, and a shell may take longer to start on a busy machine.
    await once(reader.stdout, "data");
    let counted = "";
    reader.stdout.on("data", (data: Buffer) => (counted += data.toString()));
    write("pipe", "x".repeat(1_000_000));
    await once(reader, "close");
    expect(counted.trim()).toBe("1000000");
    expect(lstatSync(at("pipe")).isFIFO()).toBe(true);
  });

  test("a pipe that nobody reads from is an error, and does not hang", () => {
    make("mkfifo", at("pipe"));
    expect(why(() => write("pipe"))).toBe("nobody reads from this pipe");
  });

  test("a descriptor of this process is written to: what a shell has open keeps its place", ({ skip }) => {
    if (process.platform !== "linux") skip("descriptors have paths of their own on Linux only");
    writeFileSync(at("log"), "before\n");
    const before = statSync(at("log")).ino;
    const descriptor = openSync(at("log"), "a");
    symlinkSync(`/proc/self/fd/${descriptor}`, at("out"));
    write("out", "report\n");
    closeSync(descriptor);
    expect(readFileSync(at("log"), "utf8")).toBe("before\nreport\n");
    expect(statSync(at("log")).ino).toBe(before);
  });

  test("a descriptor of another process is refused", ({ skip }) => {
    if (process.platform !== "linux") skip("descriptors have paths of their own on Linux only");
    expect(why(() => writeOutputs([{ path: `/proc/${process.ppid}/fd/1`, text: "new" }]))).toBe(
      "it belongs to another process",
    );
  });
});
