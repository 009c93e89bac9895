/** `warp-registrations plan`: what an update would do. */

import type { Command } from "commander";
import { formatNames } from "../report/formats.js";
import { newCommand, runs, type CommandContext } from "./command.js";
import type { ExitCode } from "./exit-codes.js";
import {
  accountOptions,
  allowlistOption,
  exitCodeOption,
  nowOption,
  outputOptions,
  planOptions,
} from "./options.js";
import { planRun, reportPlan, type PlanningOptions } from "./planning.js";
import type { Surroundings } from "./surroundings.js";

const PLAN_EXAMPLE = `
$ export CLOUDFLARE_ACCOUNT_ID=… CLOUDFLARE_API_TOKEN=…
$ warp-registrations plan --output json=plan.json markdown=plan.md --base base/allowlist.yaml
WARP registrations: to revoke 2, unrevoke 1
…

The token needs no more than Zero Trust Read. WARP_EXPECT_PLAN, WARP_APPROVE and WARP_EVIDENCE mean what they mean to
the Pulumi program.
`;

export function planCommand(context: CommandContext): Command {
  const command = newCommand(
    "plan",
    "Compare an allowlist with the account, and show what an update would do.",
    PLAN_EXAMPLE,
  );
  const options = [
    allowlistOption(),
    ...accountOptions(),
    nowOption("to decide (default: now, or when the inventory was taken)"),
    ...planOptions(),
    ...outputOptions(formatNames),
    exitCodeOption("an act is due or something was found"),
  ];
  for (const option of options) command.addOption(option);
  return runs(command, context, plan);
}

async function plan(surroundings: Surroundings, options: PlanningOptions): Promise<ExitCode> {
  return reportPlan(surroundings, options, await planRun(surroundings, options));
}
