/** A process by its id and its beginning: an id alone may belong to another process by now. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in whatever way the system says it. */
  readonly born: string;
}

/** Undefined where there is none, or where this system does not say. */
export function identify(pid: number): ProcessIdentity | undefined {
  const born =
    process.platform === "linux" ? statOnLinux(pid)?.[19] : runPs(["-o", "lstart=", "-p", String(pid)]);
  return born === undefined ? undefined : { pid, born };
}

export function isRunning({ pid, born }: ProcessIdentity): boolean {
  return identify(pid)?.born === born;
}

/**
 * Ends Pulumi's language host of an engine that is gone: it would stay for minutes, with the run's environment. Only
 * where it is the very process that started this run's program.
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
export function parentOf(pid: number): ProcessIdentity | undefined {
  const parent =
    process.platform === "linux" ? statOnLinux(pid)?.[1] : runPs(["-o", "ppid=", "-p", String(pid)]);
  return parent === undefined ? undefined : identify(Number(parent));
}

/** The fields of `/proc/PID/stat` from the third on, its state; the second, in brackets, may hold anything. */
function statOnLinux(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // What has ended and was not fetched yet by its parent runs no more.
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
