/** Inline programs of the Automation API, which runs the real CLI: in the user's own process, in a temporary folder. */

import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { realEngine } from "../engine/scenario.js";
import { run } from "../pipelines/command.js";
import { startTrial, TOKEN, type Trial } from "../support/trial.js";
import { ACCOUNT } from "../support/world.js";
import { LISTED } from "./small-account.js";
import { writesOf } from "./trace.js";

/** Prints one line of JSON for each run, and `alive` at the end. */
const SCRIPT = `const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const { warpRegistrations } = require("pulumi-warp-registrations/program");
const say = (value) => console.log(JSON.stringify(value));
async function main() {
  const envVars = process.env.MODULES ? { NODE_PATH: process.env.MODULES } : {};
  const program = async () => { await warpRegistrations({ folder: __dirname }); };
  const stack = await LocalWorkspace.createOrSelectStack({ stackName: "inline", projectName: "inline", program }, { envVars });
  say({ folder: stack.workspace.workDir });
  say((await stack.preview()).changeSummary);
  say((await stack.up()).summary.resourceChanges);
  say((await stack.refresh({ expectNoChanges: true })).summary.resourceChanges);
  say((await stack.preview({ expectNoChanges: true })).changeSummary);
  say((await stack.destroy()).summary.result);
  say("alive");
}
main().catch((error) => { console.log(error.message); process.exit(1); });
`;

interface Case {
  readonly title: string;
  readonly cwd: (trial: Trial) => string;
  readonly env?: (trial: Trial) => Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { title: "from a folder that has the packages", cwd: ({ project }) => project },
  {
    title: "from another folder, with NODE_PATH in envVars",
    cwd: () => tmpdir(),
    env: ({ project }) => ({ MODULES: join(project, "node_modules") }),
  },
];

/** npm puts its own `pulumi` first, which fetches a CLI. */
const withoutModules = (path: string) =>
  path
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter);

describe("an inline program", () => {
  test.each(CASES)("$title", async ({ cwd, env }) => {
    const engine = await realEngine();
    if (typeof engine === "string") {
      console.warn(`Not tried: ${engine}`);
      return;
    }
    const trial = await startTrial({ engine, ...LISTED });
    try {
      await trial.write("inline.js", SCRIPT);
      const state = join(trial.folder, "inline");
      for (const folder of [state, join(trial.folder, "home")]) mkdirSync(folder, { recursive: true });
      const { code, all, stdout } = await run(process.execPath, [join(trial.project, "inline.js")], {
        cwd: cwd(trial),
        env: {
          ...{ CLOUDFLARE_API_TOKEN: TOKEN, CLOUDFLARE_ACCOUNT_ID: ACCOUNT },
          ...{ CLOUDFLARE_BASE_URL: trial.simulator.url, PULUMI_BACKEND_URL: `file://${state}` },
          PATH: withoutModules(process.env.PATH ?? ""),
          ...{ PULUMI_CONFIG_PASSPHRASE: "any", PULUMI_HOME: join(trial.folder, "home") },
          ...{ PULUMI_SKIP_UPDATE_CHECK: "true", ...env?.(trial) },
        },
      });
      expect(code, all).toBe(0);
      const [first, ...runs] = stdout.split("\n").map((line) => JSON.parse(line) as unknown);
      expect(first).toMatchObject({ folder: expect.stringContaining(tmpdir()) as string });
      expect(runs).toEqual([{ create: 6 }, { create: 6 }, { same: 6 }, { same: 6 }, "succeeded", "alive"]);
      expect(writesOf(trial.simulator)).toEqual([
        "POST registrations/revoke id=alice-old&id=carol-laptop",
        "DELETE registrations id=bob-tablet",
        "POST registrations/unrevoke id=bob-laptop",
      ]);
    } finally {
      await trial.end();
    }
  });
});
