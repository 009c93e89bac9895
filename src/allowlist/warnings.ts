import type { Allowlist, Entry, Protected } from "./allowlist.js";
import { dayMs } from "./day.js";
import { entrySubject, matchSubject } from "./entry-keys.js";
import { matchesPattern } from "./glob.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import { meantValue, oddMatch, oddText } from "./odd-serial.js";
import type { PlacedRule, PlacedUser } from "./placed.js";
import type { PlacedAccessUser } from "./read-access-users.js";
import type { Owner } from "./read-owns.js";
import type { ParsedFile } from "./root-file.js";
import { hardwareIdKey, serialKey } from "./serial.js";
import { shadowed } from "./shadowed.js";
import type { Problem, SourceText } from "./source-text.js";
import { weakEntry, weakRule } from "./weak-match.js";
import { overlap, windowOf } from "./window.js";

/** What warnings are looked for in: an allowlist without errors. */
export interface Sound {
  readonly files: readonly ParsedFile[];
  readonly root: ParsedFile;
  readonly users: ReadonlyMap<string, PlacedUser>;
  readonly ignore: readonly PlacedRule[];
  readonly protects: Protected;
  readonly owners: readonly Owner[];
  readonly access: ReadonlyMap<string, PlacedAccessUser>;
}

/** What is valid, and worth a look all the same; nothing that depends on the present time. */
export function findWarnings({
  files,
  root,
  users,
  ignore,
  protects,
  owners,
  access,
}: Sound): readonly Message[] {
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

/** Entries whose last day is past at a moment: a run tells the same as findings. */
export function pastEntries({ users }: Allowlist, now: Date): readonly Message[] {
  return [...users.values()].flatMap(({ entries }) =>
    entries.flatMap(({ expires, source }): Message[] =>
      expires === undefined || now.getTime() < expires.start + dayMs
        ? []
        : [
            {
              code: "allowlist/past-entry",
              text: `the last day of this entry was ${expires.text}: it says nothing any more`,
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

/** One machine that two users may have on the same day: shared on purpose, or moved and left in the first list. */
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
      // Of very many users of one machine, each is held against a few.
      if (known.length < 10) first.set(id, [...known, { user, entry }]);
      if (other === undefined) continue;
      const { file, line } = other.entry.source;
      found.push({
        ...user.source.message({
          code: "allowlist/shared-machine",
          offset: node.start,
          text: `${shown(other.user.pair.key)} may have the machine with this ${serial === undefined ? "hardware id" : "serial"} as well (${file}:${line})`,
          fix: "where it has moved, remove the entry of whoever had it; where they share it, leave both",
          related: [{ text: "the other entry", source: other.entry.source }],
        }),
        subject: [id, other.user.user.email, user.user.email],
      });
    }
  return found;
}

/** A rule that could only match what is protected: protection comes first, and its reason is the one shown. */
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
    text: `whatever this rule matches is protected by ${found.file}:${found.line}, so that it is never asked`,
    fix: "keep one of the two",
    related: [{ text: "protected here", source: found }],
  };
}

/** Who is to be no Access user, and is listed as if nothing had happened. */
function listedToo({ wanted, pair }: PlacedAccessUser, listed: PlacedUser | undefined): Problem | undefined {
  if (wanted.state !== "absent" || listed === undefined || listed.user.state !== undefined) return undefined;
  const entry = listed.user.entries.find(({ state }) => state === "active");
  if (entry === undefined) return undefined;
  const { file, line } = entry.source;
  return {
    code: "allowlist/absent-and-listed",
    offset: pair.keyStart,
    text: `${shown(pair.key)} is to be no Access user, and ${file}:${line} allows a device of that user`,
    fix: "say `state: offboarded` for the user, or take the user out of `accessUsers`",
    related: [{ text: "allowed here", source: entry.source }],
  };
}

function withoutFile({ pattern, pair }: Owner, names: readonly string[]): Problem | undefined {
  if (names.some((name) => matchesPattern(pattern, name))) return undefined;
  return {
    code: "allowlist/owner-without-file",
    offset: pair.keyStart,
    text: `${shown(pattern)} matches no user file, so that nobody but the root file may speak about these e-mails`,
    fix: "correct the pattern (it is relative to the project's folder), or remove it",
  };
}
