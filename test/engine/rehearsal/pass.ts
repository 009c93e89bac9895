/** One engine run, as preview or in earnest: refresh, program, deletes, state. */

import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { EngineError, type Operation, type RunOptions, type Steps, type Workspace } from "../engine.js";
import { environment, parallelOf } from "../environment.js";
import type { Project } from "../project.js";
import { deleteAllBut } from "./deletes.js";
import { Deployment } from "./deployment.js";
import { serveEngine } from "./host.js";
import { Ledger } from "./ledger.js";
import { runProgram } from "./program.js";
import { Provider } from "./provider.js";
import { refresh } from "./refresh.js";
import { readRows, writeRows, type Rows } from "./rows.js";
import type { Screen } from "./screen.js";

interface PassOptions {
  readonly operation: Operation;
  readonly dryRun: boolean;
  readonly workspace: Workspace;
  readonly project: Project;
  /** The state. */
  readonly file: string;
  readonly options: RunOptions;
  readonly screen: Screen;
}

export interface Pass {
  readonly failed: boolean;
  readonly steps: Steps;
}

const TITLES: Readonly<Record<Operation, readonly [string, string]>> = {
  preview: ["Previewing update", ""],
  up: ["Previewing update", "Updating"],
  refresh: ["Previewing refresh", "Refreshing"],
  destroy: ["Previewing destroy", "Destroying"],
};

/** Runs with one provider process, which starts when it is first needed; writes the state even where steps failed. */
export async function runPass(pass: PassOptions): Promise<Pass> {
  const { dryRun, workspace, project, options, screen, file } = pass;
  const signal = options.signal ?? new AbortController().signal;
  const isAborted = () => signal.aborted;
  if (isAborted()) throw new EngineError("aborted before it began");
  // As the CLI passes it on: stacks in other folders are other stacks.
  const backend = { PULUMI_BACKEND_URL: `file://${dirname(file)}` };
  const env = environment(process.env, workspace.env, options.env, backend);
  const processes: Promise<Provider>[] = [];
  const engine = await serveEngine(screen);
  const cancel = () => processes.forEach((one) => void one.then((provider) => provider.cancel()));
  signal.addEventListener("abort", cancel, { once: true });
  const shared = {
    targets: options.targets && new Set(options.targets),
    parallel: parallelOf(options.parallel, env) ?? 4 * availableParallelism(),
    provider: () => {
      const onLine = (line: string) => screen.print(line);
      const [
        running = Provider.start({
          ...{ project, env, onLine },
          ...{ config: workspace.config, engine: engine.address },
        }),
      ] = processes;
      processes[0] = running;
      return running;
    },
    ...{ env, dryRun, screen, signal, engine: engine.address },
  };
  screen.print(`${TITLES[pass.operation][dryRun ? 0 : 1]} (${workspace.stack}), rehearsal engine:\n`);
  try {
    const done = await change(pass, shared, await readRows(pass.file));
    if (!dryRun) await writeRows(pass.file, done.rows);
    if (isAborted()) screen.print("error: aborted");
    screen.summary(done.steps, dryRun);
    return { failed: done.failed || isAborted(), steps: done.steps };
  } finally {
    signal.removeEventListener("abort", cancel);
    for (const one of await Promise.allSettled(processes)) {
      if (one.status === "fulfilled") await one.value.end();
    }
    engine.close();
  }
}

interface Shared {
  readonly targets: ReadonlySet<string> | undefined;
  readonly parallel: number;
  readonly provider: () => Promise<Provider>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dryRun: boolean;
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** The address of the engine's own service. */
  readonly engine: string;
}

async function change(
  { operation, workspace, project, options }: PassOptions,
  shared: Shared,
  old: Rows,
): Promise<Pass & { readonly rows: Rows }> {
  let rows = old;
  if (operation === "refresh" || options.refresh === true) {
    const alone = operation === "refresh";
    const refreshed = await refresh({ ...shared, rows, alone });
    if (alone || refreshed.failed) return refreshed;
    ({ rows } = refreshed);
  }
  const ledger = new Ledger({
    ...shared,
    ...{ stack: workspace.stack, project: project.name, rows },
    continueOnError: options.continueOnError ?? false,
    diff: options.diff ?? false,
  });
  const deployment = new Deployment(ledger);
  const stop = () => ledger.stop();
  shared.signal.addEventListener("abort", stop, { once: true });
  try {
    const { env, engine, signal } = shared;
    if (operation !== "destroy") {
      await runProgram({ env, project, config: workspace.config, deployment, ledger, engine, signal });
    }
    if (ledger.mayDelete) await deleteAllBut(deployment.registered, ledger);
  } finally {
    shared.signal.removeEventListener("abort", stop);
  }
  return { rows: ledger.rows, steps: ledger.steps, failed: ledger.failed };
}
