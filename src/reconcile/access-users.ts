/** Compares the `accessUsers` of an allowlist with the Access users of the account. */

import type { Message, SourcePosition } from "../allowlist/messages.js";
import type { Allowlist, WantedAccessUser } from "../allowlist/model.js";
import { domainOf, normaliseEmail } from "../allowlist/values.js";
import type { AccessUser, Registration } from "../cloudflare/types.js";
import { clipped, compare } from "../text/words.js";
import type { DecidedItems, Item } from "./decision.js";
import { type Finding, named, quoted } from "./findings/finding.js";
import { userOf } from "./scope.js";

/** `keep`: in good order; the others change the account. */
export type AccessUserAction = "create" | "rename" | "delete" | "keep";

export interface AccessUserDecision extends Item {
  /** Normalised. @title E-mail */
  readonly email: string;
  /** The name that the allowlist sets; left out if it sets none, so that the current name stays. */
  readonly name?: string | undefined;
  // For a user who should be present every row counts: a new user's row holds nothing either.
  /** For a user who should be absent, a row without a seat or an active device counts as absent. */
  readonly live: "present" | "absent";
  /** What the user should be. */
  readonly desired: "present" | "absent";
  /** What to do about the user. */
  readonly action: AccessUserAction;
  /** The live row; undefined if there is none, or if it is not clear which one is meant. */
  readonly user: AccessUser | undefined;
  /** Ids of the registrations that may be lost with a deleted user; empty for every other action. */
  readonly registrations: readonly string[];
}

/** Nothing is decided if the users were not listed: without a listing, nobody counts as absent. */
export function decideAccessUsers(
  allowlist: Pick<Allowlist, "accessUsers" | "protected" | "guards" | "scope">,
  live: readonly AccessUser[] | undefined,
  registrations: readonly Registration[],
): DecidedItems<AccessUserDecision> {
  if (live === undefined) return { decisions: [], problems: [], findings: unread(allowlist.accessUsers) };
  if (allowlist.accessUsers.length === 0) return { decisions: [], problems: [], findings: [] };
  const rows = byEmail(live);
  const decisions: AccessUserDecision[] = [];
  const problems: Message[] = [];
  for (const wanted of [...allowlist.accessUsers].sort((a, b) => compare(a.email, b.email))) {
    const own = rows.get(wanted.email) ?? [];
    const row = rowOf(own);
    if (row === "ambiguous") {
      problems.push(ambiguous(wanted, own));
      decisions.push(
        decisionFor(wanted, { live: "present", action: "keep", text: "the account has it more than once" }),
      );
    } else {
      const decision = decide(wanted, row, registrations);
      decisions.push(decision);
      if (decision.action === "delete") problems.push(...whyNotDeleted(decision, allowlist, registrations));
    }
  }
  return { decisions, problems, findings: [] };
}

/** One finding if `accessUsers` cannot be compared, because the Access users were not listed. */
function unread([first]: readonly WantedAccessUser[]): Finding[] {
  if (first === undefined) return [];
  const text = "`accessUsers` is not compared with the account, because its Access users were not listed";
  return [
    { code: "access-users-unread", subject: ["accessUsers"], text, source: first.source, registrations: [] },
  ];
}

function decide(
  wanted: WantedAccessUser,
  user: AccessUser | undefined,
  registrations: readonly Registration[],
): AccessUserDecision {
  if (wanted.state === "present") return decidePresent(wanted, user);
  if (user === undefined)
    return decisionFor(wanted, { live: "absent", action: "keep", text: "there is no such user" });
  if (holdsNothing(user)) {
    const text = "its row has no seat and no active device";
    return decisionFor(wanted, { live: "absent", action: "keep", text, user });
  }
  const taken = takenAlong(user, wanted.email, registrations);
  return decisionFor(wanted, {
    live: "present",
    action: "delete",
    text: whatGoes(user, taken),
    user,
    registrations: taken.map(({ id }) => id),
  });
}

function decidePresent(wanted: WantedAccessUser, user: AccessUser | undefined): AccessUserDecision {
  const { name } = wanted;
  if (user === undefined) {
    const text = `no Access user has this address${name === undefined ? "" : `; its name will be ${quoted(name)}`}`;
    return decisionFor(wanted, { live: "absent", action: "create", text });
  }
  if (name === undefined || hasName(user, name))
    return decisionFor(wanted, { live: "present", action: "keep", text: "it exists", user });
  const text = `its name is ${quoted(user.name ?? "")}, and should be ${quoted(name)}`;
  return decisionFor(wanted, { live: "present", action: "rename", text, user });
}

function decisionFor(
  { email, name, state, source }: WantedAccessUser,
  {
    live,
    action,
    text,
    user,
    registrations = [],
  }: Pick<AccessUserDecision, "live" | "action" | "text"> &
    Partial<Pick<AccessUserDecision, "user" | "registrations">>,
): AccessUserDecision {
  return { email, name, live, desired: state, action, user, registrations, text, source };
}

function ambiguous({ email, source }: WantedAccessUser, rows: readonly AccessUser[]): Message {
  const ids = rows.map(({ id }) => quoted(id)).join(", ");
  return {
    code: "access-users/ambiguous",
    text: `the account has ${rows.length} Access users with the address ${quoted(email)} (${ids}), and it is not clear which one is meant`,
    fix: "delete all but one of them in the dashboard, or remove the user from `accessUsers`",
    source,
  };
}

