/** Who and what a change takes off the list, or out of the scope, and leaves connected all the same. */

import { counted } from "../counted.js";
import { places } from "./change-places.js";
import type { BothDecisions, Change } from "./change-terms.js";
import type { Decision } from "./decision.js";
import { staysConnected } from "./decision.js";
import type { Finding } from "./finding.js";

/** One finding for each user and what became of the devices that an entry allowed, or that were decided at all. */
export function reportDropped(change: Change, { before, after }: BothDecisions): Finding[] {
  const decided = new Map(after.map((decision) => [decision.registration.id, decision]));
  const groups = new Map<string, Group>();
  for (const then of before) {
    const { id } = then.registration;
    const now = decided.get(id);
    if (now === undefined ? then.live !== "active" : !isDropped(then, now, change)) continue;
    const key = `${now === undefined}\n${then.user}`;
    const group = groups.get(key);
    if (group) group.ids.push(id);
    else groups.set(key, { user: then.user, ids: [id], now });
  }
  return [...groups.values()].map((group) => toFinding(group, change));
}

interface Group {
  readonly user: string;
  readonly ids: string[];
  /** What is decided of the first of them after the change; nothing where they are out of the scope. */
  readonly now: Decision | undefined;
}

function isDropped(then: Decision, now: Decision, { base, head }: Change): boolean {
  const isLeft = now.desired === "as-is" && staysConnected(now) && !EXCEPTED.has(now.reason.code);
  if (!isLeft || then.desired === "as-is" || !base.users.has(then.user)) return false;
  return then.desired === "active" || !head.users.has(then.user);
}

/** The exception is a finding of its own. */
const EXCEPTED: ReadonlySet<string> = new Set(["protected", "self", "ignored"]);

function toFinding({ user, ids, now }: Group, { base, head }: Change): Finding {
  const count = counted(ids.length, "active registration");
  const was = base.users.get(user)?.source;
  if (now === undefined) {
    const who = user === "" ? "no user" : user;
    const text = `the change takes ${count} of ${who} out of the scope: nothing is decided about them any more, and they stay connected`;
    return { code: "change-out-of-scope", text, ...places(undefined, was), registrations: ids };
  }
  const what = head.users.has(user)
    ? `drops what allowed a device of ${user}`
    : `drops ${user} from the allowlist`;
  const stay = ids.length === 1 ? "stays" : "stay";
  return {
    code: "change-dropped",
    text: `the change ${what}, and ${count} ${stay} connected: ${now.reason.text}`,
    ...places(now.source, was),
    registrations: ids,
  };
}
