/** Serial numbers and hardware ids as programs and hands spoil them on the way: worth a question. */

import type { EntryMatch } from "./allowlist.js";
import { comparedValue } from "./entry-keys.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";

/** Letters of other scripts that are drawn as these: nobody sees that an `А` is Cyrillic. */
const lookalikes: ReadonlyMap<string, string> = new Map(
  ["АA", "ВB", "СC", "ЕE", "НH", "ІI", "ЈJ", "КK", "МM", "ОO", "РP", "ЅS", "ТT", "ХX", "УY"]
    .concat(["ΑA", "ΒB", "ΕE", "ΖZ", "ΗH", "ΙI", "ΚK", "ΜM", "ΝN", "ΟO", "ΡP", "ΤT", "ΥY", "ΧX"])
    .map((pair) => [pair.slice(0, 1), pair.slice(1)]),
);

/** Straight and typographic quotes, accents and primes that are typed for them. */
const quotes = /["'`\u00ab\u00b4\u00bb\u2018-\u201f\u2032-\u2037\u2039\u203a\u301d-\u301f]/gu;

/** What stands before a serial number on a sticker. */
const label = /^(?:s\/?n|serial(?: (?:no|number))?)[.:#\s]+(?=\S)/iu;

/** Machines whose serial numbers have blanks: `VMware-56 4d 1a …`. */
const withBlanks = /^(?:vmware|parallels)-/iu;

/** Nearly all are like that, and have nothing to look at. */
const plain = /^[\dA-Za-z-]+$/u;

/** The serial number or hardware id that was probably meant; undefined where nothing is odd about it. */
export function meantValue(key: "serial" | "hardwareId", value: string): string | undefined {
  if (plain.test(value)) return undefined;
  const visible = value
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .replace(quotes, "")
    .replace(/\p{Pd}|\u2212/gu, "-")
    .replace(/[\u0370-\u04ff]/gu, (letter) => lookalikes.get(letter.toUpperCase()) ?? letter)
    .trim()
    .replace(label, "");
  const meant = withBlanks.test(visible) ? visible : visible.replace(/\s+/gu, "");
  return meant === "" || comparedValue(key, meant) === comparedValue(key, value) ? undefined : meant;
}

/** The warning about a match that goes by an odd serial number or hardware id. */
export function oddMatch(
  match: Pick<EntryMatch, "serial" | "hardwareId">,
): Pick<Message, "text" | "fix"> | undefined {
  for (const key of ["serial", "hardwareId"] as const) {
    const value = match[key];
    const meant = value === undefined ? undefined : meantValue(key, value);
    if (value !== undefined && meant !== undefined) return oddText(key, value, meant);
  }
  return undefined;
}

export function oddText(key: "serial" | "hardwareId", value: string, meant: string) {
  return {
    text: `the ${key} ${shown(value)} holds ${oddity(value)}, and would match no device that tells another`,
    fix: `did you mean ${shown(meant)}?`,
  };
}

/** Quotes and blanks come from a spreadsheet or a mail, the rest from a keyboard or a PDF. */
function oddity(value: string): string {
  if (value.search(quotes) !== -1) return "a quotation mark";
  if (label.test(value)) return "a label";
  // eslint-disable-next-line no-control-regex -- everything outside ASCII is meant
  if (/[^\u0000-\u007f]/u.test(value)) return "a character that no keyboard of a vendor writes";
  return "a blank";
}
