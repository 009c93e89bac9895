/** The one versioned JSON document that every report is made from. */

import type { Message, RelatedPlace, SourcePosition } from "../allowlist/messages.js";
import type { Act } from "../cloudflare/types.js";
import type { AccessUserAction, AccessUserDecision } from "../reconcile/access-users.js";
import {
  type Action,
  type DesiredState,
  type Item,
  type LiveState,
  type PendingReason,
  type RevokedBy,
  type RuleCode,
  ruleMeanings,
} from "../reconcile/decision.js";
import type { Finding } from "../reconcile/findings/finding.js";
import type { GuardVerdict } from "../reconcile/guard.js";
import type { Hardware } from "../reconcile/hardware.js";
import { aboutItems, itemKinds } from "../reconcile/items.js";
import type { Plan } from "../reconcile/plan.js";
import type { SkippedAct } from "../reconcile/schedule.js";
import type { Evidence } from "./evidence.js";

/** What became of one act. @title Result */
export interface ActResult {
  /** The registration's id. @title Registration id */
  readonly registration: string;
  /** What was to be done. */
  readonly act: Act;
  /**
   * `unknown`: a call was begun, and nobody could see what came of it. `skipped`: no call was made; it is due again in the
   * next run.
   */
  readonly result: "done" | "failed" | "unknown" | "skipped";
  /** Why it is not done. */
  readonly reason?: string;
}

/** The decision for one Access user. @title Access user */
export interface ReportedAccessUser extends Pick<
  AccessUserDecision,
  "email" | "name" | "live" | "desired" | "action" | "registrations" | "text" | "source" | "pending"
> {
  /** The live user's id; left out where there is none. */
  readonly id?: string;
}

/** What became of one act on an Access user. @title Access user result */
export interface AccessUserResult extends Pick<ActResult, "result" | "reason"> {
  /** Normalised. @title E-mail */
  readonly email: string;
  /** Of the user who is renamed or deleted. */
  readonly id?: string;
  /** What was to be done. */
  readonly act: Exclude<AccessUserAction, "keep">;
}

/** What became of one act on an item of any kind. */
export interface ItemResult extends Pick<Item, "email" | "key" | "id">, Pick<ActResult, "result" | "reason"> {
  readonly act: string;
}

/** The fields that have what became of acts, once a run writes. */
export const resultFields = ["results", ...itemKinds.map((kind) => aboutItems(kind).results)] as const;

/** How a line is told by which the change took away what allowed a registration. */
export const REMOVED = "removed by this change";

/** The decision for one registration that was listed and is in scope. @title Decision */
export interface ReportedDecision {
  /** The registration, as the account has it. */
  readonly registration: ReportedRegistration;
  /** What it is. @title Live state */
  readonly live: LiveState;
  /** What it should be; `as-is` where it is left alone. @title Desired state */
  readonly desired: DesiredState;
  /** What follows: an act, `keep` (in good order) or `leave` (not ours to change). */
  readonly action: Action;
  /** Which rule decided. */
  readonly reason: {
    /** Stable, for machines. Later versions may have further ones. @title Rule @open @minLength 1 */
    readonly code: RuleCode;
    /** The same for people. */
    readonly text: string;
  };
  /** The line that says so; of what no entry allows its user's own, where the entry would be added. */
  readonly source: SourcePosition;
  /** Further places: the policy's line behind a user's, and where a change removed what allowed it. @title Related places */
  readonly related?: readonly RelatedPlace[];
  /**
   * Only of what is let in again: whose revocation that undoes, as far as the run knows; `unknown`: nothing tells. Left out
   * in reports of before this field. @open
   */
  readonly revokedBy?: RevokedBy;
  /** What the entry that speaks for it says besides; only where one does. */
  readonly entry?: ReportedEntry;
  /**
   * Since when the line stands by which it is listed: of its entry, or of what protects or ignores it. Only where git was
   * asked (`--blame`).
   */
  readonly listed?: ListedSince;
  /** Only of an act that is due and that this run does not do. */
  readonly pending?: {
    /** `not-reviewed`: not in the reviewed plan; `frozen`: a freeze holds; `limit`: `limits.perRun` is reached. @open */
    readonly why: PendingReason;
    /** The same for people. */
    readonly text: string;
  };
  /**
   * What the account knows of the user. Personal data; only where it was asked for. What the account does not tell is left
   * out.
   */
  readonly evidence?: Evidence;
}