// What is lost with a deleted Access user.

/** At most this many registrations are named; the rest are counted. */
const MOST_NAMED = 3;

/**
 * All registrations of the user, in scope or not, in the order of ids. Removing a user's seat deletes all their
 * registrations, and deleting the user removes the seat.
 */
function takenAlong(
  { id }: AccessUser,
  email: string,
  registrations: readonly Registration[],
): readonly Registration[] {
  return registrations
    .filter((one) => one.deleted_at == null && (one.user?.id === id || userOf(one) === email))
    .sort((a, b) => compare(a.id, b.id));
}

/** `for good, together with …`: the seats, the tokens and sessions, the registrations by name. */
function whatGoes({ access_seat, gateway_seat }: AccessUser, registrations: readonly Registration[]): string {
  const seats = [
    access_seat === true ? "its Access seat" : "",
    gateway_seat === true ? "its Gateway seat" : "",
  ];
  const goes = [...seats.filter((seat) => seat !== ""), "its tokens and sessions"];
  return `for good, together with ${goes.join(", ")}; ${devices(registrations)}`;
}

function devices(registrations: readonly Registration[]): string {
  const { length } = registrations;
  if (length === 0) return "it has no registration";
  const active = registrations.filter(({ revoked_at }) => revoked_at == null).length;
  const names = registrations
    .slice(0, MOST_NAMED)
    .map(({ device, id }) => `${clipped(device.name, 40)} (${clipped(id, 40)})`);
  const more = length > MOST_NAMED ? ` and ${length - MOST_NAMED} more` : "";
  const what = length === 1 ? "its registration" : `all its ${length} registrations`;
  return `${what} (${active} active) may go with the seat: ${names.join(", ")}${more}`;
}

// Who is never deleted, even if `accessUsers` asks for it.

/**
 * Why a deletion is forbidden: the user or one of their registrations is protected, the user runs this tool, or the
 * user is outside the scope. A contradiction names both lines of the allowlist.
 */
function whyNotDeleted(
  { email, source, registrations: taken }: AccessUserDecision,
  { protected: protects, guards, scope }: Pick<Allowlist, "protected" | "guards" | "scope">,
  registrations: readonly Registration[],
): Message[] {
  const problems: Message[] = [];
  const contradicts = (what: string, where: SourcePosition | undefined) => {
    if (where === undefined) return;
    problems.push({
      code: "allowlist/contradiction",
      text: `the Access user ${quoted(email)} would be deleted here, but ${what} at ${where.file}:${where.line}`,
      fix: "remove one of the two lines",
      source,
      related: [{ text: "the line that forbids it", source: where }],
    });
  };
  contradicts("is protected", protects.users.get(email));
  contradicts("runs this tool", guards.self.get(email));
  const ids = new Set(taken);
  for (const one of registrations) {
    if (!ids.has(one.id)) continue;
    const which = `the registration ${named(one, email)}, which may go with it, is protected`;
    contradicts(which, protects.registrations.get(one.id) ?? protects.devices.get(one.device.id));
  }
  if (isOutside(email, scope)) problems.push(outOfScope(email, source));
  return problems;
}

function isOutside(email: string, { emails, emailDomains }: Allowlist["scope"]): boolean {
  if (emails.size === 0 && emailDomains.size === 0) return false;
  return !emails.has(email) && !emailDomains.has(domainOf(email));
}

function outOfScope(email: string, source: SourcePosition): Message {
  return {
    code: "allowlist/out-of-scope",
    text: `the Access user ${quoted(email)} would be deleted, but is outside \`scope\``,
    fix: "add the domain to `scope.emailDomains` or the address to `scope.emails`, or remove the user from `accessUsers`",
    source,
  };
}

// Which row of the account is meant, and what it holds.

/** The live rows by normalised e-mail; rows without an e-mail are left out. */
export function byEmail(users: readonly AccessUser[]): ReadonlyMap<string, readonly AccessUser[]> {
  const found = new Map<string, AccessUser[]>();
  for (const user of users) {
    const email = normaliseEmail(user.email ?? "");
    const rows = found.get(email);
    if (rows) rows.push(user);
    else if (email !== "") found.set(email, [user]);
  }
  return found;
}

/**
 * Whether a row has no seat and no active device. The documents contradict each other: a deleted user's row disappears,
 * or stays like this.
 */
export function holdsNothing({ access_seat, gateway_seat, active_device_count }: AccessUser): boolean {
  return access_seat !== true && gateway_seat !== true && (active_device_count ?? 0) === 0;
}

/**
 * The row that is meant, of those with one e-mail: the row of a user who came back wins over one that a deleted user
 * left behind. `ambiguous` if several remain.
 */
export function rowOf(rows: readonly AccessUser[]): AccessUser | "ambiguous" | undefined {
  const holding = rows.filter((row) => !holdsNothing(row));
  const [row, other] = holding.length > 0 ? holding : rows;
  return other === undefined ? row : "ambiguous";
}

/** Whether a row already has the name. Surrounding blanks and Unicode composition make no difference. */
export function hasName({ name }: AccessUser, wanted: string): boolean {
  return (name ?? "").trim().normalize("NFC") === wanted.trim().normalize("NFC");
}
