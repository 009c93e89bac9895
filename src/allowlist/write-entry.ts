/** Entries and users as YAML, in block style. */

import type { Entry } from "./allowlist.js";
import { keyText, quotedText } from "./write-text.js";

/** An entry to be written: its match, and what else it says. */
export type NewEntry = Pick<
  Entry,
  "match" | "state" | "from" | "expires" | "note" | "reason" | "owner" | "ticket"
>;

/** The lines of an entry, its dash at `indent`. */
export function entryLines(entry: NewEntry, indent: string): string[] {
  return pairsOf(entry).map((pair, at) => `${indent}${at === 0 ? "-" : " "} ${pair}`);
}

/** A user with entries. `indent` is that of the key; the dashes stand `step` further in. */
export function userLines(
  email: string,
  entries: readonly NewEntry[],
  indent: string,
  step: string,
): string[] {
  const key = `${indent}${keyText(email)}:`;
  if (entries.length === 0) return [`${key} []`];
  return [key, ...entries.flatMap((entry) => entryLines(entry, indent + step))];
}

function pairsOf({ match, state, from, expires, note, reason, owner, ticket }: NewEntry): string[] {
  const texts = { ...match };
  const rest = { note, reason, owner, ticket };
  return [
    ...Object.entries(texts).map(([key, value]) => `${key}: ${quotedText(value)}`),
    ...(state === "active" ? [] : [`state: ${state}`]),
    ...(from === undefined ? [] : [`from: ${from.text}`]),
    ...(expires === undefined ? [] : [`expires: ${expires.text}`]),
    ...Object.entries(rest).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}: ${quotedText(value)}`],
    ),
  ];
}
