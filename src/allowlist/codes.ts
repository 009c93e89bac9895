/**
 * Every code that a message can carry, with its meaning in one line: those about the allowlist itself, and the few that
 * only the account, or the allowlist's own tests, bring up. Codes are stable.
 */
export const messageMeanings = {
  "access-users/ambiguous":
    "Several Access users have one address that `accessUsers` names, and which is meant cannot be told.",
  "allowlist/absent-and-listed":
    "Warning: an Access user is to be absent, and entries allow devices of that user.",
  "allowlist/alias":
    "The file has an anchor (`&name`) or an alias (`*name`): it would not mean what it says where it stands.",
  "allowlist/any-device": "Warning: an entry allows every device of its user.",
  "allowlist/bad-date": "A day or a time is not written as one, or is not in the calendar.",
  "allowlist/bad-duration":
    "A length of time is not a whole number with a unit, or is zero where that would loop.",
  "allowlist/bad-email":
    "Something that must be an e-mail address, or an e-mail domain, is not shaped like one.",
  "allowlist/bad-key": "A key is not text: a number, a boolean, nothing, a list or a mapping.",
  "allowlist/bad-pattern": "A pattern for files is an extended glob, or has too many alternatives.",
  "allowlist/bad-value": "A value has the right type and is still none of the values that are allowed there.",
  "allowlist/contradiction": "Two statements of the allowlist cannot both be followed.",
  "allowlist/directive":
    "The file holds a YAML directive (`%YAML`, `%TAG`); YAML 1.2 without directives is read.",
  "allowlist/duplicate-entry": "A user has the same match with the same state twice.",
  "allowlist/duplicate-key": "A mapping has the same key twice.",
  "allowlist/duplicate-user": "A user stands in two places, perhaps spelt differently.",
  "allowlist/empty-file": "A file holds nothing, or comments only.",
  "allowlist/group-conflict": "A user is in two groups that differ on a setting.",
  "allowlist/hidden-character":
    "The file holds a raw control, bidirectional or zero-width character that misleads a reviewer.",
  "allowlist/ignored-and-protected":
    "Warning: what is ignored is protected as well, so that the reason is never shown.",
  "allowlist/may-contradict":
    "Warning: wherever an entry matches, another entry of the user asks for another state.",
  "allowlist/merge-key": "The file uses the merge key `<<`, which YAML 1.2 does not have.",
  "allowlist/missing-file": "A pattern that was given matches no file.",
  "allowlist/missing-key": "A key that must be there is not.",
  "allowlist/needless-trust": "`trustName` stands where nothing goes by a name alone.",
  "allowlist/no-files": "The default patterns match no file: there is no allowlist yet.",
  "allowlist/no-root": "None of the files says `version`, so none is the root file.",
  "allowlist/no-users": "The allowlist names no user at all, and would leave everybody unlisted.",
  "allowlist/not-owned":
    "A user file speaks about an e-mail that `owns` gives to another file, or not to this one.",
  "allowlist/not-utf8": "A file is not UTF-8.",
  "allowlist/null-value": "A key or a list item has no value.",
  "allowlist/odd-serial":
    "Warning: a serial number or hardware id holds quotes, blanks or letters of another script.",
  "allowlist/other-account": "The allowlist is for another account (`account`) than the run.",
  "allowlist/out-of-scope": "A user is outside `scope`, so that the entries could never matter.",
  "allowlist/outside-project":
    "A file or pattern leads out of the project's folder, or through a linked folder.",
  "allowlist/owner-without-file": "Warning: a pattern of `owns` matches no user file.",
  "allowlist/past-entry": "Warning: the last day of an entry is past, so that it says nothing any more.",
  "allowlist/placeholder-serial":
    "A serial number is one that vendors leave on many machines, and tells no device apart.",
  "allowlist/quote-it": "Text is missing its quotes, and YAML reads it as something else.",
  "allowlist/root-only":
    "A key that belongs in the root file stands in a user file, or in the policy of a group or user.",
  "allowlist/said-twice": "One thing is said in two ways in the same place.",
  "allowlist/shadowed": "Warning: another entry of the user says the same wherever this one matches.",
  "allowlist/shared-machine":
    "Warning: two users may both have the machine with one serial number or hardware id.",
  "allowlist/syntax": "The file is not well-formed YAML.",
  "allowlist/tag": "The file uses a YAML tag (`!name`, `!!type`).",
  "allowlist/test-failed": "A test of the allowlist (`tests`) expects another decision than is made.",
  "allowlist/too-deep": "Collections are nested deeper than any allowlist needs.",
  "allowlist/too-large": "A file is larger, or has more parts, than is read.",
  "allowlist/too-long": "A text is longer than is allowed there.",
  "allowlist/too-many": "More problems were found than are listed.",
  "allowlist/two-roots": "More than one file says `version`.",
  "allowlist/unknown-key": "A key has no meaning there.",
  "allowlist/unread-file":
    "Warning: a file looks as if it belonged to the allowlist, and no pattern matches it.",
  "allowlist/unreadable": "A file or folder cannot be read.",
  "allowlist/unsupported-version": "The root file's `version` is not one that is understood.",
  "allowlist/weak-match":
    "Warning: something goes by a device's name alone, which the device's user can choose.",
  "allowlist/wrong-type": "A value is of the wrong kind, as a list where a mapping must stand.",
} as const;

/** The code of a message. */
export type MessageCode = keyof typeof messageMeanings;

/** All codes, sorted; a documentation page can be held against it. */
export const messageCodes = Object.keys(messageMeanings).sort() as readonly MessageCode[];
