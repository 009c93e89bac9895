/** What a code means, and what to do about it: one or two sentences of Markdown each. */
export interface CodeMeaning {
  readonly meaning: string;
  readonly fix: string;
}

/**
 * Every code that a message can have: those about the allowlist itself, and the few that come only from the account or
 * from the allowlist's own tests. Codes are stable. The table in `docs/error-codes.md` is made from this one.
 */
export const messageCatalogue = {
  "access-users/ambiguous": {
    meaning:
      "Several Access users have an address that `accessUsers` names: it is not clear which one is meant.",
    fix: "Delete all but one of them in the dashboard, or remove the user from `accessUsers`.",
  },
  "allowlist/absent-and-listed": {
    meaning: "Warning: `accessUsers` deletes an Access user whose devices are allowed by entries.",
    fix: "Set `state: offboarded` for the user, or remove the user from `accessUsers`.",
  },
  "allowlist/alias": {
    meaning:
      "The file has an anchor (`&name`) or an alias (`*name`): a reviewer of one line does not see its value.",
    fix: "Write the value out, or set it once for a group (`groups`).",
  },
  "allowlist/any-device": {
    meaning: "Warning: an entry allows every device of its user.",
    fix: "Name the devices, by `serial` where they have one. Or accept the warning: it stops nothing.",
  },
  "allowlist/bad-date": {
    meaning: "A day or a time is not written as one, or is not in the calendar.",
    fix: "Write days as `2026-06-30` and times as `2026-06-30T09:00:00Z`.",
  },
  "allowlist/bad-duration": {
    meaning: "A duration is not a whole number with a unit, or is zero where zero is not allowed.",
    fix: "Write a whole number and one of `m`, `h`, `d`, `w`: `72h`, `90d`.",
  },
  "allowlist/bad-email": {
    meaning: "A value is not an e-mail address, or not an e-mail domain, where one is required.",
    fix: "Correct the address or the domain.",
  },
  "allowlist/bad-key": {
    meaning: "A key is not text: it is a number, a boolean, empty, a list or a mapping.",
    fix: "Put quotes around the key.",
  },
  "allowlist/bad-pattern": {
    meaning: "A file pattern is an extended glob, or has too many alternatives.",
    fix: "Use only `*`, `?`, `**`, `[abc]` and `{a,b}`, or write several patterns.",
  },
  "allowlist/bad-value": {
    meaning: "A value has the right type but is not one of the allowed values.",
    fix: "Use one of the values that the message lists.",
  },
  "allowlist/contradiction": {
    meaning: "Two lines of the allowlist contradict each other.",
    fix: "Remove one of the two lines. The message shows both.",
  },
  "allowlist/directive": {
    meaning: "The file has a YAML directive (`%YAML`, `%TAG`). Only YAML 1.2 without directives is read.",
    fix: "Remove the line that begins with `%`.",
  },
  "allowlist/duplicate-entry": {
    meaning: "A user has two entries with the same match and the same state.",
    fix: "Remove one of the two.",
  },
  "allowlist/duplicate-key": {
    meaning: "A mapping has the same key twice.",
    fix: "Put the contents of both under one key.",
  },
  "allowlist/duplicate-user": {
    meaning: "A user is listed in two places, perhaps with different spelling.",
    fix: "Put all entries of the user in one place.",
  },
  "allowlist/empty-file": {
    meaning: "A file is empty, or has only comments.",
    fix: "Add `users` to it, or remove the file.",
  },
  "allowlist/group-conflict": {
    meaning: "A user is in two groups that set different values for the same setting.",
    fix: "Remove the user from one group, or give both groups the same value.",
  },
  "allowlist/hidden-character": {
    meaning: "The file has a raw control, bidirectional or zero-width character that misleads a reviewer.",
    fix: "Delete the character and type the text again. The message names its code point.",
  },
  "allowlist/ignored-and-protected": {
    meaning: "Warning: something is both ignored and protected, so its `ignore` reason is never shown.",
    fix: "Keep one of the two.",
  },
  "allowlist/may-contradict": {
    meaning: "Warning: wherever an entry matches, another entry of the user asks for a different state.",
    fix: "Narrow one of the entries, or remove it.",
  },
  "allowlist/merge-key": {
    meaning: "The file uses the merge key `<<`, which YAML 1.2 does not have.",
    fix: "Write the keys out, or use `groups`.",
  },
  "allowlist/missing-file": {
    meaning: "A file pattern that was given matches no file.",
    fix: "Correct the pattern, or add the file. Patterns are relative to the project's folder.",
  },
  "allowlist/missing-key": {
    meaning: "A required key is missing.",
    fix: "Add the key.",
  },
  "allowlist/needless-trust": {
    meaning: "`trustName` is set where nothing matches by name only.",
    fix: "Remove `trustName`, or the `serial` beside it that makes it unnecessary.",
  },
  "allowlist/no-files": {
    meaning: "The default patterns match no file: there is no allowlist yet.",
    fix: "Write `allowlist.yaml`, or let `warp-registrations export` write one.",
  },
  "allowlist/no-root": {
    meaning: "No file sets `version`, so there is no root file.",
    fix: "Set `version: 1` in one file, and check that the patterns match that file.",
  },
  "allowlist/no-users": {
    meaning: "The allowlist has no users, which would leave everyone unlisted.",
    fix: "List users. An empty allowlist is not a way to cut off every device: see [opinions](opinions.md).",
  },
  "allowlist/not-owned": {
    meaning: "A user file lists an address that `owns` gives to another file, or does not give to this one.",
    fix: "Move the user to the file that owns the address, or change `owns` in the root file.",
  },
  "allowlist/not-utf8": {
    meaning: "A file is not UTF-8.",
    fix: "Save the file as UTF-8.",
  },
  "allowlist/null-value": {
    meaning: "A key or a list item has no value.",
    fix: "Add a value, or remove the line. A user without devices is `[]`.",
  },
  "allowlist/odd-serial": {
    meaning: "Warning: a serial number or hardware id has quotes, spaces or letters of another script.",
    fix: "Write the value that the message suggests. Or accept the warning: it stops nothing.",
  },
  "allowlist/other-account": {
    meaning: "The allowlist is for a different account (`account`) than this run.",
    fix: "Run it on its own account. If it is for both, list both ids under `account`.",
  },
  "allowlist/out-of-scope": {
    meaning: "A user is outside `scope`, so the entries would never have an effect.",
    fix: "Remove the user, or widen `scope`.",
  },
  "allowlist/outside-project": {
    meaning: "A file or pattern is outside the project's folder, or in a linked folder.",
    fix: "Move the file into the project. Links are not followed.",
  },
  "allowlist/owner-without-file": {
    meaning: "Warning: a pattern of `owns` matches no user file.",
    fix: "Correct the pattern, or remove it.",
  },
  "allowlist/past-entry": {
    meaning: "Warning: the last day of an entry is past, so the entry has no effect.",
    fix: "Renew the entry, or remove it.",
  },
  "allowlist/placeholder-serial": {
    meaning: "Vendors leave this serial number on many machines, so it does not identify a device.",
    fix: "Match by `hardwareId` or `device` instead.",
  },
  "allowlist/quote-it": {
    meaning: "Text has no quotes, and YAML reads it as something else.",
    fix: "Add the quotes that the message shows. Without them `0012345` is a number and loses its zeros.",
  },
  "allowlist/root-only": {
    meaning: "A key of the root file is in a user file, or in the policy of a group or user.",
    fix: "Move the key to the root file.",
  },
  "allowlist/said-twice": {
    meaning: "The same setting is written in two ways in one place.",
    fix: "Keep one of the two.",
  },
  "allowlist/shadowed": {
    meaning: "Warning: another entry of the user asks for the same state wherever this one matches.",
    fix: "Remove the entry that adds nothing.",
  },
  "allowlist/shared-machine": {
    meaning: "Warning: two users are allowed the machine with the same serial number or hardware id.",
    fix: "Remove the entry of its previous user. If they share the machine, keep both.",
  },
  "allowlist/syntax": {
    meaning: "The file is not well-formed YAML.",
    fix: "Correct the YAML at the line and column shown.",
  },
  "allowlist/tag": {
    meaning: "The file uses a YAML tag (`!name`, `!!type`).",
    fix: "Remove the tag.",
  },
  "allowlist/test-failed": {
    meaning: "A test of the allowlist (`tests`) expects a different decision.",
    fix: "Correct the entry or the policy that decides: the message names its line. Or correct the test.",
  },
  "allowlist/too-deep": {
    meaning: "Lists and mappings are nested deeper than any allowlist needs.",
    fix: "Remove levels of nesting.",
  },
  "allowlist/too-large": {
    meaning: "A file is too large, or has too many parts, to be read.",
    fix: "Split the file: one for each team or domain.",
  },
  "allowlist/too-long": {
    meaning: "A text is too long.",
    fix: "Shorten the text.",
  },
  "allowlist/too-many": {
    meaning: "There are more problems than are listed.",
    fix: "Correct the listed ones, and run again.",
  },
  "allowlist/two-roots": {
    meaning: "More than one file sets `version`.",
    fix: "Keep `version` in one file. The others hold only `users`.",
  },
  "allowlist/unknown-key": {
    meaning: "A key is not allowed in this place.",
    fix: "Correct the spelling: the message suggests a key.",
  },
  "allowlist/unread-file": {
    meaning: "Warning: a file looks like part of the allowlist, but no pattern matches it.",
    fix: "Rename the file as the message suggests, or move it elsewhere.",
  },
  "allowlist/unreadable": {
    meaning: "A file or folder cannot be read.",
    fix: "Check that the file exists and that this user may read it.",
  },
  "allowlist/unsupported-version": {
    meaning: "The root file has a `version` that this release does not support.",
    fix: "Write `version: 1`, or install a release that supports the other version.",
  },
  "allowlist/weak-match": {
    meaning: "Warning: an entry matches only by the device's name, which the device's user can choose.",
    fix: "Add a `serial`, or set `trustName` to the reason why the name can be trusted.",
  },
  "allowlist/wrong-type": {
    meaning: "A value has the wrong type, such as a list where a mapping is required.",
    fix: "Write the value as the message shows.",
  },
} as const satisfies Readonly<Record<string, CodeMeaning>>;

export type MessageCode = keyof typeof messageCatalogue;
