import { groupBy, shown } from "../text/words.js";
import type { Problem, AddProblem, TextNode } from "./source.js";
import { matchTextProblem } from "./values.js";

interface MatchKeyText {
  /** Keys of one rank are equally strong; the lowest is the strongest. */
  readonly rank: number;
  /** The form in which values are compared. */
  readonly compared: (value: string) => string;
  /** Whether the device's user chooses the value. */
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

/** An entry's match while it is read. */
export type MatchDraft = { -readonly [Key in keyof EntryMatch]: EntryMatch[Key] };

export function isMatchKey(key: string): key is keyof EntryMatch {
  return Object.hasOwn(KEYS, key);
}

/** Equal for matches with the same keys and the same values, as they are compared. */
export function matchId(match: EntryMatch): string {
  return JSON.stringify(
    matchKeys.map((name) => {
      const value = match[name];
      return value === undefined ? null : comparedValue(name, value);
    }),
  );
}

/** What identifies an entry apart from its line: its user, what it asks for, and what it matches by. */
export function entrySubject(
  email: string,
  { match, state }: { readonly match: EntryMatch; readonly state: string },
): readonly string[] {
  return [email, state, ...matchSubject(match)];
}

/** The keys and compared values of a match, in one order. The match may have keys that entries do not have. */
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

/** Of two entries, the one whose strongest key has the lower rank decides. */
export type Rank = (typeof KEYS)[keyof EntryMatch]["rank"];

export function rankOfKey(key: keyof EntryMatch): Rank {
  return KEYS[key].rank;
}

/** `registration beats serial and hardwareId, then device, name, nameGlob`. */
export function ranksInWords(): string {
  const [first = "", second = "", ...rest] = [...groupBy(matchKeys, rankOfKey).values()].map((keys) =>
    keys.join(" and "),
  );
  return `${first} beats ${second}, then ${rest.join(", ")}`;
}

/** Whether it matches only by a name, which the device's user chose. */
export function isByNameAlone(match: EntryMatch): boolean {
  return matchKeys.every((key) => KEYS[key].isName || match[key] === undefined);
}

/** What is wrong with a `trustName` beside a match that does not match only by name. */
export function trustProblem(match: EntryMatch, offset: number): Problem | undefined {
  const strong = matchKeys.find((key) => match[key] !== undefined);
  if (strong !== undefined && isByNameAlone(match)) return undefined;
  const by = strong === undefined ? "does not match by name" : `matches by \`${strong}\``;
  return {
    code: "allowlist/needless-trust",
    offset,
    text: `\`trustName\` is the reason why a name can be trusted, but this ${by}`,
    fix: "remove `trustName`",
  };
}

/** The text of a match key. Reports a text that could match nothing, or many machines. */
export function readMatchText(key: keyof EntryMatch, node: TextNode, addProblem: AddProblem): string {
  addProblem(matchKeyProblem(key, node));
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
    text: `the ${key} ${shown(value)} does not identify a device: it is one repeated character, or a value that vendors leave on many machines`,
    fix: `match this device by \`${key === "serial" ? "hardwareId" : "serial"}\`, \`device\` or \`registration\``,
  };
}

// Serial numbers and hardware ids: the form in which they are compared, and which of them identify one machine.

/**
 * What firmware reports if no serial number was ever written, in the form of {@link serialKey}. Collected from SMBIOS
 * tables in the wild: each of these is on very many machines.
 */
const vendorDefaults: ReadonlySet<string> = new Set([
  "TO BE FILLED BY O.E.M.",
  "TO BE FILLED BY O.E.M",
  "TO BE FILLED BY OEM",
  "TOBEFILLEDBYO.E.M.",
  "DEFAULT STRING",
  "DEFAULT_STRING",
  "SYSTEM SERIAL NUMBER",
  "SYSTEM SERIAL",
  "CHASSIS SERIAL NUMBER",
  "BASE BOARD SERIAL NUMBER",
  "SERIAL NUMBER",
  "SERIALNUMBER",
  "SERIAL",
  "SN",
  "S/N",
  "NOT SPECIFIED",
  "NOT AVAILABLE",
  "NOT APPLICABLE",
  "NOT PRESENT",
  "NOT SETTABLE",
  "NOT PROVIDED",
  "NOT DEFINED",
  "NOT SET",
  "UNSPECIFIED",
  "UNAVAILABLE",
  "UNDEFINED",
  "UNKNOWN",
  "UNKNOW",
  "INVALID",
  "EMPTY",
  "BLANK",
  "NONE",
  "NULL",
  "NIL",
  "N/A",
  "NA",
  "N.A.",
  "STANDARD",
  "O.E.M.",
  "OEM",
  "OEM_SERIAL",
  "NO ASSET TAG",
  "ASSET-1234567890",
  "TYPE2 - BOARD SERIAL NUMBER",
  "SYSTEM PRODUCT NAME",
  "123456789",
  "1234567890",
  "0123456789",
  "123456",
  "12345678",
  "012345678",
  "01234567",
  "PARALLELS",
  "VMWARE",
  "VIRTUAL MACHINE",
]);

