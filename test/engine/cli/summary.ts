/** Counts of steps, read from the summary that the CLI prints under `Resources:`. */

import type { StepKind, Steps } from "../engine.js";

const LINE =
  /^\s+(?:[^\s\d]{1,2}\s*)?(?:\d+ changes?\. )?(\d+) (?:to )?(created?|updated?|deleted?|replaced?|unchanged|errored)$/u;

const KINDS: Readonly<Record<string, StepKind>> = {
  creat: "create",
  updat: "update",
  delet: "delete",
  replac: "replace",
  unchang: "same",
  error: "failed",
};

/** The last summary of an output: that of the update where there was a preview before it. */
export function readSummary(output: string): Steps {
  const last = output.lastIndexOf("\nResources:\n");
  const [summary = ""] = last === -1 ? [] : output.slice(last + 1).split("\n\n", 1);
  const counts = summary.split("\n").flatMap((line) => {
    const [, count, word = ""] = LINE.exec(line) ?? [];
    const kind = KINDS[word.replace(/e?d?$/u, "")];
    return kind === undefined ? [] : [[kind, Number(count)] as const];
  });
  return Object.fromEntries(counts);
}
