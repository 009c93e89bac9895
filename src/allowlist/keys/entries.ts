/** The keys of an entry and of a rule of `ignore`: what they match by, and what they set. */

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
    "The id of one registration, as the dashboard and the API show it. A device that enrols again gets a new one.",
    word,
  ),
  serial: key(
    "Serial number",
    'The device\'s serial number, in upper or lower case. Always in quotes: `serial: "0012345"`.',
    word,
  ),
  hardwareId: key(
    "Hardware id",
    "The hardware id that the WARP client reports, in upper or lower case; a UUID with or without its dashes. Always in quotes.",
    word,
  ),
  device: key(
    "Device id",
    "The id of a physical device. Its registrations may change, and the id may change too when the device enrols again.",
    word,
  ),
  name: key(
    "Device name",
    "The exact device name. Weak by itself: users choose the names of their devices.",
    word,
  ),
  nameGlob: key(
    "Device name pattern",
    "A pattern for the whole device name: `*` matches any number of characters, `?` exactly one; nothing else is special. Weak by itself.",
    word,
  ),
};

const TRUST_NAME = key(
  "Trust the name",
  "Why a match by name only is good enough here. Without it, such an entry causes a warning: users choose the names of their devices.",
  why,
);

export const sayWhy = { missing: "add the reason, as `reason: managed by Intune`" };

export const IGNORE = {
  user: EMAIL,
  emailDomain: key(
    "E-mail domain",
    "The part of the users' addresses after the `@`. Subdomains are not included.",
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

export const TUNNEL = key("Tunnel", "The type of the registration's tunnel.", choice("wireguard", "masque"));

const REQUIRES = {
  platform: PLATFORM,
  model: key(
    "Model",
    "A pattern for the whole model: `*` matches any number of characters, `?` exactly one.",
    word,
  ),
  minClientVersion: key(
    "Oldest client",
    'The oldest version of the WARP client that may connect: numbers separated by dots, always in quotes: `"2025.4.929.0"`.',
    word,
  ),
  tunnelType: TUNNEL,
  profile: key(
    "Device profile",
    "The device profile that the registration must have: its exact name, or its id.",
    word,
  ),
  minOsVersion: key(
    "Oldest system",
    "The oldest version of the operating system that may connect: numbers separated by dots, always in quotes. Needs `platform`, since each system counts differently.",
    word,
  ),
};

export const ENTRY = key(
  "Entry",
  `A rule for one device. Give at least one match key (${Object.keys(MATCH).join(", ")}). A registration must match all that are given.`,
  map({
    ...MATCH,
    state: key(
      "State",
      "What the matching registrations should be.",
      choice("active", "revoked", "deleted"),
      { byDefault: "active" },
    ),
    note: key("Note", "Free text for readers of this file and of reports.", note),
    reason: key("Reason", "Why the device is allowed, revoked or deleted; shown in plans and reports.", note),
    from: key("From", "The first day on which the entry applies, in UTC, as YYYY-MM-DD.", day),
    expires: key("Expires", "The last day on which the entry applies, in UTC, as YYYY-MM-DD.", day),
    owner: key("Owner", "Who is responsible for the device; free text, shown in reports.", note),
    ticket: key("Ticket", "Where the device was requested; free text, shown in reports.", note),
    requires: key(
      "Requirements",
      "Further conditions, at least one. A device that matches the entry but fails a condition is not allowed.",
      map(REQUIRES, { minProperties: 1 }),
    ),
    trustName: TRUST_NAME,
  }),
  { name: "entry", hints: { otherKind: entryHint } },
);

/** What a text in the place of an entry was meant to be. */
function entryHint(text: string): string | undefined {
  const [, key = "", value] = /^(\w+)[:=]\s*(\S+)$/u.exec(text) ?? [];
  if (Object.hasOwn(MATCH, key)) return `write a space after the colon: \`${key}: ${JSON.stringify(value)}\``;
  return text === "" ? undefined : `name the key, as \`serial: ${JSON.stringify(text)}\``;
}

/** Whether an entry may have the key. */
export function isEntryKey(key: string): boolean {
  return ENTRY.shape.at(key) !== undefined;
}
