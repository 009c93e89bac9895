/**
 * Who is running: a mark that the program leaves in the machine's folder for temporary files, and that the provider's
 * process reads. It links the two processes of one run by the address of their engine, and it shows a provider whose
 * run was given up that a later run of the same stack has begun. It works within one machine and one user.
 */

import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import { spawnSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeOutputs } from "../text/files.js";

/** One run of one stack. */
export interface RunMark {
  readonly id: string;
  /** Project and stack: `warp-registrations/production`. */
  readonly stack: string;
  readonly account: string;
  /** Where its state is, as far as the environment says: stacks of two backends may share a name. */
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

/** A new run; `announce` makes it known to its provider. */
export function newRun(run: Pick<RunMark, "stack" | "account" | "backend" | "engine" | "writes">): RunMark {
  const [program, host, pulumi] = [identify(process.pid), identify(process.ppid), parentOf(process.ppid)];
  return { ...run, id: randomUUID(), started: new Date().toISOString(), program, host, pulumi };
}

/** Writes the mark; false if this machine has no place for it: then the run goes on without. */
export function announce(run: RunMark): boolean {
  const folder = marksFolder();
  if (folder === undefined) return false;
  try {
    // Addresses are reused: even if something below fails, a provider must not take an earlier run's mark for this
    // one's.
    rmSync(engineMark(folder, run.engine), { force: true });
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

/** The run that has begun after this one on the same stack and account, if there is one. */
export function laterRun(run: RunMark): RunMark | undefined {
  const folder = marksFolder();
  const last = folder === undefined ? undefined : readMark(stackMark(folder, run));
  return last === undefined || last.id === run.id ? undefined : last;
}

/** A folder that nobody else can have written to. */
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

/** Other runs write and remove their marks meanwhile: one that is already gone is cleared. */
function clearOld(folder: string): void {
  const before = Date.now() - OLD_MS;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat && stat.mtimeMs < before) rmSync(path, { force: true });
  }
}

// A process by its id and its start: the id alone may belong to another process by now.

interface ProcessIdentity {
  readonly pid: number;
  /** When it began, as the system writes it. */
  readonly born: string;
}

/** Undefined if there is no such process, or if this system does not say. */
function identify(pid: number): ProcessIdentity | undefined {
  const born =
    process.platform === "linux" ? statOnLinux(pid)?.[19] : runPs(["-o", "lstart=", "-p", String(pid)]);
  return born === undefined ? undefined : { pid, born };
}

export function isRunning({ pid, born }: ProcessIdentity): boolean {
  return identify(pid)?.born === born;
}

/**
 * Ends Pulumi's language host after its engine is gone: it would stay for minutes, with the run's environment. Only if
 * it is the very process that started this run's program.
 */
export function endLanguageHost(host: ProcessIdentity | undefined, engine: string): void {
  if (host === undefined || !isRunning(host)) return;
  const command = commandOf(host.pid);
  if (!command.includes("pulumi-language-") || !command.includes(engine)) return;
  try {
    process.kill(host.pid, "SIGTERM");
  } catch {
    // It has ended meanwhile.
  }
}

/** The process that started another one, as far as the system says. */
function parentOf(pid: number): ProcessIdentity | undefined {
  const parent =
    process.platform === "linux" ? statOnLinux(pid)?.[1] : runPs(["-o", "ppid=", "-p", String(pid)]);
  return parent === undefined ? undefined : identify(Number(parent));
}

/** The fields of `/proc/PID/stat` from the third, its state, on; the second, in brackets, may hold anything. */
function statOnLinux(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A process that has ended, but that its parent has not reaped yet, no longer runs.
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields;
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  if (process.platform !== "linux") return runPs(["-o", "command=", "-p", String(pid)]) ?? "";
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function runPs(args: readonly string[]): string | undefined {
  if (process.platform === "win32") return undefined;
  const { stdout } = spawnSync("ps", args, { encoding: "utf8" });
  const said = (stdout as string | null)?.trim() ?? "";
  return said === "" ? undefined : said;
}

// A connection to the engine of this run. The program and the provider get its address from Pulumi; a shell is between
// the engine and the provider, so the parent process does not show it.

/** Methods of Pulumi's engine service. `GetRootResource` is cheap, and any answer shows that the engine is alive. */
const METHODS = { ask: "/pulumirpc.Engine/GetRootResource", log: "/pulumirpc.Engine/Log" } as const;

const NOTHING = new Uint8Array();

/** How long, in ms, a live engine may take to answer; one that was suspended takes its time. */
const PATIENCE = 30_000;

/** Holds one connection open, which does not keep the process alive. */
export class EngineLink {
  #session: ClientHttp2Session | undefined;

  /**
   * @param address host and port
   * @param gone called once, as soon as the engine has ended
   */
  constructor(
    readonly address: string,
    private readonly gone: () => void,
  ) {
    this.#open();
  }

  /** Asks the engine for a sign of life; false if there is none. */
  async answers(): Promise<boolean> {
    for (let session = this.#session; session !== undefined;) {
      if (await send(session, METHODS.ask, NOTHING)) return true;
      // A connection that was closed properly (GOAWAY) has been reopened by now, or the engine is gone.
      session = this.#session === session ? undefined : this.#session;
    }
    return false;
  }

  /** Shows a line that the next one replaces, as the SDK's `log.info` does with `ephemeral`. */
  show(line: string): void {
    if (this.#session === undefined) return;
    const request = new LogRequest().setSeverity(LogSeverity.INFO).setMessage(line).setEphemeral(true);
    void send(this.#session, METHODS.log, request.serializeBinary());
  }

  #open(): void {
    const session = connect(`http://${this.address}`);
    let wasOpen = false;
    session.once("connect", () => {
      wasOpen = true;
      session.unref();
    });
    session.on("error", () => undefined);
    session.once("close", () => {
      if (wasOpen) {
        this.#open();
        return;
      }
      this.#session = undefined;
      this.gone();
    });
    session.unref();
    this.#session = session;
  }
}

/** Makes a call, and returns whether there was an answer. */
function send(session: ClientHttp2Session, path: string, message: Uint8Array): Promise<boolean> {
  return new Promise<boolean>((answer) => {
    const timer = setTimeout(() => answer(false), PATIENCE);
    const end = (alive: boolean) => {
      clearTimeout(timer);
      answer(alive);
    };
    const request = session.request({
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: path,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
      [constants.HTTP2_HEADER_TE]: "trailers",
    });
    request.on("response", () => end(true));
    request.on("error", () => end(false));
    request.on("close", () => end(false));
    request.resume();
    request.end(framed(message));
  }).catch(() => false);
}

/** A message as gRPC frames it: uncompressed, its length first. */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** How long, in ms, nothing is shown at first and after each line. */
const QUIET = 1_000;

/** Shows the progress of long work: at most one line a second, and none for work that is over within one. */
export class Progress {
  #last: number;

  /** @param now the time in ms by a clock that nobody can set */
  constructor(
    private readonly say: (line: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#last = now();
  }

  /** Shows a line, unless one was just shown. */
  at(line: string): void {
    const now = this.now();
    if (now - this.#last < QUIET) return;
    this.#last = now;
    this.say(line);
  }
}

/** `12,345`: the same on every machine. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** Whether a text is an address that an engine can have. */
export function isEngineAddress(text: string | undefined): text is string {
  return text !== undefined && /^[^\s/]+:\d+$/u.test(text);
}
