/** What an exported allowlist sets besides its users. */

import { matchId } from "../../allowlist/match-values.js";
import type { SourcePosition } from "../../allowlist/messages.js";
import type { AllowedUser, Allowlist } from "../../allowlist/model.js";
import { parseAllowlist } from "../../allowlist/parse.js";
import { isAccountId, isEmail } from "../../allowlist/values.js";
import {
  bestMatch,
  commentText,
  entryLines,
  isWritable,
  keyText,
  type NewEntry,
} from "../../allowlist/write-entry.js";
import type { Registration } from "../../cloudflare/types.js";
import { decideAll } from "../../reconcile/decide.js";
import { type Decision, isAct, liveState } from "../../reconcile/decision.js";
import { quoted } from "../../reconcile/findings/finding.js";
import { type Hardware, type HardwareIndex, indexHardware, type Unusable } from "../../reconcile/hardware.js";
import { formDevices, type Person } from "../../reconcile/people.js";
import { isInScope, isNoUser, userOf } from "../../reconcile/scope.js";
import { day } from "../../report/words.js";
import { narrowInventory, type FullInventory } from "../../run/account.js";
import { escapeText } from "../../text/escape.js";
import { compare, counted } from "../../text/words.js";
import { byAge } from "./find.js";

/**
 * All defaults, written out so that everyone who continues from here sees them. No setting depends on age: as long as
 * the account does not change, an export asks for no act on any later day either.
 */
const EXPORT_POLICY = `
policy:
  # What no entry of a listed user allows. What is revoked and not listed stays revoked.
  unlisted: revoke
  # Users who are not listed, and what belongs to no person (service tokens, WARP Connectors), are only reported.
  unknownUsers: report
  noUser: report
  # A listed device that is found revoked. unrevoke (the default): let in again, whoever revoked it, with the next run;
  # ours: only what this stack revoked itself, so that a revocation in the dashboard stands; report: never.
  listedRevoked: unrevoke
`;

const SCHEMAS = "node_modules/pulumi-warp-registrations/schemas";

/** The line from which editors find the schema of a file. */
export function schemaLine(file: string, kind: "allowlist" | "users"): string {
  const up = "../".repeat(file.split("/").length - 1);
  return `# yaml-language-server: $schema=${up === "" ? "./" : up}${SCHEMAS}/${kind}.schema.json\n`;
}

/**
 * The part above the users. A redacted account has a pseudonym as its id. It is named all the same, because it only
 * makes plans.
 */
export function exportHead(account: string): string {
  const said = isAccountId(account)
    ? `# On any other account this allowlist is refused.\naccount: ${JSON.stringify(account)}\n`
    : "";
  return `version: 1\n${said}${EXPORT_POLICY}`;
}

/** The entries of each user, by normalised e-mail. */
type ExportedEntries = ReadonlyMap<string, readonly NewEntry[]>;

/** The allowlist that an export with these entries is read back as. */
function toAllowlist(users: ExportedEntries): Allowlist {
  const text = `${exportHead("")}\nusers: { nobody@example.com: [] }\n`;
  const { allowlist, messages } = parseAllowlist([{ file: "allowlist.yaml", text }]);
  if (!allowlist) throw new Error(messages.map((message) => message.text).join("; "));
  let line = 1;
  const next = (): SourcePosition => ({ file: "allowlist.yaml", line: line++, column: 1 });
  const listed = [...users].map(([email, entries]): [string, AllowedUser] => [
    email,
    { email, source: next(), entries: entries.map((entry) => ({ ...entry, source: next() })) },
  ]);
  return { ...allowlist, users: new Map(listed) };
}

// Which users and entries describe what is live now.

/** An entry, with the registrations that need it. */
interface ExportedEntry {
  readonly entry: NewEntry;
  readonly registrations: readonly Registration[];
}

export interface ExportedUser {
  readonly email: string;
  /** In the order of age, the entry of the oldest device first. */
  readonly entries: readonly ExportedEntry[];
  /** Revoked registrations without an entry: they stay revoked. */
  readonly refused: readonly Registration[];
}

export interface ExportedUsers {
  /** In the order of e-mails. */
  readonly users: readonly ExportedUser[];
  /** Registrations that an allowlist without a scope does not decide about, because of their state or type. */
  readonly outOfScope: number;
  /** Registrations that belong to no person. */
  readonly noUser: number;
  /** Registrations of users whose address, or whose devices' ids, cannot be written in an allowlist. */
  readonly unlistable: number;
}

