import { shown } from "../text/words.js";
import type { Problem, ScalarNode, AddProblem, TreePair } from "./source.js";

/** A length of time as it was written (`72h`, `90d`) and in milliseconds. */
export interface Duration {
  readonly text: string;
  readonly ms: number;
}

/** A whole day in UTC, as it was written (`2026-06-30`) and its first moment, in milliseconds since 1970. */
export interface Day {
  readonly text: string;
  readonly start: number;
}

/** The milliseconds of a day in UTC. */
export const dayMs = 86_400_000;

/** The last moment that is written with four digits of a year: `9999-12-31` is how many say "for ever". */
export const lastMoment = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const dayShape = /^([2-9]\d{3})-(\d\d)-(\d\d)$/u;

const timeShape =
  /^([2-9]\d{3}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-][01]\d:[0-5]\d)$/u;

/** `2026-06-30` as data; undefined for another form, a day that the calendar does not have, or a year before 2000. */
export function toDay(text: string): Day | undefined {
  const [, year = "", month = "", day = ""] = dayShape.exec(text) ?? [];
  const start = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // `Date.UTC` counts on where a month ends: 30 February is 2 March.
  return year !== "" && new Date(start).toISOString().startsWith(text) ? { text, start } : undefined;
}

/** An RFC 3339 time with its zone, in milliseconds since 1970; undefined for everything else, days included. */
export function toTime(text: string): number | undefined {
  const upper = text.toUpperCase();
  const [, day = ""] = timeShape.exec(upper) ?? [];
  return toDay(day) === undefined ? undefined : Date.parse(upper);
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
]);

/** Ten years; what is longer is a slip. */
const longestMs = 3650 * 86_400_000;

/** `72h` as data; undefined for all that is not a whole number and one unit, or is longer than 3650 days. */
export function toDuration(text: string): Duration | undefined {
  const [, count = "", unit = ""] = /^(0|[1-9]\d{0,6})([mhdw])$/u.exec(text) ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? NaN);
  return ms <= longestMs ? { text, ms } : undefined;
}

/** What to do where a length of zero is written and would loop, or true where zero is allowed. */
type ZeroDuration = true | string;

const durationForm = "a whole number and one of m, h, d, w (minutes, hours, days, weeks), at most 3650d";

/** A length of time; where the value is none, that is told, and undefined comes back. */
export function readDuration(
  pair: TreePair,
  zero: ZeroDuration,
  addProblem: AddProblem,
): Duration | undefined {
  const node = scalarOf(pair);
  if (node === undefined) return undefined;
  const duration = typeof node.value === "string" ? toDuration(node.value) : undefined;
  if (duration !== undefined && (duration.ms > 0 || zero === true)) return duration;
  if (zero !== true && (duration !== undefined || node.value === 0)) {
    addProblem(bad("duration", pair, node, "is zero, and would apply to everything at once", zero));
    return undefined;
  }
  addProblem(bad("duration", pair, node, `is not ${durationForm}`, "write it as `90d` or `12h`"));
  return undefined;
}

/** A whole day in UTC. */
export function readDay(pair: TreePair, addProblem: AddProblem): Day | undefined {
  const node = scalarOf(pair);
  if (node === undefined) return undefined;
  const day = typeof node.value === "string" ? toDay(node.value) : undefined;
  if (day === undefined)
    addProblem(
      bad("date", pair, node, "is not a day of the calendar from 2000 to 9999", "write it as `2026-06-30`"),
    );
  return day;
}

/** A day or a time. */
type Moment = { readonly day: Day } | { readonly time: number };

/** A whole day in UTC, or a time with its zone. */
export function readMoment(pair: TreePair, addProblem: AddProblem): Moment | undefined {
  const node = scalarOf(pair);
  if (node === undefined) return undefined;
  const day = typeof node.value === "string" ? toDay(node.value) : undefined;
  if (day !== undefined) return { day };
  const time = typeof node.value === "string" ? toTime(node.value) : undefined;
  if (time !== undefined) return { time };
  const fix = "write it as `2026-06-30` or, with its time zone, `2026-06-30T09:00:00Z`";
  addProblem(bad("date", pair, node, "is neither a day from 2000 to 9999 nor a time with its zone", fix));
  return undefined;
}

/** A day counts from its first moment. */
export function readDate(pair: TreePair | undefined, addProblem: AddProblem): Date | undefined {
  const moment = pair === undefined ? undefined : readMoment(pair, addProblem);
  if (moment === undefined) return undefined;
  return new Date("day" in moment ? moment.day.start : moment.time);
}

/** What is not a scalar, or has no value, is left to the schema. */
function scalarOf({ value }: TreePair): ScalarNode | undefined {
  return value.kind === "scalar" && value.value !== null ? value : undefined;
}

function bad(what: "duration" | "date", pair: TreePair, node: ScalarNode, is: string, fix: string): Problem {
  const text = `${shown(pair.key)} is ${shown(node.raw)}, which ${is}`;
  return { code: `allowlist/bad-${what}`, offset: node.start, text, fix };
}
