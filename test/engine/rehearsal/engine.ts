/**
 * An engine for machines that can have no Pulumi CLI: it runs the same program by the same script, and drives the
 * same provider process through the same protocol. It knows dynamic resources only, and neither secrets nor
 * replacements.
 */

import { join, resolve } from "node:path";
import { withDefaults } from "../config.js";
import {
  EngineError,
  type Engine,
  type Operation,
  type RunOptions,
  type RunResult,
  type Stack,
  type Workspace,
} from "../engine.js";
import { readProject, type Project } from "../project.js";
import { readRows } from "./rows.js";
import { runPass, type Pass } from "./pass.js";
import { Screen } from "./screen.js";

export const REHEARSAL = "rehearsal engine";

export function rehearsalEngine(why: string): Engine {
  return { name: REHEARSAL, real: false, why, open };
}

async function open(workspace: Workspace): Promise<Stack> {
  const project = await readProject(workspace.project);
  const file = join(resolve(workspace.folder), `rehearsal.${workspace.stack}.json`);
  const run = (operation: Operation) => (options?: RunOptions) =>
    operate(operation, { workspace, project, file, options: options ?? {} });
  return {
    preview: run("preview"),
    up: run("up"),
    refresh: run("refresh"),
    destroy: run("destroy"),
    state: async () => ({
      resources: [...(await readRows(file)).values()].filter(({ type }) => !type.startsWith("pulumi:")),
    }),
  };
}

interface Run {
  readonly workspace: Workspace;
  readonly project: Project;
  readonly file: string;
  readonly options: RunOptions;
}

/** A preview alone, or a preview and then the run itself; each has a provider process of its own. */
async function operate(operation: Operation, { workspace, project, file, options }: Run): Promise<RunResult> {
  if (options.policyPacks !== undefined) throw new EngineError("the rehearsal engine runs no policy packs");
  const screen = new Screen(options.onLine);
  const config = configFor(operation, workspace, project);
  if (typeof config === "string") {
    screen.print(`error: ${config}`);
    return { exitCode: 1, output: screen.output, steps: {} };
  }
  const pass = (dryRun: boolean): Promise<Pass> =>
    runPass({ operation, dryRun, workspace: { ...workspace, config }, project, file, options, screen });
  const preview = operation === "preview" || options.skipPreview !== true ? await pass(true) : undefined;
  const last = operation === "preview" || preview?.failed === true ? preview : await pass(false);
  const { failed = true, steps = {} } = last ?? {};
  const exitCode = failed ? 1 : unexpected(operation, options, steps, screen) ? 7 : 0;
  return { exitCode, output: screen.output, steps };
}

/** The config, or what is missing in it. Where no program runs the CLI does not hold it against Pulumi.yaml. */
function configFor(
  operation: Operation,
  { stack, config }: Workspace,
  project: Project,
): Readonly<Record<string, string>> | string {
  if (operation === "refresh" || operation === "destroy") return config;
  try {
    return withDefaults(stack, project.config, config);
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

function unexpected(
  operation: Operation,
  options: RunOptions,
  steps: RunResult["steps"],
  screen: Screen,
): boolean {
  if (options.expectNoChanges !== true || operation === "destroy") return false;
  if (Object.keys(steps).every((kind) => kind === "same")) return false;
  const what = operation === "up" ? "update" : operation;
  screen.print(`error: no changes were expected for ${what} but changes were proposed`);
  return true;
}
