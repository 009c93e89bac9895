import type { EntryMatch } from "./allowlist.js";
import { shown } from "./nearest.js";
import { hardwareIdKey, isUsableHardwareId, isUsableSerial, serialKey } from "./serial.js";
import type { Problem, Tell } from "./source-text.js";
import { matchTextProblem } from "./text-values.js";
import type { TextNode } from "./tree.js";

/** The keys that an entry may match by, the strongest first. */
export const matchKeys = ["registration", "serial", "hardwareId", "device", "name", "nameGlob"] as const;

/** An entry's match while it is being read. */
export type MatchDraft = { -readonly [Key in keyof EntryMatch]: EntryMatch[Key] };

export function isMatchKey(key: string): key is keyof EntryMatch {
  return (matchKeys as readonly string[]).includes(key);
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

/** The form in which a key's value is compared. */
export function comparedValue(key: keyof EntryMatch, value: string): string {
  return key === "serial" ? serialKey(value) : key === "hardwareId" ? hardwareIdKey(value) : value;
}

/** Whether it goes by a name, which the device's user chose, and by nothing else about the device. */
export function isByNameAlone(match: EntryMatch): boolean {
  const { registration, serial, hardwareId, device } = match;
  return (
    registration === undefined && serial === undefined && hardwareId === undefined && device === undefined
  );
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
