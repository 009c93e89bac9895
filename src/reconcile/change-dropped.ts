/** Who and what a change takes off the list, or out of the scope, and leaves connected all the same. */

import type { BothDecisions, Change } from "./change-terms.js";
import type { Decision } from "./decision.js";
import { staysConnected } from "./decision.js";
import type { Finding } from "./finding.js";

/** One finding for each user and what became of the devices that an entry allowed, or that were decided at all. */
export function reportDropped({ base, head }: Change, { before, after }: BothDecisions): Finding[] {
  const now = new Map(after.map((decision) => [decision.registration.id, decision]));
  const groups = new Map<string, Group>();
  for (const then of before) {
    const kind = kindOf(then, now.get(then.registration.id), { base, head });
    if (kind === undefined) continue;
    const group = groups.get(`${kind}\n${then.user}`) ?? { kind, user: then.user, ids: [] };
    group.ids.push(then.registration.id);
    group.now ??= now.get(then.registration.id);
    groups.set(`${kind}\n${then.user}`, group);
  }
  return [...groups.values()].map((group) => toFinding(group, { base, head }));
}

interface Group {
  readonly kind: "dropped" | "out-of-scope";
  readonly user: string;
  readonly ids: string[];
  now?: Decision | undefined;
}

function kindOf(
  then: Decision,
  now: Decision | undefined,
  { base, head }: Change,
): Group["kind"] | undefined {
  if (now === undefined) return then.live === "active" ? "out-of-scope" : undefined;
  const isLeft = now.desired === "as-is" && staysConnected(now) && !EXCEPTED.has(now.reason.code);
  if (!isLeft || then.desired === "as-is" || !base.users.has(then.user)) return undefined;
  const wasAllowed = then.reason.code === "entry" && then.desired === "active";
  return wasAllowed || !head.users.has(then.user) ? "dropped" : undefined;
}

/** The exception is a finding of its own. */
const EXCEPTED: ReadonlySet<string> = new Set(["protected", "self", "ignored"]);

function toFinding({ kind, user, ids, now }: Group, { base, head }: Change): Finding {
  const who = user === "" ? "no user" : user;
  const count = `${ids.length} active ${ids.length === 1 ? "registration" : "registrations"}`;
  const registrations = [...ids].sort();
  const was = base.users.get(user)?.source;
  const related = was && { related: [{ text: "before the change", source: was }] };
  if (kind === "out-of-scope") {
    const text = `the change takes ${count} of ${who} out of the scope: nothing is decided about them any more, and they stay connected`;
    return { code: "change-out-of-scope", text, ...related, registrations };
  }
  const what = head.users.has(user)
    ? `drops what allowed a device of ${who}`
    : `drops ${who} from the allowlist`;
  const why = now === undefined ? "" : `: ${now.reason.text}`;
  return {
    code: "change-dropped",
    text: `the change ${what}, and ${count} stay${ids.length === 1 ? "s" : ""} connected${why}`,
    ...(now && { source: now.source }),
    ...related,
    registrations,
  };
}
