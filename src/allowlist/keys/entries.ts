/** The keys of an entry, and of a rule of what is left alone: what they match by, and what they say. */

import type { EntryMatch } from "../match-values.js";
import { choice, day, key, map, note, type Row, why, word } from "./shape.js";

export const EMAIL = key("E-mail", "An e-mail address.", word);
export const PROFILE = key("Device profile id", "The id of a device settings profile.", word);
export const PLATFORM = key(
  "Platform",
  "The device's type, as Cloudflare names it.",
  choice("windows", "mac", "linux", "ios", "android", "chromeos"),
);

export const MATCH: Readonly<Record<keyof EntryMatch, Row>> = {
  registration: key(
    "Registration id",
    "The id of one registration, as the dashboard and the API show it: not of the device when it enrols again.",
    word,
  ),
  serial: key(
    "Serial number",
    'The device\'s serial number. In either case; always in quotes: `serial: "0012345"`.',
    word,
  ),
  hardwareId: key(
    "Hardware id",
    "The hardware id that the WARP client reports. In either case, a UUID with or without its dashes; always in quotes.",
    word,
  ),
  device: key(
    "Device id",
    "The id of a physical device, whose registrations may change; it may change itself when the device enrols again.",
    word,
  ),
  name: key(
    "Device name",
    "The exact device name. Weak by itself: users choose the names of their devices.",
    word,
  ),
  nameGlob: key(
    "Device name pattern",
    "A pattern for the whole device name: `*` stands for any run of characters, `?` for one character; nothing else is special. Weak by itself.",
    word,
  ),
};

const TRUST_NAME = key(
  "Trust the name",
  "Why a match by name alone is good enough here: without it such an entry is a warning, since users choose the names of their devices.",
  why,
);

export const sayWhy = { missing: "say why, for those who read it, as `reason: managed by Intune`" };

export const IGNORE = {
  user: EMAIL,
  emailDomain: key(
    "E-mail domain",
    "What stands behind the `@` of the users' addresses. Subdomains are written out.",
    word,
  ),
  ...MATCH,
  policyId: PROFILE,
  reason: key("Reason", "Which tool manages them, and why they are left alone.", why, {
    required: true,
    hints: sayWhy,
  }),
  trustName: TRUST_NAME,
};

const REQUIRES = {
  platform: PLATFORM,
  model: key(
    "Model",
    "A pattern for the whole model: `*` stands for any run of characters, `?` for one character.",
    word,
  ),
  minClientVersion: key(
    "Oldest client",
    'The oldest version of the WARP client that may connect: numbers with dots between, always in quotes: `"2025.4.929.0"`.',
    word,
  ),
  tunnelType: key("Tunnel", "The type of the registration's tunnel.", choice("wireguard", "masque")),
  profile: key(
    "Device profile",
    "The device profile that the registration must have: its name or its id, exactly.",
    word,
  ),
  minOsVersion: key(
    "Oldest system",
    "The oldest version of the operating system that may connect: numbers with dots between, always in quotes, and together with `platform`, since each system counts otherwise.",
    word,
  ),
};

export const ENTRY = key(
  "Entry",
  "One device rule. At least one of the match keys (registration, serial, hardwareId, device, name, nameGlob) must be given; where several are, a registration must match them all.",
  map({
    ...MATCH,
    state: key(
      "State",
      "What is asked of the registrations that match.",
      choice("active", "revoked", "deleted"),
      { byDefault: "active" },
    ),
    note: key("Note", "Free text for readers of this file and of reports.", note),
    reason: key("Reason", "Why the device is allowed, revoked or deleted; shown in plans and reports.", note),
    from: key("From", "The first day, in UTC, on which the entry speaks, as YYYY-MM-DD.", day),
    expires: key("Expires", "The last day, in UTC, on which the entry speaks, as YYYY-MM-DD.", day),
    owner: key("Owner", "Who answers for the device; free text, shown in reports.", note),
    ticket: key("Ticket", "Where the device was asked for; free text, shown in reports.", note),
    requires: key(
      "Requirements",
      "What the device must be besides; a device that matches the entry and fails one of these is not allowed. At least one.",
      map(REQUIRES, { minProperties: 1 }),
    ),
    trustName: TRUST_NAME,
  }),
  { name: "entry", hints: { otherKind: entryHint } },
);

/** What was meant by a text where an entry should stand. */
function entryHint(text: string): string | undefined {
  const [, key = "", value] = /^(\w+)[:=]\s*(\S+)$/u.exec(text) ?? [];
  if (Object.hasOwn(MATCH, key))
    return `write a blank behind the colon: \`${key}: ${JSON.stringify(value)}\``;
  return text === "" ? undefined : `say what it is, as \`serial: ${JSON.stringify(text)}\``;
}

/** Whether an entry may say it. */
export function isEntryKey(key: string): boolean {
  return ENTRY.shape.at(key) !== undefined;
}
