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

/** The result of one act. @title Result */
export interface ActResult {
  /** The registration's id. @title Registration id */
  readonly registration: string;
  /** The act that was due. */
  readonly act: Act;
  /**
   * `unknown`: a call was started, but its result is not known. `skipped`: no call was made; the act is due again in
   * the next run.
   */
  readonly result: "done" | "failed" | "unknown" | "skipped";
  /** Why it was not done. */
  readonly reason?: string | undefined;
}

/** The decision for one Access user. @title Access user */
export interface ReportedAccessUser extends Pick<
  AccessUserDecision,
  "email" | "name" | "live" | "desired" | "action" | "registrations" | "text" | "source" | "pending"
> {
  /** The live user's id; left out if there is none. */
  readonly id?: string | undefined;
}

/** The result of one act on an Access user. @title Access user result */
export interface AccessUserResult extends Pick<ActResult, "result" | "reason"> {
  /** Normalised. @title E-mail */
  readonly email: string;
  /** The id of the renamed or deleted user. */
  readonly id?: string | undefined;
  /** The act that was due. */
  readonly act: Exclude<AccessUserAction, "keep">;
}

/** The result of one act on an item of any kind. */
export interface ItemResult extends Pick<Item, "email" | "key" | "id">, Pick<ActResult, "result" | "reason"> {
  readonly act: string;
}

/** The fields that have the results of acts, in a run that writes. */
export const resultFields = ["results", ...itemKinds.map((kind) => aboutItems(kind).results)] as const;

/** How reports name a line that allowed a registration and that the change removed. */
export const REMOVED = "removed by this change";

/** The decision for one registration that was listed and is in scope. @title Decision */
export interface ReportedDecision {
  /** The registration, as the account has it. */
  readonly registration: ReportedRegistration;
  /** What it is. @title Live state */
  readonly live: LiveState;
  /** What it should be; `as-is` if it is left alone. @title Desired state */
  readonly desired: DesiredState;
  /** What follows: an act, `keep` (in good order) or `leave` (not ours to change). */
  readonly action: Action;
  /** Which rule decided. */
  readonly reason: {
    /** Stable, for machines. Later versions may add further codes. @title Rule @open @minLength 1 */
    readonly code: RuleCode;
    /** The reason in words. */
    readonly text: string;
  };
  /** The line that decides. If no entry allows the registration: its user's line, where the entry would be added. */
  readonly source: SourcePosition;
  /**
   * Further places: the policy's line behind a user's line, and the line that allowed the registration before the
   * change. @title Related places
   */
  readonly related?: readonly RelatedPlace[] | undefined;
  /**
   * Only for a registration that is let back in: who revoked it, as far as the run knows; `unknown`: no record shows it.
   * Older reports do not have this field. @open
   */
  readonly revokedBy?: RevokedBy | undefined;
  /** The other texts of the entry that applies, if one does. */
  readonly entry?: ReportedEntry | undefined;
  /**
   * Since when the line that lists it (its entry, or what protects or ignores it) has been in the allowlist. Only with
   * `--blame`.
   */
  readonly listed?: ListedSince | undefined;
  /** Only for an act that is due but that this run does not do. */
  readonly pending?:
    | {
        /** `not-reviewed`: not in the reviewed plan; `frozen`: a freeze holds; `limit`: `limits.perRun` is reached. @open */
        readonly why: PendingReason;
        /** The reason in words. */
        readonly text: string;
      }
    | undefined;
  /**
   * What the account knows about the user. Personal data: only if requested. What the account does not report is left
   * out.
   */
  readonly evidence?: Evidence | undefined;
}

/** One registration. The API's document requires none of the fields about its connection. */
export interface ReportedRegistration {
  /** The registration's id. @title Registration id */
  readonly id: string;
  /** The device behind it. */
  readonly device: {
    /** The physical device's id. @title Device id */
    readonly id: string;
    /** The name that its user gave it. @title Device name */
    readonly name: string;
    /** What is known about the machine. Left out if nothing needed it. Values that do not identify a machine are left out. */
    readonly hardware?: Hardware | undefined;
  };
  /** Its user. */
  readonly user: {
    /** Normalised; empty if it belongs to no person. @title E-mail */
    readonly email: string;
    /** As the account has it. */
    readonly name?: string | undefined;
  };
  /** As the API sent them. */
  readonly times: {
    /** When it was enrolled. RFC 3339. */
    readonly created: string;
    /** When it was last changed. RFC 3339. */
    readonly updated: string;
    /** When it was last connected; null if never. RFC 3339. */
    readonly lastSeen: string | null;
    /** When it was revoked; only if it is revoked. RFC 3339. */
    readonly revoked?: string | undefined;
  };
  /** The device settings that it gets; the API calls it a policy. @title Device profile */
  readonly profile?:
    | {
        /** The profile's id. @title Profile id */
        readonly id: string;
        /** As the account has it. @title Profile name */
        readonly name?: string | undefined;
        /** Whether it is the account's default profile, for devices that no other profile applies to. */
        readonly default?: boolean | undefined;
        /** Whether the profile was deleted. */
        readonly deleted?: boolean | undefined;
      }
    | undefined;
  /** Of the tunnel's key: `curve25519` with WireGuard, `secp256r1` with MASQUE. */
  readonly keyType?: string | undefined;
  /** `wireguard` or `masque`. */
  readonly tunnelType?: string | undefined;
  /** Of its end of the tunnel. @title Virtual IPv4 address */
  readonly virtualIpv4?: string | undefined;
  /** Of its end of the tunnel. @title Virtual IPv6 address */
  readonly virtualIpv6?: string | undefined;
}

