/** Chooses what runs the program: a CLI that is there, one that npm can bring, or the rehearsal engine. */

import { cliEngine } from "../cli/engine.js";
import { EngineError, type Engine, type Environment } from "../engine.js";
import { REHEARSAL, rehearsalEngine } from "../rehearsal/engine.js";
import { download, findLauncher, isDownloaded } from "./launcher.js";
import { forgetNote, notePath, readNote, writeNote } from "./note.js";
import { findOnPath, hasLanguageHost } from "./on-path.js";
import type { Pause } from "./progress.js";
import { askVersion } from "./version.js";

/** Forces an engine: `pulumi`, `npm` or `rehearsal`. */
export const ENGINE_VARIABLE = "WARP_ENGINE";

export interface ChooseOptions {
  /** Whose PATH and home are looked at. */
  readonly env: Environment;
  /** The folder whose node_modules may have the npm package `pulumi`. */
  readonly project: string;
  /** Told before something happens that takes time. */
  readonly say: (line: string) => void;
  /** How long, in ms, a download may stand still; 10 s where it is not said. */
  readonly patience?: number;
  /** Waits between two looks at a download; by the clock where it is not said. */
  readonly pause?: Pause | undefined;
  /** Gives a download up; the choice then goes on without it. */
  readonly signal?: AbortSignal;
}

/** An engine, or in one line why there is none. */
type Attempt = { readonly engine: Engine } | { readonly problem: string };

/** Throws an `EngineError` where an engine is forced that cannot be had. */
export async function chooseEngine(options: ChooseOptions): Promise<Engine> {
  const forced = options.env[ENGINE_VARIABLE]?.trim() ?? "";
  const because = ` (${ENGINE_VARIABLE}=${forced})`;
  if (forced === "rehearsal") return rehearsalEngine(`${REHEARSAL}${because}`);
  if (forced === "pulumi") return insist(await fromPath(options, because), forced);
  if (forced === "npm") return insist(await fromNpm(options, { because, remember: false }), forced);
  if (forced !== "") {
    throw new EngineError(`${ENGINE_VARIABLE}=${forced} is no engine: say pulumi, npm or rehearsal`);
  }
  const path = await fromPath(options, "");
  if ("engine" in path) return path.engine;
  const npm = await fromNpm(options, { because: `: ${path.problem}`, remember: true });
  if ("engine" in npm) return npm.engine;
  return rehearsalEngine(`${REHEARSAL}: ${path.problem}, and ${npm.problem}`);
}

function insist(attempt: Attempt, forced: string): Engine {
  if ("engine" in attempt) return attempt.engine;
  throw new EngineError(
    `${ENGINE_VARIABLE}=${forced} cannot be had: ${attempt.problem}. Unset it to take what there is.`,
  );
}

async function fromPath({ env }: ChooseOptions, because: string): Promise<Attempt> {
  const binary = await findOnPath(env);
  if (binary === undefined) return { problem: "no pulumi on the PATH" };
  const answer = await askVersion(binary, env);
  if ("problem" in answer) return { problem: `the pulumi on the PATH (${binary}) ${answer.problem}` };
  if (!(await hasLanguageHost(binary, env))) {
    return { problem: `the pulumi on the PATH (${binary}) has no pulumi-language-nodejs` };
  }
  const name = `Pulumi CLI ${answer.version} (on the PATH)`;
  return { engine: cliEngine(binary, name, `${name}${because}`) };
}

async function fromNpm(
  { env, project, say, patience = 10_000, pause, signal }: ChooseOptions,
  { because, remember }: { readonly because: string; readonly remember: boolean },
): Promise<Attempt> {
  const launcher = await findLauncher(project, env);
  if (!launcher) return { problem: "the npm package pulumi is not installed" };
  const note = notePath(project);
  if (!(await isDownloaded(launcher))) {
    const old = remember ? await readNote(note, launcher.version) : undefined;
    const could = "the npm package pulumi could not download the CLI";
    if (old)
      return {
        problem: `${could} (${old.reason}; tried ${ago(old.at)}, ${ENGINE_VARIABLE}=npm tries again)`,
      };
    say(`The npm package pulumi downloads the Pulumi CLI v${launcher.version} into ${launcher.folder} …`);
    const reason = await download(launcher, env, { patience, pause, signal });
    if (reason !== undefined) {
      if (signal?.aborted !== true)
        await writeNote(note, { version: launcher.version, reason, at: Date.now() });
      return { problem: `${could} (${reason})` };
    }
    await forgetNote(note);
  }
  const answer = await askVersion(launcher.binary, env);
  if ("problem" in answer) return { problem: `the CLI of the npm package pulumi ${answer.problem}` };
  const name = `Pulumi CLI ${answer.version} (npm package pulumi)`;
  return { engine: cliEngine(launcher.binary, name, `${name}${because}`) };
}

function ago(at: number): string {
  const minutes = Math.round((Date.now() - at) / 60_000);
  if (minutes < 1) return "just now";
  return minutes < 90 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}
