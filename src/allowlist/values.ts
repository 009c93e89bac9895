import { domainToASCII } from "node:url";
import { shown } from "../text/words.js";
import type { AddMessage, SourcePosition } from "./messages.js";
import {
  type ParsedFile,
  type Place,
  type Problem,
  type SourceText,
  type AddProblem,
  type TextNode,
  textNode,
  type TreeNode,
  type TreePair,
  valueAt,
  type ScalarNode,
} from "./source.js";

/** Plain scalars that are text in YAML 1.2 and something else to the many readers of YAML 1.1. */
const otherReadings: readonly (readonly [RegExp, string])[] = [
  [/^(?:yes|no|on|off|y|n)$/iu, "a yes or no"],
  [/^\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?$/u, "a date"],
  [/^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/u, "a number with base 60"],
  [/^[-+]?(?:0b[01_]+|0x[\da-f_]+|\d[\d_]*(?:\.[\d_]*)?)$/iu, "a number"],
];

/** What is wrong with a text that something is compared with: it must be written exactly as meant. */
export function matchTextProblem(node: TextNode, key: string): Problem | undefined {
  const { value, start } = node;
  const unquoted = freeTextProblem(node, key);
  if (unquoted !== undefined || value === "") return unquoted;
  if (value.trim() === "")
    return { code: "allowlist/bad-value", offset: start, text: `\`${key}\` is blank`, fix: "write a value" };
  if (value.trim() !== value)
    return {
      code: "allowlist/bad-value",
      offset: start,
      text: `\`${key}\` begins or ends with a space, so it would match nothing`,
      fix: `write ${JSON.stringify(value.trim().slice(0, 80))}`,
    };
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/u.test(value))
    return {
      code: "allowlist/bad-value",
      offset: start,
      text: `\`${key}\` contains a line break or another control character`,
      fix: "write it on one line, in quotes",
    };
  return undefined;
}

/** What is wrong with a required text for readers: that it is blank, or what `freeTextProblem` reports. */
export function requiredTextProblem(node: TextNode, key: string): Problem | undefined {
  // The schema reports an empty text.
  if (node.value === "" || node.value.trim() !== "") return freeTextProblem(node, key);
  const text = `\`${key}\` is blank`;
  return {
    code: "allowlist/bad-value",
    offset: node.start,
    text,
    fix: "write the reason, for those who read it",
  };
}

/** What is wrong with a key that the user chose as a name. */
export function keyTextProblem({ key, keyStart }: TreePair, what: string): Problem | undefined {
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  if (key.trim() === key && key !== "" && key.length <= 256 && !/[\u0000-\u001f\u007f-\u009f]/u.test(key))
    return undefined;
  return {
    code: "allowlist/bad-value",
    offset: keyStart,
    text: `${shown(key)} is not ${what}: it is empty, is longer than 256 characters, contains a line break or another control character, or has spaces around it`,
    fix: "write it on one line, without spaces around it",
  };
}

/** What is wrong with a free text: only that it has no quotes where readers of YAML differ. */
export function freeTextProblem(node: TextNode, key: string): Problem | undefined {
  if (!node.plain) return undefined;
  const reading = otherReadings.find(([shape]) => shape.test(node.value));
  if (reading === undefined) return undefined;
  const pair = { key, keyStart: node.start, value: node };
  return quoteProblem(
    { node, pair, name: `\`${key}\`` },
    node.raw,
    `${reading[1]} to tools that read YAML 1.1`,
  );
}

/** Reports text without quotes that YAML, or another reader of YAML, takes for something else. */
export function quoteProblem(place: Pick<Place, "node" | "pair" | "name">, raw: string, as: string): Problem {
  const quoted = JSON.stringify(raw.length > 80 ? `${raw.slice(0, 79)}…` : raw);
  return {
    code: "allowlist/quote-it",
    offset: place.node.start,
    text: `${place.name} is ${shown(raw)} without quotes, which is ${as}, not text`,
    fix: `quote it: ${place.pair === undefined ? "" : `${place.pair.key}: `}${quoted}`,
  };
}

/** A number, or undefined if it is not one. The schema checks its kind and size. */
export function readNumber(pair: TreePair | undefined, addProblem: AddProblem): number | undefined {
  const node = pair?.value;
  if (node?.kind !== "scalar" || typeof node.value !== "number" || !Number.isFinite(node.value))
    return undefined;
  // `010` is ten in YAML 1.2 and eight to many readers. A limit must mean the same to all of them.
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/u.test(node.raw))
    addProblem({
      code: "allowlist/bad-value",
      offset: node.start,
      text: `${shown(pair?.key ?? "")} is ${shown(node.raw)}, which different YAML tools read as different numbers`,
      fix: `write ${String(node.value)}`,
    });
  return node.value;
}

