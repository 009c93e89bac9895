/** Entries and users as YAML, in block style. */

import { stringify } from "yaml";
import { escapeText } from "../text/escape.js";
import { type EntryMatch, isUsableHardwareId, isUsableSerial } from "./match-values.js";
import type { Entry } from "./model.js";

/** An entry to write: its match, and what else it sets. */
export type NewEntry = Pick<
  Entry,
  "match" | "state" | "from" | "expires" | "note" | "reason" | "owner" | "ticket"
>;

/** The lines of an entry, with its dash at `indent`. */
export function entryLines(entry: NewEntry, indent: string): string[] {
  return pairsOf(entry).map((pair, at) => `${indent}${at === 0 ? "-" : " "} ${pair}`);
}

/** The lines of a user with entries. `indent` is that of the key; the dashes are `step` further in. */
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

// The key that identifies a device best.

/** The known keys of a registration, without its name, which its user chose. */
interface KnownKeys {
  readonly registration: string;
  readonly device: string;
  /** Undefined if it does not identify a machine. */
  readonly serial?: string | undefined;
  readonly hardwareId?: string | undefined;
}

/**
 * The strongest match that stays with the machine: by serial number, else by hardware id, else by the device's id, else
 * by the registration's. Undefined if none of them can be written.
 */
export function bestMatch({ serial, hardwareId, device, registration }: KnownKeys): EntryMatch | undefined {
  if (serial !== undefined && isWritable(serial) && isUsableSerial(serial)) return { serial };
  if (hardwareId !== undefined && isWritable(hardwareId) && isUsableHardwareId(hardwareId))
    return { hardwareId };
  if (isWritable(device)) return { device };
  return isWritable(registration) ? { registration } : undefined;
}

/** Whether the readers of an entry accept it: not blank, not too long, and without characters that nobody sees. */
export function isWritable(value: string): boolean {
  return value !== "" && value.trim() === value && value.length <= 256 && !/\p{C}|\p{Zl}|\p{Zp}/u.test(value);
}

// YAML made from text of unknown origin, such that the readers in this folder get exactly that text back.

const OPTIONS = { lineWidth: 0, doubleQuotedAsJSON: true } as const;

/** Characters that must not be raw, even in double quotes. `checkCharacters` refuses most of them. */
const hidden = /\p{C}|\p{Zl}|\p{Zp}/gu;

/**
 * A text in double quotes, on one line. Without the quotes, YAML and its older readers take some serial numbers for
 * numbers, dates or a yes. Characters that nobody sees are written as escapes.
 */
function quotedText(text: string): string {
  if (isPlainAscii(text)) return `"${text}"`;
  const quoted = stringify(text, { ...OPTIONS, defaultStringType: "QUOTE_DOUBLE" }).trimEnd();
  return quoted.replace(hidden, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/**
 * Whether nothing has to be escaped. That is so for nearly all texts, and spares a call of the library, which is slow.
 */
function isPlainAscii(text: string): boolean {
  return /^[ !#-[\]-~]*$/u.test(text);
}

/** Nearly all keys are such an address, which YAML takes for nothing else. */
const ADDRESS = /^[a-z][\w.+-]*@[a-z\d.-]+$/u;

/** The longest e-mail address. YAML writes keys of more than 1,024 characters in a different way. */
const LONGEST_ADDRESS = 254;

/** A key, with quotes if YAML needs them. */
export function keyText(key: string): string {
  if (key.length <= LONGEST_ADDRESS && ADDRESS.test(key)) return key;
  const plain = stringify({ [key]: 0 }, OPTIONS)
    .trimEnd()
    .slice(0, -": 0".length);
  return /^[\x21-\x7e]*$/u.test(plain) && !plain.startsWith("? ") ? plain : quotedText(key);
}

/** A comment with any text, on one line; the text is cut to `most` characters. */
export function commentText(text: string, most = 100): string {
  return `# ${escapeText(text, most)}`.trimEnd();
}
