/** The npm package `pulumi`: a launcher that downloads the CLI on its first use and then runs it. */

import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { start } from "../child.js";
import type { Environment } from "../engine.js";
import { environment } from "../environment.js";
import { sizeOf, stalled, type Patience } from "./progress.js";

interface Launcher {
  readonly version: string;
  /** The script to run with Node. */
  readonly script: string;
  /** Where it downloads to: the same folder as Pulumi's own Automation API, in the user's home. */
  readonly folder: string;
  /** The CLI, once it is there. */
  readonly binary: string;
}

/** The launcher that a project has installed, or undefined. */
export async function findLauncher(project: string, env: Environment): Promise<Launcher | undefined> {
  try {
    const manifest = createRequire(join(project, "-")).resolve("pulumi/package.json");
    const { version, bin } = JSON.parse(await readFile(manifest, "utf8")) as {
      version: string;
      bin: { pulumi: string };
    };
    const home = env.PULUMI_HOME ?? join(env.HOME ?? homedir(), ".pulumi");
    const folder = join(home, "versions", version);
    const binary = join(folder, "bin", process.platform === "win32" ? "pulumi.exe" : "pulumi");
    return { version, script: join(dirname(manifest), bin.pulumi), folder, binary };
  } catch {
    return undefined;
  }
}

export async function isDownloaded({ binary }: Launcher): Promise<boolean> {
  return access(binary).then(
    () => true,
    () => false,
  );
}

/** Runs the launcher until the CLI is there. Returns why it could not be had, or undefined where it could. */
export async function download(
  launcher: Launcher,
  env: Environment,
  {
    patience,
    pause,
    signal: given,
  }: Pick<Patience, "patience" | "pause"> & { readonly signal: AbortSignal | undefined },
): Promise<string | undefined> {
  // The install script downloads into the folder for temporary files: one of its own shows how far it is.
  const temporary = await mkdtemp(join(tmpdir(), "warp-download-"));
  const watching = new AbortController();
  const signal = given ? AbortSignal.any([watching.signal, given]) : watching.signal;
  try {
    const texts = new Set<string>();
    let last = "";
    const child = start(process.execPath, [launcher.script, "version"], {
      env: {
        ...environment(env),
        ...{ PULUMI_HOME: dirname(dirname(launcher.folder)), PULUMI_SKIP_UPDATE_CHECK: "true" },
        ...{ TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      },
      // A progress bar draws itself anew without any progress: only words that were not there before count.
      onLine: (line) => {
        texts.add(line.replace(/[^a-z]+/giu, ""));
        last = line.trim() || last;
      },
    });
    const measure = async () => texts.size + (await sizeOf(temporary)) + (await sizeOf(launcher.folder));
    const end = await Promise.race([child.ended, stalled(measure, { patience, pause, signal })]);
    watching.abort();
    // Also where it has ended: nothing that it started may stay.
    await child.end("SIGTERM", 500);
    if (end === "stopped") return "it was stopped";
    if (end === "stalled") return `no progress for ${patience / 1000} s`;
    if (end.code !== 0) return last.replace(/^pulumi: /u, "") || `it ended with exit code ${end.code}`;
    return (await isDownloaded(launcher)) ? undefined : `it left no CLI in ${launcher.folder}`;
  } finally {
    watching.abort();
    await rm(temporary, { recursive: true, force: true });
  }
}