/** What git knows about one line: `since` and `commit` together, or why they are not known. Raw. */
export interface ListedSince {
  /** The day on which its author wrote it, in UTC. */
  readonly since?: string | undefined;
  /** The commit that wrote it. */
  readonly commit?: string | undefined;
  /** The author of that commit. */
  readonly author?: string | undefined;
  /** Why it is not known; the other fields are then left out. */
  readonly unknown?: string | undefined;
}

/** Free text of an entry, and its last day. */
export interface ReportedEntry {
  /** Free text. */
  readonly note?: string | undefined;
  /** Free text. */
  readonly reason?: string | undefined;
  /** Who is responsible for the device. */
  readonly owner?: string | undefined;
  /** Where the device was requested. */
  readonly ticket?: string | undefined;
  /** The last day, `2026-06-30`, in UTC. */
  readonly expires?: string | undefined;
}

/** Who approved a plan that tripped a guard, as far as the environment says. */
export interface Approval {
  /** Who approved (`WARP_APPROVE_BY`). */
  readonly by?: string | undefined;
  /** Why (`WARP_APPROVE_REASON`). */
  readonly reason?: string | undefined;
}

/** Where a report was made. Addresses come from the environment unchecked: check them before you make links of them. */
export interface Origin {
  /** The commit (`WARP_COMMIT`, else the forge's own variable). */
  readonly commit?: string | undefined;
  /** The number of the pull request or merge request (`WARP_PULL_REQUEST`, else the forge's own). */
  readonly pullRequest?: string | undefined;
  /** Its address, unchecked: make a link of it only if it is a web address. @title Pull request URL */
  readonly pullRequestUrl?: string | undefined;
  /** The address of the run in CI (`WARP_RUN_URL`, else the forge's own), unchecked too. @title Run URL */
  readonly runUrl?: string | undefined;
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
 * account and the allowlist have them: escape each one for the place where you show it.
 * @title WARP registrations: report
 */
export interface ReportDocument {
  /** The version of this format. Fields may be added within a version; none changes its meaning. */
  readonly version: 1;
  /** The account's id. @minLength 1 */
  readonly account: string;
  /** Only if the Pulumi program wrote it: which run the report belongs to. */
  readonly run?:
    | {
        /** Unique to this run. */
        readonly id: string;
        /** Project and stack: `warp-registrations/production`. */
        readonly stack: string;
      }
    | undefined;
  /** Where it was made, from the environment of the CI; left out if the environment does not say. */
  readonly origin?: Origin | undefined;
  /** When this report was made. RFC 3339. @title Made at */
  readonly generatedAt: string;
  /** The moment as of which the plan was decided. RFC 3339. @pattern ^\d{4}-\d{2}-\d{2}T\d{2}:\d{2} */
  readonly asOf: string;
  /** Covers everything that is due and reviewed: `WARP_APPROVE` names it to approve exactly this plan. @minLength 1 */
  readonly fingerprint: string;
  /** Whether an approval let this plan pass a guard that tripped. */
  readonly approved: boolean;
  /** Only if it is approved: what the environment says about the approval. */
  readonly approval?: Approval | undefined;
  /** Only during a freeze: plans are shown, and nothing is done. */
  readonly freeze?:
    | {
        /** When acts are done again. RFC 3339. */
        readonly until: string;
        /** Why. */
        readonly reason: string;
        /** The line that sets it. */
        readonly source: SourcePosition;
      }
    | undefined;
  /** Only if this run is bound to a reviewed plan (`WARP_EXPECT_PLAN`). @title Reviewed plan */
  readonly reviewed?:
    | {
        /** The fingerprint of that plan. */
        readonly fingerprint: string;
        /** The moment as of which that plan was decided. RFC 3339. */
        readonly asOf: string;
      }
    | undefined;
  /**
   * Decisions by action. Pending ones count under the action that is due.
   * @each Decisions with the action `{key}`.
   */
  readonly summary: Readonly<Record<Action, number>>;
  /** Acts that are due but that this run does not do. */
  readonly pending: number;
  /** Live registrations. */
  readonly population: Plan["population"];
  /** One for each registration in scope, by user, then device name, then id. */
  readonly decisions: readonly ReportedDecision[];
  /**
   * One for each user under the allowlist's `accessUsers`, by e-mail; left out if there are none, or if the account's
   * Access users were not listed.
   */
  readonly accessUsers?: readonly ReportedAccessUser[] | undefined;
  /** What a person should look at. */
  readonly findings: readonly Finding[];
  /**
   * Notes in words: what could not be checked and is not needed to decide, which clock was used, what a long run costs.
   */
  readonly notes: readonly string[];
  /** Contradictions that only the live account shows. If there is one, nothing is done. */
  readonly problems: readonly ReportedProblem[];
  /** The guards, over everything that is due and reviewed, whether or not this run does it. */
  readonly guards: readonly ReportedGuard[];
  /** Acts of the reviewed plan that are no longer due. @title Skipped acts */
  readonly skipped: readonly SkippedAct[];
  /**
   * How the allowlist writes domains that DNS has in another form, by that form (`xn--bcher-kva.example`). Texts show them
   * as written; fields have the form in which addresses are compared.
   * @propertyNames ^[\w.-]+$
   * @example { "xn--bcher-kva.example": "bücher.example" }
   */
  readonly domains?: Readonly<Record<string, string>> | undefined;
  /** The files that the plan was made from. */
  readonly allowlist: Plan["files"];
  /** Only from a run that writes: one for each act that it does. */
  readonly results?: readonly ActResult[] | undefined;
  /** Only from a run that writes: one for each of its acts on an Access user. @title Results of Access users */
  readonly accessUserResults?: readonly AccessUserResult[] | undefined;
}

// What a plan does not touch, by the rule that decides.

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
