import { toDay, toTime } from "./day.js";
import { toDuration } from "./duration.js";
import { shown } from "./nearest.js";
import type { Day, Duration } from "./policy.js";
import type { Problem, Tell } from "./source-text.js";
import type { ScalarNode, TreePair } from "./tree.js";

/** What to do where a length of zero is written and would loop, or true where zero is allowed. */
export type ZeroDuration = true | string;

const durationForm = "a whole number and one of m, h, d, w (minutes, hours, days, weeks), at most 3650d";

/** A length of time; where the value is none, that is told, and undefined comes back. */
export function readDuration(pair: TreePair, zero: ZeroDuration, tell: Tell): Duration | undefined {
  const node = scalarOf(pair);
  if (node === undefined) return undefined;
  const duration = typeof node.value === "string" ? toDuration(node.value) : undefined;
  if (duration !== undefined && (duration.ms > 0 || zero === true)) return duration;
  if (zero !== true && (duration !== undefined || node.value === 0)) {
    tell(bad("duration", pair, node, "is zero, and would hold for everything at once", zero));
    return undefined;
  }
  tell(bad("duration", pair, node, `is not ${durationForm}`, "write it as `90d` or `12h`"));
  return undefined;
}

/** A whole day in UTC. */
export function readDay(pair: TreePair, tell: Tell): Day | undefined {
  const node = scalarOf(pair);
  if (node === undefined) return undefined;
  const day = typeof node.value === "string" ? toDay(node.value) : undefined;
  if (day === undefined)
    tell(
      bad("date", pair, node, "is not a day of the calendar from 2000 to 9999", "write it as `2026-06-30`"),
    );
  return day;
}

/** A day or a time. */
export type Moment = { readonly day: Day } | { readonly time: number };

/** A whole day in UTC, or a time with its zone. */
export function readMoment(pair: TreePair, tell: Tell): Moment | undefined {
  const node = scalarOf(pair);
  if (node === undefined) return undefined;
  const day = typeof node.value === "string" ? toDay(node.value) : undefined;
  if (day !== undefined) return { day };
  const time = typeof node.value === "string" ? toTime(node.value) : undefined;
  if (time !== undefined) return { time };
  const fix = "write it as `2026-06-30` or, with its time zone, `2026-06-30T09:00:00Z`";
  tell(bad("date", pair, node, "is neither a day from 2000 to 9999 nor a time with its zone", fix));
  return undefined;
}

/** A day counts from its first moment. */
export function readDate(pair: TreePair | undefined, tell: Tell): Date | undefined {
  const moment = pair === undefined ? undefined : readMoment(pair, tell);
  if (moment === undefined) return undefined;
  return new Date("day" in moment ? moment.day.start : moment.time);
}

/** What is no scalar, or has no value, is the schema's to tell. */
function scalarOf({ value }: TreePair): ScalarNode | undefined {
  return value.kind === "scalar" && value.value !== null ? value : undefined;
}

function bad(what: "duration" | "date", pair: TreePair, node: ScalarNode, is: string, fix: string): Problem {
  const text = `${shown(pair.key)} is ${shown(node.raw)}, which ${is}`;
  return { code: `allowlist/bad-${what}`, offset: node.start, text, fix };
}
