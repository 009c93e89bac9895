/**
 * Who is running: a mark that the program leaves in the machine's folder for temporary files, and that the provider's
 * process reads. It ties the two processes of one run together by the address of their engine, and it tells a provider
 * whose run was given up that a later run of the same stack has begun. It reaches as far as one machine and one user.
 */

import { createHash, randomUUID } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeOutputs } from "./files.js";
import { identify, parentOf, type ProcessIdentity } from "./process-identity.js";

/** One run of one stack. */
export interface RunMark {
  readonly id: string;
  /** Project and stack: `warp-registrations/production`. */
  readonly stack: string;
  readonly account: string;
  /** Where its state is, as far as the environment says: stacks of two backends may have one name. */
  readonly backend: string;
  /** RFC 3339. */
  readonly started: string;
  /** The address of its engine. */
  readonly engine: string;
  /** Whether it is an update: previews may run beside each other, and beside an update. */
  readonly writes: boolean;
  /** The program's own process. */
  readonly program: ProcessIdentity | undefined;
  /** Pulumi's language host, which started the program and outlives an engine that is killed. */
  readonly host: ProcessIdentity | undefined;
  /** Pulumi itself. */
  readonly pulumi: ProcessIdentity | undefined;
}

const OLD_MS = 7 * 24 * 3600 * 1000;

/** A new run; `announce` lets its provider know of it. */
export function newRun(terms: Pick<RunMark, "stack" | "account" | "backend" | "engine" | "writes">): RunMark {
  const [program, host, pulumi] = [identify(process.pid), identify(process.ppid), parentOf(process.ppid)];
  return { ...terms, id: randomUUID(), started: new Date().toISOString(), program, host, pulumi };
}

/** Leaves the mark; false where this machine has no place for it, so that the run goes without. */
export function announce(run: RunMark): boolean {
  const folder = marksFolder();
  if (folder === undefined) return false;
  try {
    clearOld(folder);
    const text = `${JSON.stringify(run)}\n`;
    const paths = [engineMark(folder, run.engine), ...(run.writes ? [stackMark(folder, run)] : [])];
    writeOutputs(paths.map((path) => ({ path, text })));
    return true;
  } catch {
    return false;
  }
}

/** The run of an engine, as its program announced it. */
export function runOf(engine: string): RunMark | undefined {
  const folder = marksFolder();
  return folder === undefined ? undefined : readMark(engineMark(folder, engine));
}

/** The run that has begun after this one on the same stack and account, where there is one. */
export function laterRun(run: RunMark): RunMark | undefined {
  const folder = marksFolder();
  const last = folder === undefined ? undefined : readMark(stackMark(folder, run));
  return last === undefined || last.id === run.id ? undefined : last;
}

/** A folder that nobody else can have put anything into. */
function marksFolder(): string | undefined {
  const own = process.getuid?.();
  const folder = join(tmpdir(), `warp-registrations${own === undefined ? "" : `-${own}`}`);
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    const stat = lstatSync(folder);
    const isOurs = own === undefined || (stat.uid === own && (stat.mode & 0o077) === 0);
    return stat.isDirectory() && isOurs ? folder : undefined;
  } catch {
    return undefined;
  }
}

function engineMark(folder: string, engine: string): string {
  return join(folder, `engine-${digest(engine)}.json`);
}

function stackMark(folder: string, { backend, stack, account }: RunMark): string {
  return join(folder, `stack-${digest([backend, stack, account].join("\n"))}.json`);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function readMark(path: string): RunMark | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as RunMark;
  } catch {
    return undefined;
  }
}

function clearOld(folder: string): void {
  const before = Date.now() - OLD_MS;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < before) rmSync(path, { force: true });
  }
}
