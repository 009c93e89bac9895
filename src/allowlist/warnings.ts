import { groupBy, shown } from "../text/words.js";
import { matchesPattern } from "./file-patterns.js";
import {
  comparedValue,
  type EntryMatch,
  entrySubject,
  hardwareIdKey,
  isByNameAlone,
  matchId,
  matchKeys,
  matchSubject,
  rankOfKey,
  serialKey,
} from "./match-values.js";
import type { Message } from "./messages.js";
import {
  type Allowlist,
  encloses,
  type Entry,
  overlap,
  type PlacedEntry,
  type PlacedRule,
  type PlacedUser,
  type Protected,
  windowOf,
} from "./model.js";
import type { Owner, PlacedAccessUser } from "./read-lists.js";
import type { ParsedFile, Problem, SourceText } from "./source.js";
import { dayMs } from "./values.js";

/** An allowlist without errors: what warnings are looked for in. */
interface ValidAllowlist {
  readonly files: readonly ParsedFile[];
  readonly root: ParsedFile;
  readonly users: ReadonlyMap<string, PlacedUser>;
  readonly ignore: readonly PlacedRule[];
  readonly protects: Protected;
  readonly owners: readonly Owner[];
  readonly access: ReadonlyMap<string, PlacedAccessUser>;
}

/** Warnings: what is valid, but needs a look. None of them depends on the present time. */
export function findWarnings({
  files,
  root,
  users,
  ignore,
  protects,
  owners,
  access,
}: ValidAllowlist): readonly Message[] {
  const warnings: Message[] = [];
  const warn = (source: SourceText, subject: readonly string[], problem: Problem | undefined) => {
    if (problem !== undefined) warnings.push({ ...source.message(problem), subject });
  };
  for (const { user, entries, source } of users.values()) {
    for (const placed of entries) {
      const subject = entrySubject(user.email, placed.entry);
      warn(source, subject, weakEntry(placed));
      warn(source, subject, odd(placed.entry, placed.node.start));
    }
    for (const { placed, problem } of shadowed({ entries }))
      warn(source, entrySubject(user.email, placed.entry), problem);
  }
  for (const { rule, node } of ignore) {
    const subject = ["ignore", ...matchSubject(rule.match)];
    warn(root.source, subject, weakRule(rule, node.start));
    warn(root.source, subject, odd(rule, node.start));
    warn(root.source, subject, protectedToo({ rule, node }, protects));
  }
  warnings.push(...oddProtection(protects), ...sharedMachines(users));
  const names = files.filter((file) => file !== root).map(({ source }) => source.file);
  for (const owner of owners) warn(root.source, [owner.pattern], withoutFile(owner, names));
  for (const one of access.values())
    warn(one.source, [one.wanted.email], listedToo(one, users.get(one.wanted.email)));
  return warnings;
}

/** Entries whose last day is over at a given moment. A run reports them as findings. */
export function pastEntries({ users }: Allowlist, now: Date): readonly Message[] {
  return [...users.values()].flatMap(({ entries }) =>
    entries.flatMap(({ expires, source }): Message[] =>
      expires === undefined || now.getTime() < expires.start + dayMs
        ? []
        : [
            {
              code: "allowlist/past-entry",
              text: `the last day of this entry was ${expires.text}: it no longer has an effect`,
              fix: "renew it, or remove it",
              source,
            },
          ],
    ),
  );
}

function odd({ match }: Pick<Entry, "match">, offset: number): Problem | undefined {
  const found = oddMatch(match);
  return found === undefined ? undefined : { code: "allowlist/odd-serial", offset, ...found };
}

function oddProtection({ serials, hardwareIds }: Protected): readonly Message[] {
  const lists = [["serial", serials] as const, ["hardwareId", hardwareIds] as const];
  return lists.flatMap(([key, list]) =>
    [...list].flatMap(([value, source]) => {
      const meant = meantValue(key, value);
      return meant === undefined
        ? []
        : [
            {
              code: "allowlist/odd-serial",
              source,
              ...oddText(key, value, meant),
              subject: ["protected", `${key} ${value}`],
            },
          ];
    }),
  );
}

/**
 * One machine that two users may have on the same day: shared on purpose, or moved and not removed from the first list.
 */
function sharedMachines(users: ReadonlyMap<string, PlacedUser>): readonly Message[] {
  const first = new Map<string, { readonly user: PlacedUser; readonly entry: Entry }[]>();
  const found: Message[] = [];
  for (const user of users.values())
    for (const { entry, node } of user.entries) {
      const { serial, hardwareId } = entry.match;
      if (entry.state !== "active" || user.user.state !== undefined) continue;
      const value = serial === undefined ? hardwareIdKey(hardwareId ?? "") : serialKey(serial);
      if (value === "") continue;
      const id = `${serial === undefined ? "hardwareId" : "serial"} ${value}`;
      const known = first.get(id) ?? [];
      const other = known.find((one) => one.user !== user && overlap(windowOf(one.entry), windowOf(entry)));
      // If very many users have one machine, each is compared with only a few.
      if (known.length < 10) first.set(id, [...known, { user, entry }]);
      if (other === undefined) continue;
      const { file, line } = other.entry.source;
      found.push({
        ...user.source.message({
          code: "allowlist/shared-machine",
          offset: node.start,
          text: `${shown(other.user.pair.key)} is also allowed the machine with this ${serial === undefined ? "hardware id" : "serial"} (${file}:${line})`,
          fix: "if the machine has a new user, remove the entry of its previous user; if they share it, keep both",
          related: [{ text: "the other entry", source: other.entry.source }],
        }),
        subject: [id, other.user.user.email, user.user.email],
      });
    }
  return found;
}

