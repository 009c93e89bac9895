/** The real CLI behind the interface of an engine. */

import { start, type Child } from "../child.js";
import {
  EngineError,
  type Engine,
  type Operation,
  type RunOptions,
  type RunResult,
  type Stack,
  type Workspace,
} from "../engine.js";
import { readProject } from "../project.js";
import { toArguments } from "./arguments.js";
import { readCheckpoint } from "./state.js";
import { readSummary } from "./summary.js";
import { cliEnvironment, placesOf, prepare } from "./workspace.js";

/** How long, in ms, an interrupted CLI may take to finish the calls that it has begun. */
const PATIENCE = 15_000;

/** An engine that runs the CLI at this path. */
export function cliEngine(binary: string, name: string, why: string): Engine {
  return { name, real: true, why, open: (workspace) => open(binary, workspace) };
}

async function open(binary: string, workspace: Workspace): Promise<Stack> {
  const project = await readProject(workspace.project);
  const places = placesOf(workspace, project);
  await prepare(binary, workspace, project, places);
  const run = (operation: Operation, options: RunOptions = {}) => {
    const where = ["--cwd", project.root, "--stack", workspace.stack, "--config-file", places.config];
    return runCli(binary, [...toArguments(operation, options), ...where], options, {
      ...cliEnvironment(binary, places, workspace.env, options.env),
    });
  };
  return {
    preview: (options) => run("preview", options),
    up: (options) => run("up", options),
    refresh: (options) => run("refresh", options),
    destroy: (options) => run("destroy", options),
    state: () => readCheckpoint(places.checkpoint),
  };
}

async function runCli(
  binary: string,
  args: readonly string[],
  { onLine, signal }: RunOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RunResult> {
  if (signal?.aborted) throw new EngineError("aborted before it began");
  const lines: string[] = [];
  const child = start(binary, args, {
    env,
    onLine: (line) => {
      lines.push(line);
      onLine?.(line);
    },
  });
  const exitCode = await endedOrAborted(child, signal);
  const output = lines.join("\n");
  return { exitCode, output, steps: readSummary(output) };
}

/** Interrupting the CLI lets it finish what it has begun and stop its plugins, which are in groups of their own. */
async function endedOrAborted(child: Child, signal: AbortSignal | undefined): Promise<number> {
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping = child.end("SIGINT", PATIENCE);
  };
  signal?.addEventListener("abort", stop, { once: true });
  const { code } = await child.ended;
  signal?.removeEventListener("abort", stop);
  await stopping;
  return stopping === undefined ? code : code || 1;
}
