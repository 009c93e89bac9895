/** The catalogue of findings: what each kind means, what to do about it, and how important it is. */

/**
 * How important a finding is to the reader of a report, most important first: the change lets more through for everyone
 * (`loosens`), or a refused device connects (`alarms`); then what a change drops, lets in and withholds; last, what was
 * there before (`informs`).
 */
export type FindingWorth = "loosens" | "alarms" | "drops" | "admits" | "withholds" | "informs";

interface FindingKind {
  /** In one line. */
  readonly meaning: string;
  /** What to do about it, in Markdown. */
  readonly fix: string;
  readonly worth: FindingWorth;
}

const kind =
  (worth: FindingWorth) =>
  (meaning: string, fix: string): FindingKind => ({ meaning, fix, worth });

const [loosens, alarms, drops] = [kind("loosens"), kind("alarms"), kind("drops")];
const [admits, withholds, informs] = [kind("admits"), kind("withholds"), kind("informs")];

/** Every kind of finding. The codes are stable, for machines. */
export const findingKinds = {
  "unmatched-entry": informs(
    "An entry matches no registration.",
    "Correct a typing error, or wait until the device enrols. `explain SERIAL` shows which one it is.",
  ),
  "unmatched-user": informs(
    "A listed user has no registration, and someone with a similar address is not listed.",
    "Correct the address: the message names the similar one.",
  ),
  "unmatched-protection": informs(
    "A line under `protected` or `guards.self` names nothing that is in the account.",
    "Correct the line, or remove it. A protection that protects nothing is dangerous.",
  ),
  "unmatched-ignore": informs(
    "A rule under `ignore` matches no registration.",
    "Correct the rule, or remove it.",
  ),
  "shadowed-entry": informs(
    "Everything that an entry matches is protected or ignored, so the entry never takes effect.",
    "Remove the entry, or the exception that hides it.",
  ),
  "expired-entry": informs("An entry has expired.", "Remove the entry, or set a later day."),
  "expiring-entry": informs(
    "An entry expires within 14 days.",
    "Set a later day now, or let the entry expire.",
  ),
  "upcoming-state": informs(
    "A user's state (`suspended`, `offboarded`) begins on a later day.",
    "Nothing: it announces what will happen.",
  ),
  "past-freeze": informs("The freeze is over.", "Remove `freeze`."),
  "unknown-hardware": informs(
    "A registration is left alone because its hardware is not known.",
    "Add an entry by `device` or `registration`. Phones report no serial number.",
  ),
  "unusable-serial": informs(
    "A serial number is a vendor's default, so no entry can match by it.",
    "Match these machines by `hardwareId` or `device`.",
  ),
  doubt: informs(
    "A listed device is revoked, and stays revoked: it may not be the machine that its entry means.",
    "Find out which machine it is. An entry by `registration` lets it in, whichever machine it is.",
  ),
  "doubtful-device": informs(
    "Two registrations of one user report the same serial or hardware id, but are two machines.",
    "Find out which of the two belongs to whom. Entries by `device` or `registration` tell them apart.",
  ),
  "shared-identity": informs(
    "Devices of several users report the same serial or hardware id.",
    "Compare the machines: someone may claim a serial number that is not theirs.",
  ),
  elsewhere: alarms(
    "A device that an entry refuses is connected under another user.",
    "Add an entry that refuses the device under that user, or move the whole user if the owner was renamed.",
  ),
  tombstone: informs(
    "A registration is revoked instead of deleted: deleting it might let in or cut off another one.",
    "Nothing, or let the other registration be deleted too: widen the scope, or remove the protection.",
  ),
  "state-out-of-scope": informs(
    "A suspended or offboarded user has active registrations outside the scope.",
    "Widen `scope`, or revoke these registrations by hand.",
  ),
  "renewable-grace": informs(
    "The policy deletes what no entry allows, so a device can enrol again for another grace.",
    "Use `unlisted: revoke`: the account remembers what is revoked. Or keep a history: `drift --history`, and `WARP_HISTORY` for `pulumi`.",
  ),
  "listed-revoked": informs(
    "A listed device is revoked, and `policy.listedRevoked` keeps it revoked (`report`; or `ours`, where this stack is not known to have revoked it).",
    "Let it back in with `policy.listedRevoked: unrevoke`, or set `state: revoked` in its entry.",
  ),
  unlisted: informs(
    "A registration that no entry allows is left alone, because the policy is `report`.",
    "`accept` it, or set `policy.unlisted: revoke`.",
  ),
  condition: informs(
    "A registration that fails a condition of its entry (`requires`) is left alone, because the policy is `report`.",
    "Bring the device up to what `requires` asks, or change the entry.",
  ),
  expired: informs(
    "A registration whose entry applies at another time is left alone, because the policy is `report`.",
    "`accept` it again, or set a later day.",
  ),
  "unknown-user": informs(
    "Registrations of a user who is not in the allowlist are left alone.",
    "List the user, leave the user out of `scope`, or set `policy.unknownUsers`.",
  ),
  "no-user": informs(
    "Registrations that belong to no person are left alone.",
    "Set `policy.noUser`, or `ignore` them: service tokens and WARP Connectors.",
  ),
  grace: informs(
    "No entry allows a new registration; the text says when its grace ends.",
    "`accept` it before the day that the message names, or let the policy act.",
  ),
  "came-back": informs(
    "A device enrols again and again after it is revoked.",
    "Close the way in: the enrolment policy or the identity provider. A revocation on its own does not last.",
  ),
  "max-devices": informs(
    "A user has more devices than `policy.maxDevices`.",
    "Remove a device, or raise `policy.maxDevices`.",
  ),
  superseded: informs(
    "A newer registration of the same device is connected.",
    "Let the policy delete the old one (`policy.superseded`).",
  ),
  stale: informs(
    "A registration has not been seen for longer than `policy.stale.after`.",
    "Let the policy act (`policy.stale`), or ask the user.",
  ),
  "revoked-age": informs(
    "A registration has been revoked for longer than `policy.revoked.after`.",
    "Let the policy delete it (`policy.revoked`).",
  ),
  "deleted-profile": informs(
    "Connected devices have a device profile that was deleted.",
    "Give the devices another profile in the dashboard (Zero Trust, device settings), or let them register again.",
  ),
  "default-profile": informs(
    "A user's device has the default device profile, but nearly all devices have another one.",
    "Make a profile's rule match the device. Reported only if at most one in ten of the connected devices in scope has the default profile.",
  ),
  "overlapping-stack": informs(
    "Another stack of this project also has registrations of this account in its scope.",
    "Give each stack its own `scope`.",
  ),
  "reviewed-plan": informs(
    "Something has changed since the reviewed plan was made.",
    "Look at what the message names. New acts wait for the next review.",
  ),
  "unknown-access-user": informs(
    "No Access user has this e-mail address.",
    "Correct the address. Someone who never signed in has no Access user yet.",
  ),
  "access-users-unread": informs(
    "The Access users were not listed, so `accessUsers` is not compared with them.",
    "Give the token **Access: Audit Logs Read**, or set `warp-registrations:lookUpUsers: never`.",
  ),
  "device-count": informs(
    "The number of devices that Access counts for a user contradicts the listing.",
    "Run again. If it stays, compare with the dashboard: the list may lack a registration.",
  ),
  "change-dropped": drops(
    "The change takes a user or a device off the allowlist, and its registrations stay connected.",
    "To cut them off, give the user `[]`, or the device `state: revoked`.",
  ),
  "change-out-of-scope": loosens(
    "The change narrows the scope, and the registrations that leave it stay as they are.",
    "Make sure that another stack covers them.",
  ),
  "change-widened": admits("The change lets in what was not let in before.", "Review who is let in."),
  "change-excepted": loosens(
    "The change protects or ignores something that was decided before.",
    "Review why.",
  ),
  "change-loosened": loosens(
    "The change loosens the policy, a guard, a limit or the freeze, or drops a protection or a test.",
    "Review why, and whether it should stay.",
  ),
  "change-withheld": withholds(
    "The change no longer lets in what was about to be let in; no act shows this.",
    "Make sure that nobody needs the device.",
  ),
  "clock-skew": informs(
    "This machine's clock is more than five minutes off the account's.",
    "Set the machine's clock (NTP). The plan used the account's clock, so the plan itself is right.",
  ),
  "unmatched-baseline": informs(
    "A line of the drift baseline accepts a finding that no longer exists.",
    "Remove the line.",
  ),
  warning: informs(
    "The allowlist is valid, but something in it is worth a look.",
    "Read the message: it has its own `allowlist/…` code.",
  ),
} satisfies Readonly<Record<string, FindingKind>>;

/** The kind of a finding. */
export type FindingCode = keyof typeof findingKinds;

/** How important a kind of finding is. A kind from a later version counts as `informs`. */
export function worthOf(code: string): FindingWorth {
  const kinds: Readonly<Record<string, FindingKind>> = findingKinds;
  return Object.hasOwn(kinds, code) ? (kinds[code]?.worth ?? "informs") : "informs";
}