/** A rule that could match only what is protected. Protection comes first, and its reason is the one shown. */
function protectedToo({ rule, node }: PlacedRule, protects: Protected): Problem | undefined {
  const { user = "", device = "", registration = "", serial = "", hardwareId = "" } = rule.match;
  const found =
    protects.users.get(user) ??
    protects.devices.get(device) ??
    protects.registrations.get(registration) ??
    protects.serials.get(serialKey(serial)) ??
    protects.hardwareIds.get(hardwareIdKey(hardwareId));
  if (found === undefined) return undefined;
  return {
    code: "allowlist/ignored-and-protected",
    offset: node.start,
    text: `${found.file}:${found.line} protects everything that this rule matches, so the rule has no effect`,
    fix: "keep one of the two",
    related: [{ text: "protected here", source: found }],
  };
}

/** A user who must not be an Access user, but is still listed. */
function listedToo({ wanted, pair }: PlacedAccessUser, listed: PlacedUser | undefined): Problem | undefined {
  if (wanted.state !== "absent" || listed === undefined || listed.user.state !== undefined) return undefined;
  const entry = listed.user.entries.find(({ state }) => state === "active");
  if (entry === undefined) return undefined;
  const { file, line } = entry.source;
  return {
    code: "allowlist/absent-and-listed",
    offset: pair.keyStart,
    text: `\`accessUsers\` deletes ${shown(pair.key)}, but ${file}:${line} allows a device of that user`,
    fix: "set `state: offboarded` for the user, or remove the user from `accessUsers`",
    related: [{ text: "allowed here", source: entry.source }],
  };
}

function withoutFile({ pattern, pair }: Owner, names: readonly string[]): Problem | undefined {
  if (names.some((name) => matchesPattern(pattern, name))) return undefined;
  return {
    code: "allowlist/owner-without-file",
    offset: pair.keyStart,
    text: `${shown(pattern)} matches no user file, so only the root file may list these e-mails`,
    fix: "correct the pattern (it is relative to the project's folder), or remove it",
  };
}

/** At most this many entries with one match are looked at: more than a few follow each other in time. */
const mostOfOneMatch = 8;

/**
 * Entries that match only where another entry of the user with the same rank matches too. If both ask for the same, the
 * narrower one adds nothing. If they differ, each match of the narrower one is a contradiction.
 */
function shadowed({
  entries,
}: Pick<PlacedUser, "entries">): readonly { readonly placed: PlacedEntry; readonly problem: Problem }[] {
  if (entries.length < 2) return [];
  const shapes = new Set(entries.map(({ entry }) => shapeOf(entry.match)));
  // Nearly always, all entries of a user match by the same single key.
  if (shapes.size < 2) return [];
  const byMatch = groupBy(entries, ({ entry }) => matchId(entry.match));
  return entries.flatMap((placed) => {
    const own = shapeOf(placed.entry.match);
    // An entry that several others shadow is reported once.
    for (const shape of shapes) {
      if (!isWider(shape, own)) continue;
      const all = byMatch.get(matchId(partOf(placed.entry.match, shape))) ?? [];
      for (const wide of all.slice(0, mostOfOneMatch)) {
        const problem = compareEntries(placed, wide);
        if (problem !== undefined) return [{ placed, problem }];
      }
    }
    return [];
  });
}

/** The keys of a match, as bits in the order of `matchKeys`. */
function shapeOf(match: EntryMatch): number {
  return matchKeys.reduce((bits, key, index) => bits | (match[key] === undefined ? 0 : 1 << index), 0);
}

/** Whether a shape has some but not all of the other's keys, and an equally strong strongest key. */
function isWider(shape: number, than: number): boolean {
  return shape !== than && (shape & than) === shape && rankOf(shape) === rankOf(than);
}

/** The rank of a shape's strongest key. */
function rankOf(shape: number): number {
  const key = matchKeys[31 - Math.clz32(shape & -shape)];
  return key === undefined ? -1 : rankOfKey(key);
}

function partOf(match: EntryMatch, shape: number): EntryMatch {
  const kept = matchKeys.filter((_key, index) => (shape >> index) & 1);
  return Object.fromEntries(kept.map((key) => [key, match[key]]));
}

