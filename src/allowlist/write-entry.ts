/** Entries and users as YAML, in block style. */

import { stringify } from "yaml";
import { escapeText } from "../text/escape.js";
import { type EntryMatch, isUsableHardwareId, isUsableSerial } from "./match-values.js";
import type { Entry } from "./model.js";

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

// Which key of an entry tells a device best.

/** What is known of a registration; never its name, which its user chose. */
interface KnownKeys {
  readonly registration: string;
  readonly device: string;
  /** Undefined where it names no machine. */
  readonly serial?: string | undefined;
  readonly hardwareId?: string | undefined;
}

/**
 * The strongest match that stays with the machine: by serial, else by hardware id, else by the device's id, else by the
 * registration's. Undefined where none of them can be written down.
 */
export function bestMatch({ serial, hardwareId, device, registration }: KnownKeys): EntryMatch | undefined {
  if (serial !== undefined && isWritable(serial) && isUsableSerial(serial)) return { serial };
  if (hardwareId !== undefined && isWritable(hardwareId) && isUsableHardwareId(hardwareId))
    return { hardwareId };
  if (isWritable(device)) return { device };
  return isWritable(registration) ? { registration } : undefined;
}

/** Whether the readers of an entry take it: not blank, not too long, without what nobody sees. */
export function isWritable(value: string): boolean {
  return value !== "" && value.trim() === value && value.length <= 256 && !/\p{C}|\p{Zl}|\p{Zp}/u.test(value);
}

// Pieces of YAML made from text of unknown origin, such that the readers of this folder take them for just that text.

const OPTIONS = { lineWidth: 0, doubleQuotedAsJSON: true } as const;

/** What stands in double quotes and is not to be seen raw: `hidden-characters.ts` refuses most of it. */
const hidden = /\p{C}|\p{Zl}|\p{Zp}/gu;

/**
 * A text in double quotes, on one line: without them YAML and its older readers take some serial numbers for numbers,
 * dates or a yes. Characters that a reader does not see are written as escapes.
 */
function quotedText(text: string): string {
  if (isPlainAscii(text)) return `"${text}"`;
  const quoted = stringify(text, { ...OPTIONS, defaultStringType: "QUOTE_DOUBLE" }).trimEnd();
  return quoted.replace(hidden, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** What nearly all texts are: nothing in it has to be escaped, so that the library, which is slow, is not asked. */
function isPlainAscii(text: string): boolean {
  return /^[ !#-[\]-~]*$/u.test(text);
}

/** Nearly all keys: YAML takes such an address for no other thing. */
const ADDRESS = /^[a-z][\w.+-]*@[a-z\d.-]+$/u;

/** As an e-mail address can be; YAML has its own way for keys of more than 1,024 characters. */
const LONGEST_ADDRESS = 254;

/** A key, quoted where YAML needs it. */
export function keyText(key: string): string {
  if (key.length <= LONGEST_ADDRESS && ADDRESS.test(key)) return key;
  const plain = stringify({ [key]: 0 }, OPTIONS)
    .trimEnd()
    .slice(0, -": 0".length);
  return /^[\x21-\x7e]*$/u.test(plain) && !plain.startsWith("? ") ? plain : quotedText(key);
}

/** A comment's text on one line, whatever stands in it; cut to `most` characters. */
export function commentText(text: string, most = 100): string {
  return `# ${escapeText(text, most)}`.trimEnd();
}
