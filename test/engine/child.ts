/** A child process that leaves nothing behind: it leads a process group, and ends with all that it started. */

import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "./engine.js";

interface ChildOptions {
  readonly cwd?: string;
  readonly env: Environment;
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface Child {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  /** Resolves once it has ended and its output is read; 127 where it could not be started, 128 where a signal ended it. */
  readonly ended: Promise<{ readonly code: number }>;
  /** Asks it to end, and after `patience` ms kills it and all that it started. */
  end(signal: "SIGINT" | "SIGTERM", patience: number): Promise<void>;
}

const WINDOWS = process.platform === "win32";
/** A descendant that has inherited the pipes may keep them open; nobody waits for it longer than this, in ms. */
const PIPES_CLOSE = 1000;

/** A group of its own does not get the Ctrl+C of a terminal, so whoever ends this process ends these. */
const running = new Set<number>();
process.once("exit", () => {
  for (const pid of running) kill(-pid, "SIGKILL");
});

/** Starts a command without a shell. */
export function start(command: string, args: readonly string[], options: ChildOptions): Child {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: !WINDOWS,
    windowsHide: true,
  });
  if (child.pid !== undefined) running.add(child.pid);
  let over = false;
  const closed = new Promise<void>((done) => child.once("close", () => done()));
  const ended = new Promise<{ code: number }>((done) => {
    child.once("error", () => done({ code: 127 }));
    child.once("exit", (code) => {
      over = true;
      if (child.pid !== undefined) running.delete(child.pid);
      void Promise.race([closed, sleep(PIPES_CLOSE)]).then(() => done({ code: code ?? 128 }));
    });
  });
  for (const stream of ["stdout", "stderr"] as const) {
    createInterface({ input: child[stream] }).on("line", (line) => options.onLine?.(line, stream));
  }
  const { pid } = child;
  return {
    ...{ pid, ended },
    end: async (signal, patience) => {
      if (pid === undefined) return;
      if (over) kill(-pid, "SIGKILL");
      else await end(pid, ended, signal, patience);
      await ended;
    },
  };
}

async function end(
  pid: number,
  ended: Promise<unknown>,
  signal: NodeJS.Signals,
  patience: number,
): Promise<void> {
  // Those in a group of their own could not be found any more once their parent is gone.
  const others = descendants(pid);
  kill(pid, signal);
  const waiting = new AbortController();
  await Promise.race([ended, sleep(patience, undefined, waiting).catch(() => undefined)]);
  waiting.abort();
  kill(-pid, "SIGKILL");
  if (others.length === 0) return;
  const still = processes();
  for (const one of others) if (still.get(one.pid)?.born === one.born) kill(one.pid, "SIGKILL");
}

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** When it began, as `ps` says it: an id alone may belong to another process by now. */
  readonly born: string;
}

/** All processes that this one has started, and those that they have. Not known on Windows. */
export function descendants(pid: number): readonly ProcessEntry[] {
  const all = [...processes().values()];
  const below = (parent: number): ProcessEntry[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

function processes(): ReadonlyMap<number, ProcessEntry> {
  if (WINDOWS) return new Map();
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,lstart="], { encoding: "utf8" });
  const rows = stdout.split("\n").map((row) => row.trim().split(/\s+/u));
  return new Map(
    rows.map(([pid, parent, ...born]) => [
      Number(pid),
      { pid: Number(pid), parent: Number(parent), born: born.join(" ") },
    ]),
  );
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    if (WINDOWS) spawnSync("taskkill", ["/pid", String(Math.abs(pid)), "/T", "/F"]);
    else process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