/** UUIDs that boards have when they leave the factory, as 32 hex digits. FreeBSD and others refuse them as host ids. */
const defaultUuids: ReadonlySet<string> = new Set([
  // AMI's default, and the same with the byte order of SMBIOS before 2.6.
  "03000200040005000006000700080009",
  "00020003000400050006000700080009",
  "000102030405060708090A0B0C0D0E0F",
  "030201000504070608090A0B0C0D0E0F",
  "07090201010303010807060504030201",
  "11111111222233334444555555555555",
  "123456781234567890ABCDDEEFAABBCC",
  "00112233445566778899AABBCCDDEEFF",
  // Dell's, made from a service tag of seven blanks.
  "4C4C454400002010802080C04F202020",
  "890E2D14CACD45D1AE66BC80E8BFEB0F",
  "8E275844178F44A8ACEBA7D7E5178C63",
  "DC698397FA544CF282C8B1B5307A6A7F",
]);

/** Characters between those of a serial that carry no information. */
const blanks: ReadonlySet<string> = new Set(" \t.,_:/-");

/** Nearly every serial already has its compared form. */
const plainSerial = /^[0-9A-Z]+(?:[ ./_:-][0-9A-Z]+)*$/;

/** One byte repeated (`FEFE…`), or nothing but `F` from the ninth digit on. */
const emptyUuid = /^(?:([\dA-F]{2})\1{15}|[\dA-F]{8}F{24})$/;

const uuid = /^\{?[\dA-F]{8}-?(?:[\dA-F]{4}-?){3}[\dA-F]{12}\}?$/;

/**
 * The form in which serial numbers are compared: trimmed, inner blanks single, ASCII letters in upper case. Firmware,
 * stickers and inventories write them in either case, and no vendor has two machines whose serials differ only in case.
 * Other characters stay as they are: no real serial number contains one, and different texts must not become equal.
 * Applying it twice changes nothing.
 */
export function serialKey(serial: string): string {
  if (plainSerial.test(serial)) return serial;
  return serial
    .trim()
    .replace(/\s+/gu, " ")
    .replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/**
 * The form in which hardware ids are compared: that of serial numbers, and for a UUID without its dashes and braces,
 * which only some tools write.
 */
export function hardwareIdKey(hardwareId: string): string {
  return withoutDashes(serialKey(hardwareId));
}

function withoutDashes(key: string): string {
  return key.length >= 32 && uuid.test(key) ? key.replace(/[{}-]/g, "") : key;
}

/**
 * Whether a serial number can distinguish one device from another. False for a blank one, for a vendor's default in any
 * case of letters (`To Be Filled By O.E.M.`, the default UUIDs of boards), and for one repeated character, not counting
 * blanks and dashes (`00000000`, `XXXX`, `0`, `----`).
 */
export function isUsableSerial(text: string): boolean {
  return usableSerialKey(text) !== undefined;
}

/** The form in which it is compared, or undefined if it cannot distinguish one device from another. */
export function usableSerialKey(serial: string): string | undefined {
  const key = serialKey(serial);
  return isDistinctive(key) && (key.length < 32 || isUsableUuid(withoutDashes(key))) ? key : undefined;
}

/** The same for a hardware id. */
export function usableHardwareIdKey(hardwareId: string): string | undefined {
  const key = serialKey(hardwareId);
  if (!isDistinctive(key)) return undefined;
  const bare = withoutDashes(key);
  return isUsableUuid(bare) && !vendorDefaults.has(bare) ? bare : undefined;
}

function isDistinctive(key: string): boolean {
  return hasTwoCharacters(key) && !vendorDefaults.has(key);
}

/** The same for a hardware id: firmware leaves the same defaults in both. */
export function isUsableHardwareId(text: string): boolean {
  return isUsableSerial(text);
}

function hasTwoCharacters(key: string): boolean {
  let first: string | undefined;
  for (let at = 0; at < key.length; at++) {
    const character = key.charAt(at);
    if (blanks.has(character)) continue;
    first ??= character;
    if (character !== first) return true;
  }
  return false;
}

/** True also for a text that is not a UUID. */
function isUsableUuid(key: string): boolean {
  return key.length !== 32 || (!defaultUuids.has(key) && !emptyUuid.test(key));
}
