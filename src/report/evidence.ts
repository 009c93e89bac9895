/** What the account knows about the user behind a registration. Personal data: shown only if requested. */

import { escapeText } from "../text/escape.js";
import { counted, didYouMean, minute, variable } from "../text/words.js";

/** Times are RFC 3339. What the account does not report is left out. */
export interface Evidence {
  /** The last sign-in that succeeded. RFC 3339. @title Last sign-in */
  readonly lastSuccessfulLogin?: string | undefined;
  /** The identity of the last session. */
  readonly identity?:
    | {
        /** The address that the user signed in from. @title Address */
        readonly ip?: string | undefined;
        /** The country of that address. */
        readonly country?: string | undefined;
        /** Groups of the identity provider. */
        readonly groups?: readonly string[] | undefined;
        /** Device posture checks. */
        readonly posture?:
          | readonly {
              /** What is checked. */
              readonly name: string;
              /** Whether it passed. */
              readonly passed: boolean;
            }[]
          | undefined;
      }
    | undefined;
  /** The number of active sessions of the user. */
  readonly activeSessions?: number | undefined;
  /** Newest first. @title Failed sign-ins */
  readonly failedLogins?:
    | readonly {
        /** When. RFC 3339. */
        readonly at: string;
        /** What the account says about it. */
        readonly detail?: string | undefined;
      }[]
    | undefined;
  /** Which seats the user takes. */
  readonly seats?:
    | {
        /** An Access seat. */
        readonly access: boolean;
        /** A Gateway seat. */
        readonly gateway: boolean;
      }
    | undefined;
  /** How many active devices Access counts for the user. */
  readonly activeDevices?: number | undefined;
  /** What could not be found out, and why. */
  readonly missing: readonly string[];
}

// Evidence in words, one line each; raw.

/** At most this many failed sign-ins are listed; the rest are counted. */
const MOST_FAILED = 5;

export function evidenceLines(evidence: Evidence): string[] {
  const { lastSuccessfulLogin, activeSessions, failedLogins = [], seats, activeDevices, missing } = evidence;
  const lines: string[] = [];
  if (lastSuccessfulLogin !== undefined) lines.push(`last sign-in ${minute(lastSuccessfulLogin)}`);
  lines.push(...identityLines(evidence.identity));
  if (activeSessions !== undefined) lines.push(counted(activeSessions, "active session"));
  for (const { at, detail } of failedLogins.slice(0, MOST_FAILED))
    lines.push(`failed sign-in ${minute(at)}${detail === undefined ? "" : `: ${detail}`}`);
  if (failedLogins.length > MOST_FAILED)
    lines.push(`and ${failedLogins.length - MOST_FAILED} more failed sign-ins`);
  if (seats) lines.push(`seats: Access ${yesNo(seats.access)}, Gateway ${yesNo(seats.gateway)}`);
  if (activeDevices !== undefined) lines.push(counted(activeDevices, "active device"));
  lines.push(...missing.map((what) => `not known: ${what}`));
  return lines;
}

function identityLines(identity: Evidence["identity"]): string[] {
  if (!identity) return [];
  const { ip, country, groups, posture = [] } = identity;
  const from = [ip, country].filter((text) => text !== undefined);
  return [
    ...(from.length > 0 ? [`signed in from ${from.join(", ")}`] : []),
    ...(groups && groups.length > 0 ? [`groups: ${groups.join(", ")}`] : []),
    ...posture.map(({ name, passed }) => `posture ${name}: ${passed ? "passed" : "FAILED"}`),
  ];
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

// Whether a run asks for evidence: it is personal data, so it is off by default.

/** `report`: into the report's file only; `output`: into the run's output as well. */
const EVIDENCE_VARIABLE = "WARP_EVIDENCE";

const WISHES = ["no", "report", "output"] as const;

/** @throws SettingError for an unknown value */
export function evidenceWish(env: NodeJS.ProcessEnv): (typeof WISHES)[number] {
  const given = variable(env, EVIDENCE_VARIABLE);
  if (given === undefined) return "no";
  const wish = WISHES.find((one) => one === given);
  if (wish !== undefined) return wish;
  throw new SettingError(`${EVIDENCE_VARIABLE} is "${escapeText(given, 40)}"; ${didYouMean(given, WISHES)}`);
}

/** A setting in the environment has an unknown value. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}
