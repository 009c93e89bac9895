/** Compares the `accessUsers` of an allowlist with the Access users of the account. */

import type { Allowlist, WantedAccessUser } from "../allowlist/allowlist.js";
import type { Message } from "../allowlist/message.js";
import type { AccessUser } from "../cloudflare/access-types.js";
import type { Registration } from "../cloudflare/types.js";
import { compare } from "../compare.js";
import { byEmail, hasName, holdsNothing, rowOf, type AccessUserDecision } from "./access-user.js";
import { takenAlong, whatGoes } from "./access-user-loss.js";
import { whyNotDeleted } from "./access-user-spared.js";
import type { Finding } from "./finding.js";
import { quoted } from "./naming.js";

/** What is decided, and what stands against it: with one problem nothing may be done. */
export interface AccessUserDecisions {
  /** One for each user whom the allowlist names, in the order of e-mails. */
  readonly decisions: readonly AccessUserDecision[];
  readonly problems: readonly Message[];
}

/** Nothing is decided where the users were not listed: absence from no list is no absence. */
export function decideAccessUsers(
  allowlist: Pick<Allowlist, "accessUsers" | "protected" | "guards" | "scope">,
  live: readonly AccessUser[] | undefined,
  registrations: readonly Registration[],
): AccessUserDecisions {
  if (live === undefined || allowlist.accessUsers.length === 0) return { decisions: [], problems: [] };
  const rows = byEmail(live);
  const decisions: AccessUserDecision[] = [];
  const problems: Message[] = [];
  for (const wanted of [...allowlist.accessUsers].sort((a, b) => compare(a.email, b.email))) {
    const own = rows.get(wanted.email) ?? [];
    const row = rowOf(own);
    if (row === "ambiguous") {
      problems.push(ambiguous(wanted, own));
      decisions.push(kept(wanted, "present", "the account has it more than once"));
    } else {
      const decision = decide(wanted, row, registrations);
      decisions.push(decision);
      if (decision.action === "delete") problems.push(...whyNotDeleted(decision, allowlist, registrations));
    }
  }
  return { decisions, problems };
}

/** Where the account is known from a file without its Access users. */
export function reportUnread(
  { accessUsers: [first] }: Pick<Allowlist, "accessUsers">,
  live: readonly AccessUser[] | undefined,
): Finding[] {
  if (first === undefined || live !== undefined) return [];
  const text = "`accessUsers` is not compared with the account, since its Access users were not listed";
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
  if (user === undefined) return kept(wanted, "absent", "there is no such user");
  if (holdsNothing(user))
    return { ...kept(wanted, "absent", "its row has neither seat nor active device"), user };
  const taken = takenAlong(user, wanted.email, registrations);
  return {
    ...kept(wanted, "present", whatGoes(user, taken)),
    action: "delete",
    user,
    registrations: taken.map(({ id }) => id),
  };
}

function decidePresent(wanted: WantedAccessUser, user: AccessUser | undefined): AccessUserDecision {
  const { name } = wanted;
  if (user === undefined) {
    const text = `no Access user has this address${name === undefined ? "" : `; its name is to be ${quoted(name)}`}`;
    return { ...kept(wanted, "absent", text), action: "create" };
  }
  if (name === undefined || hasName(user, name)) return { ...kept(wanted, "present", "it exists"), user };
  const text = `its name is ${quoted(user.name ?? "")}, and is to be ${quoted(name)}`;
  return { ...kept(wanted, "present", text), action: "rename", user };
}

function kept(
  { email, name, state, source }: WantedAccessUser,
  live: AccessUserDecision["live"],
  text: string,
): AccessUserDecision {
  return {
    email,
    ...(name !== undefined && { name }),
    live,
    desired: state,
    action: "keep",
    user: undefined,
    registrations: [],
    text,
    source,
  };
}

function ambiguous({ email, source }: WantedAccessUser, rows: readonly AccessUser[]): Message {
  const ids = rows.map(({ id }) => quoted(id)).join(", ");
  return {
    code: "access-users/ambiguous",
    text: `the account has ${rows.length} Access users with the address ${quoted(email)} (${ids}), and which one is meant cannot be told`,
    fix: "delete all but one of them in the dashboard, or take the user out of `accessUsers`",
    source,
  };
}
