/** A project as a user has it, in a folder of its own, against a simulated account. */

import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../src/simulator/index.js";
import type { Engine, Stack } from "../engine/index.js";
import { machineClock } from "./machine-clock.js";

/** What the API token of every trial is: found again wherever it leaks. */
export const TOKEN = "trial-token-8c1f2e7d94b3";

export interface TrialOptions {
  readonly engine: Engine;
  readonly account: Pick<SimulatorOptions, "world" | "fleet" | "settings" | "now">;
  /** Files of the project, by their path in it. */
  readonly files: Readonly<Record<string, string>>;
  /** Beside account, base URL and allowlist; by short key. */
  readonly config?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What the machine's clock says at the start, RFC 3339; where nobody says, what the account's does. */
  readonly machineNow?: string;
}

export interface Trial {
  /** The project's folder. */
  readonly project: string;
  /** Where state, config and reports are. */
  readonly folder: string;
  readonly simulator: Simulator;
  readonly stack: Stack;
  write(file: string, text: string): Promise<void>;
  /** The same stack with other settings, by short key. */
  reopen(config: Readonly<Record<string, string>>): Promise<Stack>;
  /** Stops the account and removes the folders. */
  end(): Promise<void>;
}

const PROGRAM = `const { warpRegistrations } = require("pulumi-warp-registrations/program");
module.exports = () => warpRegistrations();
`;

const PULUMI_YAML = `name: trial
runtime: { name: nodejs, options: { typescript: false } }
main: index.js
`;

/** Makes the project, with this repository as its installed package, and a stack for it. */
export async function startTrial({
  engine,
  account,
  files,
  config = {},
  env = {},
  machineNow = account.now,
}: TrialOptions): Promise<Trial> {
  const base = await mkdtemp(join(tmpdir(), "warp trial "));
  // Marks of runs stand in the folder for temporary files: those of other trials must not count here.
  const [project, folder, temporary] = ["my project", "state", "temporary"].map((name) =>
    join(base, name),
  ) as [string, string, string];
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await writeFile(join(project, file), text);
  };
  for (const one of [folder, temporary]) await mkdir(one, { recursive: true });
  await install(project);
  for (const [file, text] of Object.entries({ "index.js": PROGRAM, "Pulumi.yaml": PULUMI_YAML, ...files })) {
    await write(file, text);
  }
  const simulator = await startSimulator({ ...account, token: TOKEN });
  const clock = machineNow === undefined ? {} : machineClock(base, machineNow);
  const settings = { accountId: simulator.accountId, baseUrl: simulator.url, ...config };
  const reopen = (other: Readonly<Record<string, string>>) =>
    engine.open({
      project,
      folder,
      stack: "trial",
      config: Object.fromEntries(
        Object.entries({ ...settings, ...other }).map(([key, value]) => [
          key.includes(":") ? key : `warp-registrations:${key}`,
          value,
        ]),
      ),
      env: {
        CLOUDFLARE_API_TOKEN: TOKEN,
        TMPDIR: temporary,
        TMP: temporary,
        TEMP: temporary,
        ...clock,
        ...env,
      },
    });
  const stack = await reopen({});
  const end = async () => {
    await simulator.close();
    await rm(base, { recursive: true, force: true });
  };
  return { project, folder, simulator, stack, write, reopen, end };
}

/** As `npm install` of a folder does it: links. */
async function install(project: string): Promise<void> {
  const root = packageRoot();
  const modules = join(project, "node_modules");
  await mkdir(modules, { recursive: true });
  await symlink(root, join(modules, "pulumi-warp-registrations"), "junction");
  await symlink(join(root, "node_modules", "@pulumi"), join(modules, "@pulumi"), "junction");
}

/** Found from the sources and from dist/ alike. */
function packageRoot(): string {
  return dirname(require.resolve("pulumi-warp-registrations/package.json"));
}
