import type { Freeze, Limits } from "./allowlist.js";
import { dayMs, lastMoment } from "./day.js";
import { readNumber } from "./numbers.js";
import type { ParsedFile } from "./root-file.js";
import { settingOr } from "./setting.js";
import type { Tell } from "./source-text.js";
import { requiredTextProblem } from "./text-values.js";
import { readDuration, readMoment } from "./time-values.js";
import { pairAt, textNode, valueAt } from "./tree.js";

/** The root file's limits. */
export function readLimits(root: ParsedFile, tell: Tell): Limits {
  const node = valueAt(root.tree, "limits");
  const perRun = pairAt(node, "perRun");
  const most = readNumber(perRun, tell);
  const age = pairAt(node, "maxPlanAge");
  const zero = "write how old a plan may be, as `24h`; a plan of age zero is always too old";
  const longest = age === undefined ? undefined : readDuration(age, zero, tell);
  return {
    ...(most === undefined ? {} : { perRun: settingOr(root, perRun, most, most) }),
    maxPlanAge: settingOr(root, age, longest, { text: "24h", ms: dayMs }),
  };
}

/** The root file's freeze; without both of its keys there is none, and the schema says so. */
export function readFreeze(root: ParsedFile, tell: Tell): Freeze | undefined {
  const pair = pairAt(root.tree, "freeze");
  const until = pairAt(pair?.value, "until");
  const reason = textNode(valueAt(pair?.value, "reason"));
  const moment = until === undefined ? undefined : readMoment(until, tell);
  if (reason !== undefined) tell(requiredTextProblem(reason, "reason"));
  if (pair === undefined || moment === undefined || reason === undefined) return undefined;
  return {
    // A day counts to its end: it is frozen as a whole.
    until: new Date(Math.min("day" in moment ? moment.day.start + dayMs : moment.time, lastMoment)),
    reason: reason.value,
    source: root.source.position(pair.keyStart),
  };
}
