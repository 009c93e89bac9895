/** What the entries of its user say of a registration, and what holds where none does. */

import type { Entry } from "../allowlist/allowlist.js";
import { endOf } from "./in-force.js";
import type { Why } from "./explain-rules.js";
import type { Grounds } from "./explain.js";
import { matchesEntry } from "./entry-match.js";
import { clipped, quoted } from "./naming.js";
import { isNoUser } from "./scope.js";
import { byWhom, describeMatch } from "./verdict.js";

/** So many entries that do not match are told one by one. */
const MOST_ENTRIES = 5;

export function explainEntry(grounds: Grounds): Why {
  const { user, match, email } = grounds.candidate;
  switch (match.kind) {
    case "entry":
      return {
        text: `${describeMatch(match.entry)} asks for ${match.entry.state}, and a later rule narrows that`,
        source: match.entry.source,
        spoke: true,
      };
    case "contradiction":
    case "unknown-hardware":
      // These decide wherever they are asked, and decisions have their own words.
      return { text: match.kind };
    case "refused":
      return {
        text: `${describeMatch(match.entry)} matches, and ${match.failed}`,
        source: match.entry.source,
      };
    case "none":
      if (!user) return { text: email === "" ? "it has no user" : `no file lists ${clipped(email, 100)}` };
      if (user.entries.length === 0)
        return { text: "its user is listed without devices", source: user.source };
      return { text: whyNone(grounds, user.entries), source: user.source };
  }
}

function whyNone(grounds: Grounds, entries: readonly Entry[]): string {
  const told = entries.slice(0, MOST_ENTRIES).map((entry) => whyNot(grounds, entry));
  const more = entries.length > MOST_ENTRIES ? `; and ${entries.length - MOST_ENTRIES} more` : "";
  const none =
    entries.length === 1
      ? "the entry of its user does not speak for it"
      : `none of the ${entries.length} entries of its user speaks for it`;
  return `${none}: ${told.join("; ")}${more}`;
}

function whyNot({ candidate, asOf }: Grounds, entry: Entry): string {
  const { registration, hardware } = candidate;
  const what = `${describeMatch(entry)} (line ${entry.source.line})`;
  if (matchesEntry(entry.match, registration, hardware)) {
    const { from, expires } = entry;
    const isOver = expires !== undefined && endOf(expires) <= asOf.getTime();
    return isOver ? `${what} expired after ${expires.text}` : `${what} begins on ${from?.text ?? ""}`;
  }
  const values = {
    registration: registration.id,
    serial: hardware?.serial,
    hardwareId: hardware?.hardwareId,
    device: registration.device.id,
    name: registration.device.name,
    nameGlob: registration.device.name,
  };
  const keys = Object.keys(entry.match) as (keyof typeof values)[];
  const differing = keys.find((key) => !matchesEntry({ [key]: entry.match[key] }, registration, hardware));
  const given = differing && values[differing];
  return `${what}: its ${differing === "nameGlob" ? "name" : (differing ?? "")} is ${given === undefined ? "not known" : quoted(given)}`;
}

/** What holds for what no entry allows. */
export function explainFallback({ candidate }: Grounds): Why {
  const { email, user, policy } = candidate;
  const [name, setting] = isNoUser(email)
    ? (["noUser", policy.noUser] as const)
    : user
      ? (["unlisted", policy.unlisted] as const)
      : (["unknownUsers", policy.unknownUsers] as const);
  return {
    text: `policy.${name} is ${setting.value}${byWhom(setting)}, which an earlier rule comes before`,
    source: setting.source,
  };
}
