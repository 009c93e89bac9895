/** What a rule is: it looks at all devices of a person, then answers for each registration. */

import type { SourcePosition } from "../../allowlist/messages.js";
import type {
  AllowedUser,
  Allowlist,
  Entry,
  Policy,
  Setting,
  UnlistedAction,
} from "../../allowlist/model.js";
import type { PhysicalDevice } from "../../cloudflare/types.js";
import {
  type DesiredState,
  liveState,
  type LiveState,
  type EarlierRuns,
  type RuleCode,
} from "../decision.js";
import type { Finding } from "../findings/finding.js";
import type { Said } from "../match.js";
import type { Candidate, Person } from "../people.js";

/** A rule decides. */
export interface Verdict {
  readonly rule: RuleCode;
  readonly desired: DesiredState;
  readonly text: string;
  readonly source: SourcePosition;
  /** See `Decision`. */
  readonly line?: SourcePosition | undefined;
  readonly setting?: string | undefined;
  readonly entry?: Entry | undefined;
  /** Ids of registrations that this run must have let in before. */
  readonly relies?: readonly string[] | undefined;
}

/** A rule does not decide: the next one is asked. */
export interface Passed {
  /** Why not; computed only on demand. */
  readonly why: () => Why;
  /** What someone should look at anyway. */
  readonly finding?: Finding | undefined;
}

/** Why a rule does not decide, and the line that makes it so. */
export interface Why {
  readonly text: string;
  readonly source?: SourcePosition | undefined;
}

export type Answer = Verdict | Passed;

/** Answers for a registration in scope. */
export type Ask = (candidate: Candidate) => Answer;

export interface Rule {
  /** As `docs/policy.md` calls it. */
  readonly name: string;
  /**
   * Called once for each person. A rule that has nothing to say about the person returns why, and is not asked further.
   */
  readonly ask: (subject: Subject) => Ask | Passed;
}

/** What is the same for everyone. */
export interface Context {
  readonly allowlist: Allowlist;
  readonly asOf: Date;
  /** The physical devices, if they were listed. */
  readonly devices: readonly PhysicalDevice[] | undefined;
  /** What this stack revoked, if the run knows. */
  readonly own?: EarlierRuns | undefined;
}

/** One person, what the allowlist says about them, and what the other rules say. */
export interface Subject extends Context {
  readonly person: Person;
  readonly user: AllowedUser | undefined;
  readonly policy: Policy;
  /** What the entries say about a registration. */
  say(candidate: Candidate): Said;
  isInScope(candidate: Candidate): boolean;
  /** What the account still knows about devices whose registrations are gone: see `findTraces`. */
  traces(): ReadonlyMap<string, string>;
  /** What the records of protected devices report: see `findProtected`. */
  protectedMachines(): ReadonlyMap<string, ReadonlyMap<string, SourcePosition>>;
  /** The newest of a registration and the others of its type that an entry matches. */
  newestOf(entry: Entry, candidate: Candidate): Candidate;
  /** What all rules, or all but some, say about a registration; out of scope, what they would say in a wider one. */
  decide(candidate: Candidate, without?: readonly Rule[]): Verdict;
}

export function isVerdict(answer: Answer): answer is Verdict {
  return "desired" in answer;
}

export function passed(text: string, source?: SourcePosition): Passed {
  return { why: () => ({ text, source }) };
}

export function liveOf({ registration }: Candidate): LiveState {
  return liveState(registration);
}

/** Whether it connects after this run; what is out of scope stays as it is. */
export function willConnect(candidate: Candidate, subject: Subject, without?: readonly Rule[]): boolean {
  const live = liveOf(candidate);
  if (!subject.isInScope(candidate)) return live === "active";
  const { desired } = subject.decide(candidate, without);
  return desired === "active" || (desired === "as-is" && live === "active");
}

/** What an action of the policy wants; `report` leaves a registration as it is. */
export const DESIRED: Readonly<Record<UnlistedAction, DesiredState>> = {
  revoke: "revoked",
  delete: "deleted",
  report: "as-is",
};

/** Whose policy it is, if not the general one: `, by the policy of group contractors`. */
export function byWhom({ of }: Setting<unknown>): string {
  return of === undefined ? "" : `, by the policy of ${of}`;
}
