/** Why an entry for a registration would be wrong, or would do nothing. */

import type { SourcePosition } from "../allowlist/allowlist.js";
import type { Decision } from "../reconcile/decision.js";

export interface Refusal {
  readonly text: string;
  readonly fix: string;
}

/** Undefined where an entry may help. */
export function refusalOf(decision: Decision): Refusal | undefined {
  const { reason, source, entry, desired, live } = decision;
  const line = placeOf(source);
  switch (reason.code) {
    case "protected":
    case "self":
    case "ignored":
      return {
        text: `${reason.text} (${line}): an entry would never decide`,
        fix: "take that line away first, if an entry is to decide",
      };
    case "suspended":
    case "offboarded":
      return { text: `${reason.text} (${line})`, fix: "take the user's `state` away first" };
    case "contradiction":
      return {
        text: `its entries contradict each other (${line}): ${reason.text}`,
        fix: "remove one of them first",
      };
    case "no-user":
      return {
        text: "it belongs to no person, and entries stand under users",
        fix: "name it under `protected` or `ignore`, or see `policy.noUser`",
      };
    case "condition":
      return { text: `${reason.text} (${line})`, fix: "change what that entry requires" };
    case "older":
      return {
        text: `the entry at ${line} allows its device already, and it is ${reason.text}`,
        fix: "accept nothing: the newest registration of a device is the one that connects",
      };
    case "doubt":
      return {
        text: `the entry at ${line} allows it already, and its identity is in doubt: ${reason.text}`,
        fix: "add an entry by `registration` by hand, once you know which machine it is",
      };
    case "listed-revoked":
      return { text: `${reason.text} (${line})`, fix: "change that line: the entry is there" };
    case "max-devices":
      return {
        text: `${reason.text} (${line})`,
        fix: "raise `maxDevices`, or remove the entry of another device",
      };
    case "entry":
      if (desired !== "active") return { text: `${reason.text} (${line})`, fix: "change that entry" };
      return {
        text: `it is allowed already by the entry at ${line}`,
        fix: live === "active" ? "nothing is to be done" : "the next run unrevokes it",
      };
    case "superseded":
    case "stale":
    case "revoked-age":
      if (!entry || (reason.code === "superseded" && entry.match.registration === undefined))
        return undefined;
      return {
        text: `the entry at ${placeOf(entry.source)} allows it already, and ${reason.text} (${line})`,
        fix: "change that rule, for this user in `users.<e-mail>.policy`",
      };
    case "unknown-hardware":
    case "grace":
    case "expired":
    case "unlisted":
    case "unknown-user":
      return undefined;
  }
}

export function placeOf({ file, line }: SourcePosition): string {
  return `${file}:${line}`;
}
