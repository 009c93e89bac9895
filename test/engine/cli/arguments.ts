/** The options of a run as the CLI's flags. */

import type { Operation, RunOptions } from "../engine.js";

/** The CLI has no flag for what an operation cannot do; such options are left out. */
const UNKNOWN_TO: Readonly<Record<Operation, readonly (keyof RunOptions)[]>> = {
  preview: ["skipPreview", "continueOnError"],
  up: [],
  refresh: ["refresh", "continueOnError"],
  destroy: ["expectNoChanges"],
};

const FLAGS = [
  ["skipPreview", "--skip-preview"],
  ["expectNoChanges", "--expect-no-changes"],
  ["refresh", "--refresh"],
  ["continueOnError", "--continue-on-error"],
  ["diff", "--diff"],
] as const;

/** What stands behind `pulumi`, without the stack. */
export function toArguments(operation: Operation, options: RunOptions): readonly string[] {
  const flags = FLAGS.filter(([option]) => options[option] && !UNKNOWN_TO[operation].includes(option));
  return [
    operation,
    ...["--non-interactive", "--color", "never", "--suppress-progress"],
    ...(operation === "preview" ? [] : ["--yes"]),
    ...flags.map(([, flag]) => flag),
    ...(options.parallel === undefined ? [] : ["--parallel", String(options.parallel)]),
    ...(options.policyPacks ?? []).flatMap(({ folder, config }) => [
      ...["--policy-pack", folder, "--policy-pack-config", config],
    ]),
    ...(options.targets ?? []).flatMap((name) => ["--target", `**::${name}`]),
  ];
}