/**
 * Gives every active registration the strongest key that its device reports, and plans the result. Anything that the
 * plan would still do (let in a newer registration that is revoked, leave one alone because its hardware is not known)
 * gets an entry by its id with its present state, until nothing is left.
 */
export function chooseEntries({ full, index, decide }: ExportedAccount): ExportedUsers {
  const { own, ...counts } = sortOut(full.registrations);
  const users = new Map<string, ExportedEntry[]>();
  let unlistable = counts.unlistable;
  const leaveOut = (email: string) => {
    if (users.delete(email) || own.has(email)) unlistable += own.get(email)?.length ?? 0;
    own.delete(email);
  };
  for (const [email, registrations] of own) {
    const entries = byDevice(registrations, index);
    if (entries) users.set(email, entries);
    else leaveOut(email);
  }
  const named = new Set<string>();
  let toAsk: ReadonlySet<string> | undefined;
  for (;;) {
    const wrong = findWrong(users, decide, toAsk);
    if (wrong.length === 0) break;
    toAsk = new Set(wrong.map(({ user }) => user));
    for (const { registration, user } of wrong) {
      const { id } = registration;
      if (named.has(id) || !isWritable(id)) leaveOut(user);
      else users.get(user)?.push({ entry: byId(registration), registrations: [registration] });
      named.add(id);
    }
  }
  const listed = [...users].map(([email, entries]) => toUser(email, entries, own.get(email) ?? []));
  return { ...counts, users: listed.sort((a, b) => compare(a.email, b.email)), unlistable };
}

const EVERYTHING = toAllowlist(new Map()).scope;

function sortOut(registrations: readonly Registration[]) {
  const own = new Map<string, Registration[]>();
  const counts = { outOfScope: 0, noUser: 0, unlistable: 0 };
  // If the export is made again, new registrations are at the end.
  for (const registration of [...registrations].sort(byAge)) {
    const email = userOf(registration);
    if (!isInScope(registration, email, EVERYTHING)) counts.outOfScope++;
    else if (isNoUser(email)) counts.noUser++;
    else if (!isEmail(email)) counts.unlistable++;
    else {
      const known = own.get(email);
      if (known) known.push(registration);
      else own.set(email, [registration]);
    }
  }
  return { own, ...counts };
}

/** Undefined if a device has no key that can be written. */
function byDevice(registrations: readonly Registration[], index: HardwareIndex): ExportedEntry[] | undefined {
  const entries = new Map<string, { entry: NewEntry; registrations: Registration[] }>();
  for (const registration of registrations) {
    if (liveState(registration) === "revoked") continue;
    const match = bestMatch({
      ...index.get(registration.device.id),
      device: registration.device.id,
      registration: registration.id,
    });
    if (!match) return undefined;
    // Firmware writes one serial in either case: two devices that report it get one entry.
    const key = matchId(match);
    const known = entries.get(key);
    if (known) known.registrations.push(registration);
    else
      entries.set(key, {
        entry: { match, state: "active" },
        registrations: [registration],
      });
  }
  return [...entries.values()];
}

function byId(registration: Registration): NewEntry {
  return { match: { registration: registration.id }, state: liveState(registration) };
}

/** What would be acted on, and what would be left alone because something is unknown. With `only`: for these users. */
function findWrong(
  users: ReadonlyMap<string, readonly ExportedEntry[]>,
  decide: ExportedAccount["decide"],
  only?: ReadonlySet<string>,
): readonly Decision[] {
  const entries = [...users].map(([email, list]) => [email, list.map(({ entry }) => entry)] as const);
  return decide(toAllowlist(new Map(entries)), only).filter(isWrong);
}

/** A decision that must not be left in an export. */
export function isWrong(decision: Decision): boolean {
  return (
    isAct(decision) || decision.reason.code === "unknown-hardware" || decision.reason.code === "contradiction"
  );
}

/** The account that an export is made from and proven against, formed once for both. */
export interface ExportedAccount {
  readonly full: FullInventory;
  readonly index: HardwareIndex;
  readonly unusable: readonly Unusable[];
  /**
   * The decisions of an allowlist. With `only`: for these users, which is possible because no user's decisions depend
   * on another's.
   */
  readonly decide: (allowlist: Allowlist, only?: ReadonlySet<string>) => readonly Decision[];
}

