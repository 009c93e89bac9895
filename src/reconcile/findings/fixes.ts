import type { FindingCode } from "./finding.js";

/** What to do about a finding of each kind: a sentence or two of Markdown. `docs/error-codes.md` has its table from here. */
export const findingFixes: Readonly<Record<FindingCode, string>> = {
  "unmatched-entry":
    "Correct a typing error, or wait until the device enrols. `explain SERIAL` shows which one it is.",
  "unmatched-user": "Correct the address: the message names the similar one.",
  "unmatched-protection": "Correct the line, or remove it. A protection that protects nothing is dangerous.",
  "unmatched-ignore": "Correct the rule, or remove it.",
  "shadowed-entry": "Remove the entry, or the exception that hides it.",
  "expired-entry": "Remove the entry, or set a later day.",
  "expiring-entry": "Set a later day now, or let the entry expire.",
  "upcoming-state": "Nothing: it announces what will happen.",
  "past-freeze": "Remove `freeze`.",
  "unknown-hardware": "Add an entry by `device` or `registration`. Phones report no serial number.",
  "unusable-serial": "Match these machines by `hardwareId` or `device`.",
  doubt: "Find out which machine it is. An entry by `registration` lets it in, whichever machine it is.",
  "doubtful-device":
    "Find out which of the two belongs to whom. Entries by `device` or `registration` tell them apart.",
  "shared-identity": "Compare the machines: someone may claim a serial number that is not theirs.",
  elsewhere:
    "Add an entry that refuses the device under that user, or move the whole user if the owner was renamed.",
  tombstone:
    "Nothing, or let the older registration be deleted too: widen the scope, or remove the protection.",
  "state-out-of-scope": "Widen `scope`, or revoke these registrations by hand.",
  "renewable-grace": "Use `unlisted: revoke`: the account remembers what is revoked.",
  "listed-revoked":
    "Let it back in with `policy.listedRevoked: unrevoke`, or set `state: revoked` in its entry.",
  unlisted: "`accept` it, or set `policy.unlisted: revoke`.",
  condition: "Bring the device up to what `requires` asks, or change the entry.",
  expired: "`accept` it again, or set a later day.",
  "unknown-user": "List the user, leave the user out of `scope`, or set `policy.unknownUsers`.",
  "no-user": "Set `policy.noUser`, or `ignore` them: service tokens and WARP Connectors.",
  grace: "`accept` it before the day that the message names, or let the policy act.",
  "came-back":
    "Close the way in: the enrolment policy or the identity provider. A revocation on its own does not last.",
  "max-devices": "Remove a device, or raise `policy.maxDevices`.",
  superseded: "Let the policy delete the old one (`policy.superseded`).",
  stale: "Let the policy act (`policy.stale`), or ask the user.",
  "revoked-age": "Let the policy delete it (`policy.revoked`).",
  "deleted-profile":
    "Give the devices another profile in the dashboard (Zero Trust, device settings), or let them register again.",
  "default-profile":
    "Make a profile's rule match the device. Reported only if fewer than half of the connected devices in scope have the default profile.",
  "overlapping-stack": "Give each stack its own `scope`.",
  "reviewed-plan": "Look at what the message names. New acts wait for the next review.",
  "unknown-access-user": "Correct the address. Someone who never signed in has no Access user yet.",
  "access-users-unread":
    "Give the token **Access: Audit Logs Read**, or set `warp-registrations:lookUpUsers: never`.",
  "device-count": "Run again. If it stays, compare with the dashboard: the list may lack a registration.",
  "change-dropped": "To cut them off, give the user `[]`, or the device `state: revoked`.",
  "change-out-of-scope": "Make sure that another stack covers them.",
  "change-widened": "Review who is let in.",
  "change-excepted": "Review why.",
  "change-loosened": "Review why, and whether it should stay.",
  "change-withheld": "Make sure that nobody needs the device.",
  "clock-skew":
    "Set the machine's clock (NTP). The plan used the account's clock, so the plan itself is right.",
  "unmatched-baseline": "Remove the line.",
  warning: "Read the message: it has its own `allowlist/…` code.",
};
