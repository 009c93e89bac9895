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
  /** Why not, made only when somebody asks. */
  readonly why: () => Why;
  /** What somebody should look at all the same. */
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
  /** Is asked once for each person; a rule that has nothing to say of this one says why, and is not asked further. */
  readonly ask: (subject: Subject) => Ask | Passed;
}

/** What holds for everybody. */
export interface Context {
  readonly allowlist: Allowlist;
  readonly asOf: Date;
  /** The physical devices, where they were listed. */
  readonly devices: readonly PhysicalDevice[] | undefined;
  /** What this stack revoked, where the run was told. */
  readonly own?: EarlierRuns | undefined;
}

/** One person, what the allowlist says of them, and what the other rules say. */
export interface Subject extends Context {
  readonly person: Person;
  readonly user: AllowedUser | undefined;
  readonly policy: Policy;
  /** What the entries say of a registration. */
  say(candidate: Candidate): Said;
  isInScope(candidate: Candidate): boolean;
  /** What the account still knows of devices whose registrations are gone: see `findTraces`. */
  traces(): ReadonlyMap<string, string>;
  /** The same of protected devices: see `findProtected`. */
  protectedMachines(): ReadonlyMap<string, ReadonlyMap<string, SourcePosition>>;
  /** The newest registration that an entry matches beside this one, of one type. */
  newestOf(entry: Entry, candidate: Candidate): Candidate;
  /** What all rules say, or all but some, of a registration; out of scope, what they would say in a wider one. */
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

/** Whether it connects when this run is over; what is out of scope stays as it is. */
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

/** Whose policy it is, where not everybody's: `, by the policy of group contractors`. */
export function byWhom({ of }: Setting<unknown>): string {
  return of === undefined ? "" : `, by the policy of ${of}`;
}