function compareEntries({ entry, node }: PlacedEntry, { entry: wide }: PlacedEntry): Problem | undefined {
  const own = windowOf(entry);
  const other = windowOf(wide);
  const { line } = wide.source;
  const related = [{ text: `the wider entry, ${wide.state}`, source: wide.source }];
  if (entry.state !== wide.state && overlap(own, other))
    return {
      code: "allowlist/may-contradict",
      offset: node.start,
      text: `the entry in line ${line} matches everything that this one matches: that one asks for \`${wide.state}\`, this one for \`${entry.state}\``,
      fix: "make the two match different devices, or remove one of them",
      related,
    };
  // If their conditions differ, either entry may let in what the other does not.
  const isSame = JSON.stringify(entry.requires) === JSON.stringify(wide.requires);
  if (entry.state !== wide.state || !isSame || !encloses(other, own)) return undefined;
  return {
    code: "allowlist/shadowed",
    offset: node.start,
    text: `the entry in line ${line} matches everything that this one matches, and asks for the same`,
    fix: "remove this one, or the wider one if it matches more than you meant",
    related,
  };
}

// Serial numbers and hardware ids that programs or people have spoiled on the way. They need a question.

/** Letters of other scripts that look like these: nobody sees that an `А` is Cyrillic. */
const lookalikes: ReadonlyMap<string, string> = new Map(
  ["АA", "ВB", "СC", "ЕE", "НH", "ІI", "ЈJ", "КK", "МM", "ОO", "РP", "ЅS", "ТT", "ХX", "УY"]
    .concat(["ΑA", "ΒB", "ΕE", "ΖZ", "ΗH", "ΙI", "ΚK", "ΜM", "ΝN", "ΟO", "ΡP", "ΤT", "ΥY", "ΧX"])
    .map((pair) => [pair.slice(0, 1), pair.slice(1)]),
);

/** Straight and typographic quotes, and the accents and primes that people type for them. */
const quotes = /["'`\u00ab\u00b4\u00bb\u2018-\u201f\u2032-\u2037\u2039\u203a\u301d-\u301f]/gu;

/** The label before a serial number on a sticker. */
const label = /^(?:s\/?n|serial(?: (?:no|number))?)[.:#\s]+(?=\S)/iu;

/** Machines with blanks in their serial numbers: `VMware-56 4d 1a …`. */
const withBlanks = /^(?:vmware|parallels)-/iu;

/** Nearly all values are like this, and need no check. */
const plain = /^[\dA-Za-z-]+$/u;

/** The serial number or hardware id that was probably meant; undefined if nothing is odd about it. */
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

/** The warning about a match by an odd serial number or hardware id. */
function oddMatch(
  match: Pick<EntryMatch, "serial" | "hardwareId">,
): Pick<Message, "text" | "fix"> | undefined {
  for (const key of ["serial", "hardwareId"] as const) {
    const value = match[key];
    const meant = value === undefined ? undefined : meantValue(key, value);
    if (value !== undefined && meant !== undefined) return oddText(key, value, meant);
  }
  return undefined;
}

function oddText(key: "serial" | "hardwareId", value: string, meant: string) {
  return {
    text: `the ${key} ${shown(value)} contains ${oddity(value)}, and matches only a device that reports exactly that`,
    fix: `did you mean ${shown(meant)}?`,
  };
}

/** Quotes and blanks come from a spreadsheet or a mail, the rest from a keyboard or a PDF. */
function oddity(value: string): string {
  if (value.search(quotes) !== -1) return "a quotation mark";
  if (label.test(value)) return "a label";
  // eslint-disable-next-line no-control-regex -- everything outside ASCII is meant
  if (/[^\u0000-\u007f]/u.test(value)) return "a character that vendors do not use";
  return "a space";
}

const fix = "match by `serial` or `hardwareId`, or set `trustName` to the reason why the name can be trusted";

/** What is weak about an entry's match, unless `trustName` gives the reason why it is good enough. */
function weakEntry({ entry, node }: PlacedEntry): Problem | undefined {
  const { match, state, trustName } = entry;
  if (trustName !== undefined || !isByNameAlone(match)) return undefined;
  if (state === "active" && match.name === undefined && /^\*+$/u.test(match.nameGlob ?? ""))
    return {
      code: "allowlist/any-device",
      offset: node.start,
      text: "this entry allows every device of its user, whatever its name",
      fix: "list the devices that the user may have, or set `trustName` to the reason why all are allowed",
    };
  const risk =
    state === "active" ? "anyone can give a device that name" : "a device that gets another name escapes it";
  return weak(match, node.start, "this entry", risk);
}

/** The same for a rule of `ignore`. Its user, domain or profile makes a match by name no stronger. */
function weakRule(
  { match, trustName }: { readonly match: EntryMatch; readonly trustName?: string | undefined },
  offset: number,
): Problem | undefined {
  if (trustName !== undefined || !isByNameAlone(match)) return undefined;
  if (matchKeys.every((key) => match[key] === undefined)) return undefined;
  return weak(match, offset, "this rule", "any device with that name is left alone");
}

function weak(match: EntryMatch, offset: number, what: string, so: string): Problem {
  const key = match.name === undefined ? "nameGlob" : "name";
  const text = `${what} matches only by \`${key}\`, and users choose the names of their devices: ${so}`;
  return { code: "allowlist/weak-match", offset, text, fix };
}
