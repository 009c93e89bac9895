import type { Day } from "./policy.js";

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
