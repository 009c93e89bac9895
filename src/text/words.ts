import { closest, distance } from "fastest-levenshtein";

/** `1 file`, `2 files`; give the plural if it does not just add an `s`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** The text of a variable of the environment, trimmed; undefined if it is not set or is empty. */
export function variable(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  const text = env[name]?.trim();
  return text === "" ? undefined : text;
}

/** The order of texts by code unit: the same on every machine, whatever its locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A moment in UTC to the minute, from a date or an RFC 3339 time in UTC. */
export function minute(time: Date | string): string {
  const text = typeof time === "string" ? time : time.toISOString();
  return `${text.slice(0, 16)}Z`;
}

/** Values by key, in the order in which each key first appeared. Node 20 does not have `Map.groupBy`. */
export function groupBy<Value, Key>(
  values: Iterable<Value>,
  keyOf: (value: Value) => Key,
): ReadonlyMap<Key, readonly [Value, ...Value[]]> {
  const groups = new Map<Key, [Value, ...Value[]]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

/** Whether a value is a JSON object. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The known word that was probably meant; undefined if none is similar enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > 200) return undefined;
  const found = closest(word.toLowerCase(), known);
  const bound = Math.max(1, Math.floor(Math.max(word.length, found.length) / 3));
  return distance(word.toLowerCase(), found.toLowerCase()) <= bound ? found : undefined;
}

/** The known address that was probably meant. The domain, which many share, does not make addresses similar. */
export function nearestEmail(email: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || email.length > 200) return undefined;
  const found = closest(email, known);
  const local = Math.min(email.indexOf("@"), found.indexOf("@"));
  return distance(email, found) <= Math.max(1, Math.floor(local / 3)) ? found : undefined;
}

/** A fix that names the probable word, or else all allowed words. */
export function didYouMean(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess === undefined ? `write one of: ${known.join(", ")}` : `did you mean \`${guess}\`?`;
}

/** The text, cut if it has more characters (code points) than this, so that it does not push the rest out of sight. */
export function clipped(text: string, most = 60): string {
  if (text.length <= most) return text;
  // A code point has at most two code units, so a huge text is never split as a whole.
  const points = Array.from(text.slice(0, 2 * most + 2));
  return points.length <= most ? text : `${points.slice(0, Math.max(0, most - 1)).join("")}…`;
}

/** A piece of the user's text for a message: clipped, in backticks. */
export function shown(text: string): string {
  return `\`${clipped(text)}\``;
}
