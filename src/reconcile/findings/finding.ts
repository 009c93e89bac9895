import { createHash } from "node:crypto";
import type { SourcePosition } from "../../allowlist/messages.js";
import type { AllowedUser } from "../../allowlist/model.js";
import type { Registration } from "../../cloudflare/types.js";

/** Every kind of thing that is noticed, with its meaning in one line; stable, for machines. */
export const findingMeanings = {
  "unmatched-entry": "An entry matches no registration.",
  "unmatched-user": "A listed user has no registration, and somebody with a similar address is not listed.",
  "unmatched-protection": "A line under `protected` or `guards.self` names nothing that is in the account.",
  "unmatched-ignore": "A rule under `ignore` matches no registration.",
  "shadowed-entry":
    "Everything that an entry matches is protected or ignored, so that what it asks for is never done.",
  "expired-entry": "An entry's last day is over.",
  "expiring-entry": "An entry's last day is within 14 days.",
  "upcoming-state": "A user's state (`suspended`, `offboarded`) begins on a later day.",
  "past-freeze": "The freeze is over.",
  "unknown-hardware": "A registration is left alone since its hardware is not known.",
  "unusable-serial": "A serial number names no machine, so that no entry can match by it.",
  doubt:
    "A listed device is revoked, and stays so: whether it is the machine that its entry means is in doubt.",
  "doubtful-device":
    "Two registrations of one user tell the same serial or hardware id, and are two machines.",
  "shared-identity": "Several users have a device that tells the same serial or hardware id.",
  elsewhere: "A device that an entry refuses is connected under another user.",
  tombstone: "A registration is revoked instead of deleted: without it an older one would be let in.",
  "state-out-of-scope": "A suspended or offboarded user has active registrations outside the scope.",
  "renewable-grace":
    "The policy deletes what no entry allows, so that a device can enrol again for another grace.",
  "listed-revoked":
    "A listed device is revoked, and `policy.listedRevoked` keeps it so (`report`; `ours`, where this stack is not known to have revoked it).",
  unlisted: "A registration that no entry allows is left alone, since the policy says `report`.",
  condition: "The same, of a registration that fails what its entry requires.",
  expired: "The same, of a registration whose entry speaks at another time.",
  "unknown-user": "Registrations of a user who is not in the allowlist are left alone.",
  "no-user": "Registrations that belong to no person are left alone.",
  grace: "A new registration that no entry allows; it says when it will be acted on.",
  "came-back": "A device enrols again and again after it is revoked.",
  "max-devices": "A user has more devices than `policy.maxDevices`.",
  superseded: "A newer registration of the same device is connected.",
  stale: "A registration has not been seen for longer than `policy.stale.after`.",
  "revoked-age": "A registration has been revoked for longer than `policy.revoked.after`.",
  "deleted-profile": "Connected devices have a device profile that was deleted.",
  "default-profile": "A user's device gets the default profile, and most devices have one of their own.",
  "overlapping-stack": "Another stack of this project has registrations of this account in its scope too.",
  "reviewed-plan": "What is now differs from what the reviewed plan was made from.",
  "unknown-access-user": "No Access user has this e-mail address.",
  "access-users-unread": "The Access users were not listed, so that `accessUsers` is not compared with them.",
  "device-count": "The number of devices that Access counts for a user contradicts the listing.",
  "change-dropped":
    "The change takes a user or a device off the allowlist, and its registrations stay connected.",
  "change-out-of-scope":
    "The change narrows the scope, and the registrations that leave it stay as they are.",
  "change-widened": "The change lets in what was not let in before.",
  "change-excepted": "The change protects or ignores something that was decided before.",
  "change-loosened":
    "The change loosens the policy, a guard, a limit, the freeze, or drops a protection or a test.",
  "change-withheld": "The change lets in no more what was to be let in; no act tells of it.",
  "clock-skew": "This machine's clock is more than five minutes off the account's.",
  "unmatched-baseline": "A line of the drift baseline accepts a finding that is not there any more.",
  warning: "The allowlist is valid, and something in it is worth a look.",
} as const;

/** What kind of thing was noticed. */
export type FindingCode = keyof typeof findingMeanings;

/** Something that a person should look at and that no act follows from. */
export interface Finding {
  readonly code: FindingCode;
  /**
   * What it is about, in facts that stay as long as it does: ids, addresses, what an entry matches by, a key of the
   * allowlist. No words, lines, counts or moments, since with `code` it is the identity; see {@link identityOf}.
   */
  readonly subject: readonly string[];
  readonly text: string;
  readonly source?: SourcePosition | undefined;
  /** Further places that have to do with it. */
  readonly related?: readonly { readonly text: string; readonly source: SourcePosition }[];
  /** Ids of the registrations that it is about. */
  readonly registrations: readonly string[];
  /** Ids of registrations that were probably meant by what is written: it is told with what happens to them, too. */
  readonly meant?: readonly string[];
}

/**
 * Names a finding from one run to the next, whatever its text, its line or its hints: the code, and a hash of its subject
 * in 16 hexadecimal digits. Baselines, histories and SARIF's fingerprints go by it.
 */
export function identityOf({ code, subject }: Pick<Finding, "code" | "subject">): string {
  return identify(code, subject);
}

/** The same for whatever else is told from one run to the next: an act, a guard. */
export function identify(kind: string, subject: readonly string[]): string {
  return `${kind}:${createHash("sha256").update(JSON.stringify(subject)).digest("hex").slice(0, 16)}`;
}

/** Names an act on a registration, or on an Access user (`user-delete` and an e-mail). */
export function identityOfAct(action: string, on: string): string {
  return identify(`act-${action}`, [on]);
}

/** A value of a user's or a device's, in a sentence: cut, so that what stands behind it is not pushed out of sight. */
export function clipped(text: string, most = 60): string {
  if (text.length <= most) return text;
  const points = Array.from(text.slice(0, 4 * most));
  return points.length > most ? `${points.slice(0, most - 1).join("")}…` : points.join("");
}

/** `BOB-THINKPAD (3f1c…) of bob@example.com`, with values that are cut. */
export function named({ device, id }: Registration, email: string): string {
  return `${clipped(device.name)} (${clipped(id)}) of ${email === "" ? "no user" : clipped(email, 100)}`;
}

/** A listed user's address as the file has it: `bob@bücher.example`, and not what DNS makes of it. */
export function asWritten({ email, written }: Pick<AllowedUser, "email" | "written">): string {
  return written ?? email;
}

/** A value in quotes, cut. */
export function quoted(value: string): string {
  return JSON.stringify(clipped(value));
}

/** An entry's keys as a person would say them: `serial "C02X" and name "LAPTOP-7"`. */
export function describeMatch({ match }: { readonly match: object }): string {
  return Object.entries(match)
    .map(([key, value]) => `${key} ${quoted(String(value))}`)
    .join(" and ");
}

/** Names, the first few; the rest is counted. */
export function listed(names: readonly string[], most = 3): string {
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return `${names.slice(0, most).join(", ")}${more}`;
}
