import type { Duration } from "./policy.js";

const unitMs: ReadonlyMap<string, number> = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
]);

/** Ten years; what is longer is a slip. */
const longestMs = 3650 * 86_400_000;

/** What people write instead, by how their word begins, in minutes. A month has 30 days, a year 365. */
const wordMinutes: readonly (readonly [RegExp, number])[] = [
  [/^m(?:in(?:ute)?s?)?$/u, 1],
  [/^h(?:(?:ou)?rs?)?$/u, 60],
  [/^d(?:ays?)?$/u, 1440],
  [/^w(?:(?:ee)?ks?)?$/u, 10_080],
  [/^mo(?:n(?:th)?s?)?$/u, 43_200],
  [/^y(?:(?:ea)?rs?)?$/u, 525_600],
];

/** `72h` as data; undefined for all that is not a whole number and one unit, or is longer than 3650 days. */
export function toDuration(text: string): Duration | undefined {
  const [, count = "", unit = ""] = /^(0|[1-9]\d{0,6})([mhdw])$/u.exec(text) ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? NaN);
  return ms <= longestMs ? { text, ms } : undefined;
}

/** The duration that was probably meant: `90` is days, `3 days` is `3d`, `1d12h` is `36h`, `P90D` is `90d`. */
export function probableDuration(text: string): string | undefined {
  const plain = text.trim().toLowerCase();
  if (plain.length > 40) return undefined;
  if (/^\d+$/u.test(plain)) return toText(Number(plain) * 1440);
  const parts = plain.replace(/^p(?=[\dt])/u, "").replace(/^t|(?<=\d[a-z])t/u, "");
  if (!/^(?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*)+$/u.test(parts)) return undefined;
  let minutes = 0;
  for (const [, count = "", word = ""] of parts.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gu))
    minutes += Number(count) * (wordMinutes.find(([shape]) => shape.test(word))?.[1] ?? NaN);
  return toText(minutes);
}

/** In the largest unit that needs no fraction. */
function toText(minutes: number): string | undefined {
  if (!Number.isSafeInteger(minutes) || minutes === 0) return undefined;
  const [unit, size] = minutes % 1440 === 0 ? ["d", 1440] : minutes % 60 === 0 ? ["h", 60] : ["m", 1];
  const text = `${minutes / size}${unit}`;
  return toDuration(text) === undefined ? undefined : text;
}
