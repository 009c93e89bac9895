import { shown } from "./nearest.js";
import { hardwareIdKey, isUsableHardwareId, isUsableSerial, serialKey } from "./serial.js";
import type { Problem, Tell } from "./source-text.js";
import { matchTextProblem } from "./text-values.js";
import type { TextNode } from "./tree.js";

interface MatchKeyText {
  /** Keys of one rank are equally strong; the lowest is the strongest. */
  readonly rank: number;
  /** The form in which values are compared. */
  readonly compared: (value: string) => string;
  /** A name is what the device's user chose. */
  readonly isName: boolean;
}

const asWritten = (value: string) => value;

/** The keys that an entry may match by, the strongest first. */
const KEYS = {
  registration: { rank: 0, compared: asWritten, isName: false },
  serial: { rank: 1, compared: serialKey, isName: false },
  hardwareId: { rank: 1, compared: hardwareIdKey, isName: false },
  device: { rank: 2, compared: asWritten, isName: false },
  name: { rank: 3, compared: asWritten, isName: true },
  nameGlob: { rank: 4, compared: asWritten, isName: true },
} as const satisfies Readonly<Record<string, MatchKeyText>>;

/** The keys by which an entry finds registrations; all that are given must match. */
export type EntryMatch = { readonly [Key in keyof typeof KEYS]?: string };

export const matchKeys = Object.keys(KEYS) as readonly (keyof EntryMatch)[];

/** An entry's match while it is being read. */
export type MatchDraft = { -readonly [Key in keyof EntryMatch]: EntryMatch[Key] };

export function isMatchKey(key: string): key is keyof EntryMatch {
  return Object.hasOwn(KEYS, key);
}

/** Equal for matches with the same keys and values, as they are compared. */
export function matchId(match: EntryMatch): string {
  return JSON.stringify(
    matchKeys.map((name) => {
      const value = match[name];
      return value === undefined ? null : comparedValue(name, value);
    }),
  );
}

/** What an entry is, apart from its line: whose, what it asks for, and what it matches by. */
export function entrySubject(
  email: string,
  { match, state }: { readonly match: EntryMatch; readonly state: string },
): readonly string[] {
  return [email, state, ...matchSubject(match)];
}

/** The keys and values of a match, as they are compared, in one order; other keys than an entry's may be among them. */
export function matchSubject(match: object): readonly string[] {
  return Object.entries(match as Readonly<Record<string, string | undefined>>)
    .flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} ${isMatchKey(key) ? comparedValue(key, value) : value}`],
    )
    .sort();
}

/** The form in which a key's value is compared. */
export function comparedValue(key: keyof EntryMatch, value: string): string {
  return KEYS[key].compared(value);
}

/** Of two entries the one whose strongest key has the lower rank decides. */
export type Rank = (typeof KEYS)[keyof EntryMatch]["rank"];

export function rankOfKey(key: keyof EntryMatch): Rank {
  return KEYS[key].rank;
}

/** Whether it goes by a name, which the device's user chose, and by nothing else about the device. */
export function isByNameAlone(match: EntryMatch): boolean {
  return matchKeys.every((key) => KEYS[key].isName || match[key] === undefined);
}

/** What is wrong with a `trustName` beside a match that does not go by a name alone. */
export function trustProblem(match: EntryMatch, offset: number): Problem | undefined {
  const strong = matchKeys.find((key) => match[key] !== undefined);
  if (strong !== undefined && isByNameAlone(match)) return undefined;
  const by = strong === undefined ? "goes by no name" : `goes by \`${strong}\``;
  return {
    code: "allowlist/needless-trust",
    offset,
    text: `\`trustName\` says why a name is good enough, but this ${by}`,
    fix: "remove `trustName`",
  };
}

/** The text of a match key. What could match nothing, or many machines, is told. */
export function readMatchText(key: keyof EntryMatch, node: TextNode, tell: Tell): string {
  tell(matchKeyProblem(key, node));
  return node.value;
}

/** Why a match key's text could match nothing, or many machines; `called` is the key as the file writes it. */
export function matchKeyProblem(key: keyof EntryMatch, node: TextNode, called: string = key) {
  const isHardware = key === "serial" || key === "hardwareId";
  return matchTextProblem(node, called) ?? (isHardware ? hardwareProblem(key, node) : undefined);
}

function hardwareProblem(key: "serial" | "hardwareId", { value, start }: TextNode): Problem | undefined {
  if (value === "" || (key === "serial" ? isUsableSerial : isUsableHardwareId)(value)) return undefined;
  return {
    code: "allowlist/placeholder-serial",
    offset: start,
    text: `the ${key} ${shown(value)} tells no device apart: it is one character only, or what vendors leave on many machines`,
    fix: `match this device by \`${key === "serial" ? "hardwareId" : "serial"}\`, \`device\` or \`registration\``,
  };
}