/** Letters, digits, marks and inner hyphens of any script: an internationalised domain may be in its readable form. */
const domainShape =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}][\p{L}\p{N}\p{M}-]*$/u;

/**
 * Excludes blanks, hidden characters, what needs quotes in RFC 5321's local part, and `*`: whoever writes `*` means a
 * pattern, which would protect nobody.
 */
const localShape = /^[^\p{C}\p{Z}"(),:;<>@[\\\]*]{1,64}$/u;

/** Nearly every address from the API already has its compared form. */
const plain = /^[a-z\d@._+-]*$/;

/**
 * The form in which e-mails are compared: trimmed, NFC, lower-cased without locale, and the domain in A-labels as in
 * DNS (`bob@bücher.example` becomes `bob@xn--bcher-kva.example`). Applying it twice changes nothing.
 */
export function normaliseEmail(text: string): string {
  if (plain.test(text)) return text;
  const folded = fold(text);
  const at = folded.lastIndexOf("@") + 1;
  return at === 0 ? folded : folded.slice(0, at) + toAscii(folded.slice(at));
}

/** The same for a domain only. */
export function normaliseDomain(text: string): string {
  return toAscii(fold(text));
}

/** An e-mail or a domain in the form that is shown: trimmed, NFC, lower-cased without locale. */
export function fold(text: string): string {
  // Lower-casing can take a text out of NFC (U+0130 becomes two characters), so NFC is applied again at the end.
  return plain.test(text) ? text : text.trim().normalize("NFC").toLowerCase().normalize("NFC");
}

/**
 * Converts only domains that are not in ASCII. Node reads other texts as hosts of URLs, where `127.1` is an address. A
 * domain that DNS could not hold is unchanged.
 */
function toAscii(domain: string): string {
  if (plain.test(domain) || !isEmailDomain(domain)) return domain;
  return domainToASCII(domain) || domain;
}

/** Whether a normalised text has the form of an e-mail domain: labels separated by dots, at most 253 characters. */
export function isEmailDomain(text: string): boolean {
  return text.length <= 253 && domainShape.test(text);
}

/** Whether a normalised text has the form of an e-mail address: at most 254 characters, as RFC 5321 allows. */
export function isEmail(text: string): boolean {
  if (text.length > 254) return false;
  const at = text.lastIndexOf("@");
  return at > 0 && localShape.test(text.slice(0, at)) && isEmailDomain(text.slice(at + 1));
}

/** The part of an e-mail address after the last `@`. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1);
}

/** Domains that the files write differently from DNS, by the form in which they are compared. */
export type WrittenDomains = ReadonlyMap<string, string>;

/** Both forms of an address's domain, or of a domain, if they differ; undefined for any other text. */
export function writtenDomain(text: string): readonly [compared: string, written: string] | undefined {
  if (plain.test(text)) return undefined;
  const written = domainOf(fold(text));
  const compared = toAscii(written);
  return compared === written ? undefined : [compared, written];
}

/**
 * Shows the domains in a text as the files write them. It replaces only whole domains that the files write: not a part
 * of a longer one, so that nobody is taken for somebody else.
 */
export function showDomains(domains: WrittenDomains): (text: string) => string {
  if (domains.size === 0) return (text) => text;
  const any = [...domains.keys()].map((domain) => domain.replaceAll(".", "\\.")).join("|");
  const pattern = new RegExp(`(?<![\\w.-])(?:${any})(?![\\w-]|\\.[\\w-])`, "gu");
  return (text) => text.replace(pattern, (domain) => domains.get(domain) ?? domain);
}

// `account`: the account or accounts that an allowlist is for.

/** Advice about something that is not an account id. */
export const ACCOUNT_ID_FORM =
  "an account id is 32 hex digits; it is in the dashboard's address: https://dash.cloudflare.com/<id>";

export function isAccountId(text: string): boolean {
  return /^[\da-f]{32}$/iu.test(text);
}

/** The root file's account ids in lower case, each with its line; empty if it is for any account. */
export function readAccount(root: ParsedFile, addProblem: AddProblem): ReadonlyMap<string, SourcePosition> {
  const node = valueAt(root.tree, "account");
  const found = new Map<string, SourcePosition>();
  const items: readonly TreeNode[] = node?.kind === "list" ? node.items : node === undefined ? [] : [node];
  for (const item of items) {
    const id = textNode(item);
    const key = id?.value.toLowerCase() ?? "";
    if (id === undefined || !isAccountId(key))
      addProblem({
        code: "allowlist/bad-value",
        offset: item.start,
        text: id === undefined ? "this is not an account id" : `${shown(id.value)} is not an account id`,
        fix: ACCOUNT_ID_FORM,
      });
    else if (!found.has(key)) found.set(key, root.source.position(id.start));
  }
  return found;
}

/**
 * Raw characters that make a file look different from what the parser reads: controls, bidirectional embeddings,
 * overrides and isolates ("trojan source", CVE-2021-42574), zero-width blanks, tag characters, and separators that only
 * some viewers break lines at. Joiners and directional marks are allowed: scripts and emoji need them.
 */
const misleading =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\r(?!\n)|\p{Cs}/gu;

/** More places than this are a single problem: the file is not a text. */
const most = 20;

/** Reports raw characters that must be written as escapes in double quotes, if they are meant. */
export function checkCharacters(source: SourceText, addMessage: AddMessage): boolean {
  let found = 0;
  for (const match of source.text.matchAll(misleading)) {
    if (++found > most) break;
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    addMessage(
      source.message({
        code: "allowlist/hidden-character",
        offset: match.index,
        text: `the character U+${code} is here, and readers do not see it`,
        fix: `remove it, or write it in double quotes as "\\U${code.padStart(8, "0")}"`,
      }),
    );
  }
  return found === 0;
}

// Durations, days and moments.

/** A length of time as written (`72h`, `90d`) and in milliseconds. */
export interface Duration {
  readonly text: string;
  readonly ms: number;
}

/** A whole day in UTC: as written (`2026-06-30`), and its first moment in milliseconds since 1970. */
export interface Day {
  readonly text: string;
  readonly start: number;
}

export const dayMs = 86_400_000;

/** The last moment whose year has four digits. Many people write `9999-12-31` for "forever". */
export const lastMoment = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const dayShape = /^([2-9]\d{3})-(\d\d)-(\d\d)$/u;

const timeShape =
  /^([2-9]\d{3}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-][01]\d:[0-5]\d)$/u;

