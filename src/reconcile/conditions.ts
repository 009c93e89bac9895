/** What an entry requires of the device besides matching it. */

import type { Conditions } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import { matchesPattern } from "../allowlist/glob.js";
import { isAtLeast } from "./client-version.js";
import type { Hardware } from "./hardware.js";
import { quoted } from "./naming.js";

/** `unknown`: the account does not tell what the condition asks. */
export type ConditionVerdict =
  { readonly met: true } | { readonly met: false; readonly text: string } | { readonly met: "unknown" };

const MET: ConditionVerdict = { met: true };

/** The first condition that fails decides; one that cannot be told decides only where none fails. */
export function meets(
  requires: Conditions | undefined,
  registration: Registration,
  hardware: Hardware | undefined,
): ConditionVerdict {
  if (requires === undefined) return MET;
  const { platform, model, minClientVersion } = requires;
  const version = [registration.device.client_version, hardware?.clientVersion].find(isVersion);
  const verdicts = [
    check("platform", platform, hardware?.deviceType, (wanted, given) => wanted === given.toLowerCase()),
    check("model", model, hardware?.model, matchesPattern),
    check("minClientVersion", minClientVersion, version, isAtLeast),
  ];
  return verdicts.find(({ met }) => met === false) ?? verdicts.find(({ met }) => met === "unknown") ?? MET;
}

function check(
  name: keyof Conditions,
  wanted: string | undefined,
  given: string | undefined,
  isMet: (wanted: string, given: string) => boolean,
): ConditionVerdict {
  if (wanted === undefined) return MET;
  if (given === undefined || given === "") return { met: "unknown" };
  return isMet(wanted, given)
    ? MET
    : { met: false, text: `requires ${name} ${quoted(wanted)}, and it is ${quoted(given)}` };
}

/** What begins with no number is no version, and no reason to act. */
function isVersion(text: string | undefined): boolean {
  return text !== undefined && /^\d/u.test(text);
}
