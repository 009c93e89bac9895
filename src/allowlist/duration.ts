import type { Duration } from "./policy.js";

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