/** `2026-06-30` as data. Undefined for another form, a day that the calendar does not have, or a year before 2000. */
export function toDay(text: string): Day | undefined {
  const [, year = "", month = "", day = ""] = dayShape.exec(text) ?? [];
  const start = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // `Date.UTC` counts past the end of a month: 30 February becomes 2 March.
  return year !== "" && new Date(start).toISOString().startsWith(text) ? { text, start } : undefined;
}

/** An RFC 3339 time with its zone, in milliseconds since 1970. Undefined for everything else, days included. */
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

/** Ten years. A longer duration is a slip. */
const longestMs = 3650 * 86_400_000;

/** `72h` as data. Undefined for anything except a whole number and one unit, and for more than 3650 days. */
export function toDuration(text: string): Duration | undefined {
  const [, count = "", unit = ""] = /^(0|[1-9]\d{0,6})([mhdw])$/u.exec(text) ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? NaN);
  return ms <= longestMs ? { text, ms } : undefined;
}

/** What to do if a length of zero, which would loop, is written; true if zero is allowed. */
type ZeroDuration = true | string;

const NO_DURATION =
  "is not a whole number followed by m, h, d or w (minutes, hours, days, weeks), at most 3650d";

/** A length of time. Reports a value that is not one, and returns undefined. */
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
    addProblem(bad("duration", pair, node, "is zero, so it would apply to everything at once", zero));
    return undefined;
  }
  addProblem(bad("duration", pair, node, NO_DURATION, "write it as `90d` or `12h`"));
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

/** The scalar with its value. Undefined for anything else, which the schema reports. */
function scalarOf({ value }: TreePair): ScalarNode | undefined {
  return value.kind === "scalar" && value.value !== null ? value : undefined;
}

function bad(what: "duration" | "date", pair: TreePair, node: ScalarNode, is: string, fix: string): Problem {
  const text = `${shown(pair.key)} is ${shown(node.raw)}, which ${is}`;
  return { code: `allowlist/bad-${what}`, offset: node.start, text, fix };
}
