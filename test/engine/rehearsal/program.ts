/** Runs the project's program in a process of its own: the very script that the CLI's language host runs. */

import { setTimeout as sleep } from "node:timers/promises";
import { start } from "../child.js";
import type { Environment } from "../engine.js";
import { LATE, scriptOf, type Project } from "../project.js";
import type { Deployment } from "./deployment.js";
import type { Ledger } from "./ledger.js";
import { serveMonitor } from "./monitor.js";

/** With this code the program has told its error to the engine already. */
const TOLD = 32;
/** How long, in ms, steps that have begun may take once a run has been stopped. */
const PATIENCE = 15_000;

interface ProgramOptions {
  readonly project: Project;
  readonly config: Readonly<Record<string, string>>;
  readonly env: Environment;
  readonly deployment: Deployment;
  readonly ledger: Ledger;
  /** The address of the engine's own service. */
  readonly engine: string;
  /** Aborted where the run is cancelled: the program is ended at once, as the CLI does. */
  readonly signal: AbortSignal;
}

/** Resolves when the program has ended and all that it registered is done; tells the ledger of its failure. */
export async function runProgram(options: ProgramOptions): Promise<void> {
  const { project, deployment, ledger, signal } = options;
  const { screen } = ledger.settings;
  const monitor = await serveMonitor(deployment);
  const script = scriptOf(project, "run");
  const child = start(
    process.execPath,
    [...LATE, script, ...toFlags(options, monitor.address), project.program],
    {
      cwd: project.folder,
      env: {
        ...options.env,
        PULUMI_CONFIG: JSON.stringify(options.config),
        PULUMI_CONFIG_SECRET_KEYS: "[]",
        PULUMI_NODEJS_TYPESCRIPT: "false",
      },
      onLine: (line) => screen.print(line),
    },
  );
  const cancel = () => void child.end("SIGINT", 1000);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const end = await Promise.race([child.ended, ledger.stopped]);
    if (end !== undefined && end.code !== 0) {
      if (end.code !== TOLD) screen.print(`error: the program ended with exit code ${end.code}`);
      ledger.failProgram();
    }
    await Promise.race([
      ledger.slots.idle(),
      ledger.stopped.then(() => sleep(PATIENCE, undefined, { ref: false })),
    ]);
  } finally {
    signal.removeEventListener("abort", cancel);
    await child.end("SIGTERM", 1000);
    monitor.close();
  }
}

function toFlags({ project, ledger, engine }: ProgramOptions, address: string): readonly string[] {
  const { stack, dryRun, parallel } = ledger.settings;
  return [
    `--monitor=${address}`,
    `--engine=${engine}`,
    "--organization=organization",
    `--project=${project.name}`,
    `--stack=${stack}`,
    `--root-directory=${project.root}`,
    `--pwd=${project.folder}`,
    `--parallel=${parallel}`,
    ...(dryRun ? ["--dry-run"] : []),
  ];
}
