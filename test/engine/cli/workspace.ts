/** The folder of a stack of the real CLI: its state, home, passphrase and config. */

import { randomBytes } from "node:crypto";
import { access, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { stringify } from "yaml";
import { start } from "../child.js";
import { EngineError, type Environment, type Workspace } from "../engine.js";
import { environment } from "../environment.js";
import type { Project } from "../project.js";

/** Where things are in the folder of a workspace. */
interface Places {
  readonly checkpoint: string;
  readonly config: string;
  readonly passphrase: string;
  readonly home: string;
  readonly state: string;
  /** Holds a Pulumi.yaml with the project's name alone: `stack init` writes a config file beside it. */
  readonly init: string;
}

export function placesOf({ folder, stack }: Workspace, project: Project): Places {
  const root = resolve(folder);
  return {
    checkpoint: join(root, "state", ".pulumi", "stacks", project.name, `${stack}.json`),
    config: join(root, `Pulumi.${stack}.yaml`),
    passphrase: join(root, "passphrase"),
    home: join(root, "home"),
    state: join(root, "state"),
    init: join(root, "init"),
  };
}

/** Keeps the CLI in the workspace's folder, with a backend of its own; there is no login and no telemetry. */
export function cliEnvironment(
  binary: string,
  places: Places,
  ...over: readonly (Environment | undefined)[]
) {
  const env = environment(process.env, ...over);
  const separator = process.platform === "win32" ? ";" : ":";
  return {
    ...env,
    // The language host and the dynamic provider's launcher stand beside the CLI.
    PATH: [dirname(binary), env.PATH ?? ""].join(separator),
    PULUMI_BACKEND_URL: `file://${places.state.replaceAll("\\", "/")}`,
    PULUMI_HOME: places.home,
    PULUMI_CONFIG_PASSPHRASE_FILE: places.passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Writing the state once a run instead of twice a step: the live account and not the state is the truth.
    PULUMI_SKIP_CHECKPOINTS: "true",
  };
}

/** Makes the folder ready: the passphrase and the stack where they are not there yet, and the config. */
export async function prepare(
  binary: string,
  workspace: Workspace,
  project: Project,
  places: Places,
): Promise<void> {
  for (const folder of [places.state, places.home, places.init]) await mkdir(folder, { recursive: true });
  if (!(await exists(places.passphrase))) {
    await writeFile(places.passphrase, randomBytes(32).toString("hex"), { mode: 0o600 });
  }
  const salted = join(places.init, `Pulumi.${workspace.stack}.yaml`);
  if (!(await exists(places.checkpoint)) || !(await exists(salted)))
    await init(binary, workspace, project, places);
  await copyFile(salted, places.config);
  const config = Object.keys(workspace.config).length > 0 ? stringify({ config: workspace.config }) : "";
  await writeFile(places.config, `${await readFile(salted, "utf8")}${config}`);
}

async function init(
  binary: string,
  { stack, env }: Workspace,
  { name }: Project,
  places: Places,
): Promise<void> {
  await writeFile(join(places.init, "Pulumi.yaml"), stringify({ name, runtime: "nodejs" }));
  const lines: string[] = [];
  const args = ["stack", "init", stack, "--no-select", "--non-interactive", "--color", "never"];
  const child = start(binary, args, {
    cwd: places.init,
    env: cliEnvironment(binary, places, env),
    onLine: (line) => lines.push(line),
  });
  const { code } = await child.ended;
  if (code === 0) return;
  throw new EngineError(`pulumi could not make the stack ${stack}: ${lines.join(" ").trim()}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
