import { lastOfMonth, toDay, toTime } from "./day.js";
import { probableDuration, toDuration } from "./duration.js";
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
  const probable = probableDuration(node.raw);
  const fix =
    probable === undefined ? `write ${durationForm}, as \`90d\`` : `did you mean ${shown(probable)}?`;
  tell(bad("duration", pair, node, `is not ${durationForm}`, fix));
  return undefined;
}

/** A whole day in UTC. */
export function readDay(pair: TreePair, tell: Tell): Day | undefined {
  const node = scalarOf(pair);
  if (node === undefined) return undefined;
  const day = typeof node.value === "string" ? toDay(node.value) : undefined;
  if (day === undefined) tell(badDay(pair, node, "a day as YYYY-MM-DD", `as 2026-06-30`));
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
  tell(badMoment(pair, node));
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

function badMoment(pair: TreePair, node: ScalarNode): Problem {
  const zoned = `${node.raw}Z`;
  if (toTime(zoned) !== undefined)
    return bad("date", pair, node, "is a time without its zone", `write ${zoned} if it is UTC`);
  const joined = node.raw.replace(/^(\S{10})\s+(?=\d)/u, "$1T").replace(/\s+/gu, "");
  if (toTime(joined) !== undefined)
    return bad("date", pair, node, "is not a time as RFC 3339 writes it", `write ${joined}`);
  return badDay(pair, node, "a day as YYYY-MM-DD, or a time with its zone", "as 2026-06-30T09:00:00Z");
}

function badDay(pair: TreePair, node: ScalarNode, form: string, example: string): Problem {
  const { raw } = node;
  const last = lastOfMonth(raw);
  if (last !== undefined)
    return bad("date", pair, node, "is not a day of the calendar", `the month's last day is ${last}`);
  const day = raw.slice(0, 10);
  if (raw.length > 10 && raw.length < 40 && /^[T\s]/iu.test(raw.slice(10)) && toDay(day) !== undefined)
    return bad("date", pair, node, `is not ${form}`, `write ${day}`);
  const [, year = "", month = "", date = ""] = /^(\d{4})[-/.](\d\d?)[-/.](\d\d?)$/u.exec(raw) ?? [];
  const padded = `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
  const fix = toDay(padded) === undefined ? `write ${example}; years from 2000 to 9999` : `write ${padded}`;
  return bad("date", pair, node, `is not ${form}`, fix);
}

function bad(what: "duration" | "date", pair: TreePair, node: ScalarNode, is: string, fix: string): Problem {
  const text = `${shown(pair.key)} is ${shown(node.raw)}, which ${is}`;
  return { code: `allowlist/bad-${what}`, offset: node.start, text, fix };
}