/** One registration; none of how it connects is required by the API's document. */
export interface ReportedRegistration {
  /** The registration's id. @title Registration id */
  readonly id: string;
  /** The device behind it. */
  readonly device: {
    /** The physical device's id. @title Device id */
    readonly id: string;
    /** What its user called it. @title Device name */
    readonly name: string;
    /** What is known of the machine. Left out where nothing needed it. Values that name no one machine are left out. */
    readonly hardware?: Hardware;
  };
  /** Whose it is. */
  readonly user: {
    /** Normalised; empty where it belongs to no person. @title E-mail */
    readonly email: string;
    /** As the account has it. */
    readonly name?: string;
  };
  /** As the API sent them. */
  readonly times: {
    /** When it was enrolled. RFC 3339. */
    readonly created: string;
    /** When it was changed last. RFC 3339. */
    readonly updated: string;
    /** When it was connected last; null where it never was. RFC 3339. */
    readonly lastSeen: string | null;
    /** When it was revoked; only of a revoked one. RFC 3339. */
    readonly revoked?: string;
  };
  /** The device settings that it gets; the API calls it a policy. @title Device profile */
  readonly profile?: {
    /** The profile's id. @title Profile id */
    readonly id: string;
    /** As the account has it. @title Profile name */
    readonly name?: string;
    /** Whether it is the account's default, which devices get that no other profile is for. */
    readonly default?: boolean;
    /** Whether the profile was deleted. */
    readonly deleted?: boolean;
  };
  /** Of the tunnel's key: `curve25519` with WireGuard, `secp256r1` with MASQUE. */
  readonly keyType?: string;
  /** `wireguard` or `masque`. */
  readonly tunnelType?: string;
  /** Of its end of the tunnel. @title Virtual IPv4 address */
  readonly virtualIpv4?: string;
  /** Of its end of the tunnel. @title Virtual IPv6 address */
  readonly virtualIpv6?: string;
}

/** What git knows of one line; `since` and `commit` together, or else why they are not known. Raw. */
export interface ListedSince {
  /** The day on which its author wrote it, in UTC. */
  readonly since?: string;
  /** The commit that wrote it. */
  readonly commit?: string;
  /** Who that was. */
  readonly author?: string;
  /** Why it is not known; then the others are left out. */
  readonly unknown?: string;
}

/** Free text of an entry, and its last day. */
export interface ReportedEntry {
  /** Free text. */
  readonly note?: string;
  /** Free text. */
  readonly reason?: string;
  /** Who answers for the device. */
  readonly owner?: string;
  /** Where it was asked for. */
  readonly ticket?: string;
  /** The last day, `2026-06-30`, in UTC. */
  readonly expires?: string;
}

/** Who let a plan pass a guard that tripped, as far as the environment says. */
export interface Approval {
  /** Who approved (`WARP_APPROVE_BY`). */
  readonly by?: string;
  /** Why (`WARP_APPROVE_REASON`). */
  readonly reason?: string;
}

/** Addresses are what the environment has: check them before you make links of them. */
export interface Origin {
  /** The commit (`WARP_COMMIT`, else the forge's own variable). */
  readonly commit?: string;
  /** The number of the pull request or merge request (`WARP_PULL_REQUEST`, else the forge's own). */
  readonly pullRequest?: string;
  /** Its address, unchecked: make a link of it only if it is one of the web. @title Pull request URL */
  readonly pullRequestUrl?: string;
  /** The address of the run in CI (`WARP_RUN_URL`, else the forge's own), unchecked too. @title Run URL */
  readonly runUrl?: string;
}

/** How one guard judges the plan. @title Guard */
export type ReportedGuard = Omit<GuardVerdict, "setting"> & {
  /**
   * The value of that setting: acts for `max`, percent of the active registrations in scope for `percent`. @asType number
   */
  readonly setting: number;
  /** The line that sets it, or, for the default, the root file's `version` line. */
  readonly source: SourcePosition;
  /** Whether the allowlist does not set it. @title Default */
  readonly isDefault: boolean;
};

/** A contradiction that only the live account shows. @title Problem */
type ReportedProblem = Pick<Message, "code" | "text" | "fix" | "source" | "line" | "related">;

/**
 * The plan or run of one account: every decision, what was noticed, and how the guards judge it. Texts are raw, as the
 * account and the allowlist have them: whoever shows one escapes it for where it goes.
 * @title WARP registrations: report
 */