export function formAccount(full: FullInventory, asOf: Date): ExportedAccount {
  const { index, unusable } = indexHardware(full.devices);
  const formed = new Map<boolean, ReadonlyMap<string, Person>>();
  /** Forms people as a plan does: by hardware only if the allowlist needs it. */
  const peopleBy = (byHardware: boolean) => {
    const people = formed.get(byHardware) ?? formDevices(full.registrations, byHardware ? index : undefined);
    formed.set(byHardware, people);
    return people;
  };
  return {
    full,
    index,
    unusable,
    decide: (allowlist, only) => {
      const { devices } = narrowInventory(full, allowlist);
      const people = peopleBy(devices !== undefined);
      const asked =
        only === undefined ? people.values() : [...only].flatMap((email) => people.get(email) ?? []);
      return decideAll(asked, { allowlist, asOf, devices }).decisions;
    },
  };
}

function toUser(
  email: string,
  entries: readonly ExportedEntry[],
  own: readonly Registration[],
): ExportedUser {
  const withEntry = new Set(entries.flatMap(({ registrations }) => registrations.map(({ id }) => id)));
  return { email, entries, refused: own.filter(({ id }) => !withEntry.has(id)) };
}

// An export as the text of allowlist files.

/** At most this many refused registrations of a user are listed. The rest is counted. */
const MOST_REFUSED = 10;

/** What the account knows about the devices, for readers. */
export interface DeviceNotes {
  readonly hardware: ReadonlyMap<string, Hardware>;
  /** Why a device's serial is not used, by the device's id. */
  readonly unusable: ReadonlyMap<string, string>;
}

/** The `users` of a file. */
export function usersText(users: readonly ExportedUser[], notes: DeviceNotes): string {
  const blocks = users.map((user) => userText(user, notes).join("\n"));
  return ["users:", ...blocks].join("\n") + "\n";
}

/** Comments about an empty list are before it: after it they would look like the next user's. */
function userText({ email, entries, refused }: ExportedUser, notes: DeviceNotes): string[] {
  const key = `  ${keyText(email)}:`;
  const name = nameOf([...entries.flatMap(({ registrations }) => registrations), ...refused]);
  const who = name === "" ? "" : ` ${commentText(quoted(name))}`;
  if (entries.length === 0)
    return [...refusedLines(refused, notes).map((line) => `  ${line}`), `${key} []${who}`];
  return [
    key + who,
    ...entries.flatMap((one) => [`    ${aboutEntry(one, notes)}`, ...entryLines(one.entry, "    ")]),
    ...refusedLines(refused, notes).map((line) => `    ${line}`),
  ];
}

function nameOf(registrations: readonly Registration[]): string {
  return registrations.map(({ user }) => user?.name?.trim() ?? "").findLast((name) => name !== "") ?? "";
}

function aboutEntry({ entry, registrations }: ExportedEntry, notes: DeviceNotes): string {
  const [first] = [...registrations].sort((a, b) =>
    (a.last_seen_at ?? "") < (b.last_seen_at ?? "") ? 1 : -1,
  );
  if (!first) return "#";
  const parts = [
    ...describe(first, notes),
    ...(registrations.length > 1 ? [counted(registrations.length, "registration")] : []),
    ...(entry.match.serial === undefined ? [notes.unusable.get(first.device.id) ?? ""] : []),
  ];
  return oneLine(parts);
}

function refusedLines(refused: readonly Registration[], notes: DeviceNotes): string[] {
  const shown = refused.slice(-MOST_REFUSED);
  const more = refused.length - shown.length;
  const lines = shown.map((registration) => oneLine(describe(registration, notes)));
  return more > 0 ? [`# ${counted(more, "older revoked registration")}`, ...lines] : lines;
}

/** Names are in quotes: a text that a user chose must not pass for our own words, or for an editor's command. */
function describe(registration: Registration, { hardware }: DeviceNotes): string[] {
  const { device, last_seen_at, revoked_at } = registration;
  const revoked = liveState(registration) === "revoked" ? `revoked ${day(revoked_at ?? "")}: ` : "";
  return [
    revoked + quoted(device.name),
    hardware.get(device.id)?.model ?? "",
    last_seen_at === null ? "never seen" : `last seen ${day(last_seen_at)}`,
  ];
}

/** Each part is cut on its own, so that a long name does not hide a date. */
function oneLine(parts: readonly string[]): string {
  const shown = parts.map((part) => escapeText(part, 120)).filter((part) => part !== "");
  return commentText(shown.join(", "), Infinity);
}
