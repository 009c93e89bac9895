import { createHash } from "node:crypto";
import type { SourcePosition } from "../../allowlist/messages.js";
import type { AllowedUser } from "../../allowlist/model.js";
import type { Registration } from "../../cloudflare/types.js";

/**
 * What a finding is worth to whoever reads a report: it comes first where a change lets more through for everybody
 * (`loosens`), or where what is refused connects (`alarms`); then come what a change drops, lets in and withholds, and last what
 * was there before (`tells`).
 */
export type FindingWorth = "loosens" | "alarms" | "drops" | "admits" | "withholds" | "tells";

interface FindingKind {
  /** In one line. */
  readonly meaning: string;
  readonly worth: FindingWorth;
}

const kind =
  (worth: FindingWorth) =>
  (meaning: string): FindingKind => ({ meaning, worth });

const [loosens, alarms, drops] = [kind("loosens"), kind("alarms"), kind("drops")];
const [admits, withholds, tells] = [kind("admits"), kind("withholds"), kind("tells")];

/** Every kind of thing that is noticed; its codes are stable, for machines. */
const findingKinds = {
  "unmatched-entry": tells("An entry matches no registration."),
  "unmatched-user": tells(
    "A listed user has no registration, and somebody with a similar address is not listed.",
  ),
  "unmatched-protection": tells(
    "A line under `protected` or `guards.self` names nothing that is in the account.",
  ),
  "unmatched-ignore": tells("A rule under `ignore` matches no registration."),
  "shadowed-entry": tells(
    "Everything that an entry matches is protected or ignored, so that what it asks for is never done.",
  ),
  "expired-entry": tells("An entry's last day is over."),
  "expiring-entry": tells("An entry's last day is within 14 days."),
  "upcoming-state": tells("A user's state (`suspended`, `offboarded`) begins on a later day."),
  "past-freeze": tells("The freeze is over."),
  "unknown-hardware": tells("A registration is left alone since its hardware is not known."),
  "unusable-serial": tells("A serial number names no machine, so that no entry can match by it."),
  doubt: tells(
    "A listed device is revoked, and stays so: whether it is the machine that its entry means is in doubt.",
  ),
  "doubtful-device": tells(
    "Two registrations of one user tell the same serial or hardware id, and are two machines.",
  ),
  "shared-identity": tells("Several users have a device that tells the same serial or hardware id."),
  elsewhere: alarms("A device that an entry refuses is connected under another user."),
  tombstone: tells("A registration is revoked instead of deleted: without it an older one would be let in."),
  "state-out-of-scope": tells("A suspended or offboarded user has active registrations outside the scope."),
  "renewable-grace": tells(
    "The policy deletes what no entry allows, so that a device can enrol again for another grace.",
  ),
  "listed-revoked": tells(
    "A listed device is revoked, and `policy.listedRevoked` keeps it so (`report`; `ours`, where this stack is not known to have revoked it).",
  ),
  unlisted: tells("A registration that no entry allows is left alone, since the policy says `report`."),
  condition: tells("The same, of a registration that fails what its entry requires."),
  expired: tells("The same, of a registration whose entry speaks at another time."),
  "unknown-user": tells("Registrations of a user who is not in the allowlist are left alone."),
  "no-user": tells("Registrations that belong to no person are left alone."),
  grace: tells("A new registration that no entry allows; it says when it will be acted on."),
  "came-back": tells("A device enrols again and again after it is revoked."),
  "max-devices": tells("A user has more devices than `policy.maxDevices`."),
  superseded: tells("A newer registration of the same device is connected."),
  stale: tells("A registration has not been seen for longer than `policy.stale.after`."),
  "revoked-age": tells("A registration has been revoked for longer than `policy.revoked.after`."),
  "deleted-profile": tells("Connected devices have a device profile that was deleted."),
  "default-profile": tells(
    "A user's device gets the default profile, and most devices have one of their own.",
  ),
  "overlapping-stack": tells(
    "Another stack of this project has registrations of this account in its scope too.",
  ),
  "reviewed-plan": tells("What is now differs from what the reviewed plan was made from."),
  "unknown-access-user": tells("No Access user has this e-mail address."),
  "access-users-unread": tells(
    "The Access users were not listed, so that `accessUsers` is not compared with them.",
  ),
  "device-count": tells("The number of devices that Access counts for a user contradicts the listing."),
  "change-dropped": drops(
    "The change takes a user or a device off the allowlist, and its registrations stay connected.",
  ),
  "change-out-of-scope": loosens(
    "The change narrows the scope, and the registrations that leave it stay as they are.",
  ),
  "change-widened": admits("The change lets in what was not let in before."),
  "change-excepted": loosens("The change protects or ignores something that was decided before."),
  "change-loosened": loosens(
    "The change loosens the policy, a guard, a limit, the freeze, or drops a protection or a test.",
  ),
  "change-withheld": withholds("The change lets in no more what was to be let in; no act tells of it."),
  "clock-skew": tells("This machine's clock is more than five minutes off the account's."),
  "unmatched-baseline": tells("A line of the drift baseline accepts a finding that is not there any more."),
  warning: tells("The allowlist is valid, and something in it is worth a look."),
} satisfies Readonly<Record<string, FindingKind>>;

/** What kind of thing was noticed. */
export type FindingCode = keyof typeof findingKinds;

/** By code, in one line. */
export const findingMeanings = Object.fromEntries(
  Object.entries(findingKinds).map(([code, { meaning }]) => [code, meaning]),
) as Readonly<Record<FindingCode, string>>;

/** What a kind of finding is worth; one of a later version is told with the rest. */
export function worthOf(code: string): FindingWorth {
  const kinds: Readonly<Record<string, FindingKind>> = findingKinds;
  return Object.hasOwn(kinds, code) ? (kinds[code]?.worth ?? "tells") : "tells";
}

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