export interface ReportDocument {
  /** The version of this format. A field may be added within a version; none changes its meaning. */
  readonly version: 1;
  /** The account's id. @minLength 1 */
  readonly account: string;
  /** Only where the Pulumi program wrote it: whose report this is. */
  readonly run?: {
    /** Of this run alone. */
    readonly id: string;
    /** Project and stack: `warp-registrations/production`. */
    readonly stack: string;
  };
  /** Where it was made, as the environment of CI says; left out where it says nothing. */
  readonly origin?: Origin;
  /** When this report was made. RFC 3339. @title Made at */
  readonly generatedAt: string;
  /** The moment as of which the plan was decided. RFC 3339. @pattern ^\d{4}-\d{2}-\d{2}T\d{2}:\d{2} */
  readonly asOf: string;
  /** Over all that is due and reviewed: by it `WARP_APPROVE` approves exactly this plan. @minLength 1 */
  readonly fingerprint: string;
  /** Whether an approval let this plan pass a guard that tripped. */
  readonly approved: boolean;
  /** Only where it is approved: what the environment says of it. */
  readonly approval?: Approval;
  /** Only where a freeze holds: plans are shown, and nothing is done. */
  readonly freeze?: {
    /** From when on acts are done again. RFC 3339. */
    readonly until: string;
    /** Why. */
    readonly reason: string;
    /** The line that says so. */
    readonly source: SourcePosition;
  };
  /** Only where this run is bound to a plan that was reviewed (`WARP_EXPECT_PLAN`). @title Reviewed plan */
  readonly reviewed?: {
    /** Of that plan. */
    readonly fingerprint: string;
    /** The moment as of which that plan was decided. RFC 3339. */
    readonly asOf: string;
  };
  /**
   * Decisions by action. Those that are pending count as what they are to become.
   * @each Decisions with the action `{key}`.
   */
  readonly summary: Readonly<Record<Action, number>>;
  /** Acts that are due and that this run does not do. */
  readonly pending: number;
  /** Live registrations. */
  readonly population: Plan["population"];
  /** One for each registration in scope, by user, then device name, then id. */
  readonly decisions: readonly ReportedDecision[];
  /**
   * One for each user of the allowlist's `accessUsers`, by e-mail; left out where it names none, or where they were not
   * listed.
   */
  readonly accessUsers?: readonly ReportedAccessUser[];
  /** What a person should look at. */
  readonly findings: readonly Finding[];
  /**
   * What could not be looked at and is not needed to decide, by which clock it was decided, what a long run costs; in
   * words.
   */
  readonly notes: readonly string[];
  /** Contradictions that only the live account shows; with one of them nothing is done. */
  readonly problems: readonly ReportedProblem[];
  /** Over all that is due and reviewed, whether this run does it or not. */
  readonly guards: readonly ReportedGuard[];
  /** Acts of the reviewed plan that are not due any more. @title Skipped acts */
  readonly skipped: readonly SkippedAct[];
  /**
   * How the allowlist writes domains that DNS has in another form, by that form (`xn--bcher-kva.example`). Texts show them
   * as written; fields have the form in which addresses are compared.
   * @propertyNames ^[\w.-]+$
   * @example { "xn--bcher-kva.example": "bücher.example" }
   */
  readonly domains?: Readonly<Record<string, string>>;
  /** The files that the plan was made from. */
  readonly allowlist: Plan["files"];
  /** Only of a run that writes: one for each act that it does. */
  readonly results?: readonly ActResult[];
  /** Only of a run that writes: one for each act on an Access user that it does. @title Results of Access users */
  readonly accessUserResults?: readonly AccessUserResult[];
}

// What a plan does not touch, by the rule that says so.

/** The registrations that one rule leaves alone. */
interface LeftAlone {
  readonly code: string;
  /** The code in words: `unknown user`. */
  readonly title: string;
  /** What the rule means, in one line; empty for a rule of a later version. */
  readonly meaning: string;
  readonly decisions: readonly ReportedDecision[];
}

/** One for each rule that left something alone, in the order in which the rules are asked. */
export function leftAlone({ decisions }: ReportDocument): readonly LeftAlone[] {
  const byRule = new Map<string, ReportedDecision[]>();
  for (const decision of decisions) {
    if (decision.action !== "leave") continue;
    const group = byRule.get(decision.reason.code);
    if (group) group.push(decision);
    else byRule.set(decision.reason.code, [decision]);
  }
  const meanings: Readonly<Record<string, string>> = ruleMeanings;
  const order = Object.keys(meanings);
  const rank = (code: string) => (order.includes(code) ? order.indexOf(code) : order.length);
  return [...byRule]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([code, group]) => ({
      code,
      title: code.replaceAll("-", " "),
      meaning: Object.hasOwn(meanings, code) ? (meanings[code] ?? "") : "",
      decisions: group,
    }));
}
