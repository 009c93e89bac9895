/** What was reviewed is what is done: a plan of an earlier moment as the bound of this run. */

import type { AccessUserAction } from "./access-user.js";
import type { Act, Action, ActDecision, Decision, Rule } from "./decision.js";
import { compare } from "../compare.js";
import { minute } from "../minute.js";
import { clipped } from "./naming.js";
import { compareTimes } from "./people.js";

/** An earlier plan, as its report tells it. */
export interface ReviewedPlan {
  readonly account: string;
  readonly asOf: Date;
  readonly fingerprint: string;
  /** By registration id. */
  readonly decisions: ReadonlyMap<string, ReviewedDecision>;
  /** By normalised e-mail; undefined for a plan that knew nothing of Access users. */
  readonly accessUsers?: ReadonlyMap<string, ReviewedAccessUser>;
  readonly files: readonly { readonly file: string; readonly digest: string }[];
}

export interface ReviewedAccessUser {
  readonly action: AccessUserAction;
  readonly id?: string;
  readonly name?: string;
  /** Whether that plan put the act off. */
  readonly pending: boolean;
}

export interface ReviewedDecision {
  readonly action: Action;
  readonly rule: Rule | (string & {});
  /** Whose it was, normalised, and the device's name, for people. */
  readonly user: string;
  readonly device: string;
  readonly deviceId: string;
  /** RFC 3339; undefined where it was not revoked. */
  readonly revokedAt: string | undefined;
  /** Whether that plan put the act off. */
  readonly pending: boolean;
}

/** An act of the reviewed plan that is not due any more. */
export interface SkippedAct {
  readonly registration: string;
  readonly user: string;
  readonly device: string;
  readonly act: Act;
  readonly text: string;
}

/** Why an act that is due was not in the reviewed plan, or what it is about has changed; undefined where neither is so. */
export function whyNew(decision: ActDecision, reviewed: ReviewedPlan): string | undefined {
  const { registration, action } = decision;
  const then = reviewed.decisions.get(registration.id);
  if (!then)
    return `not in the reviewed plan, which knew no such registration (created ${minute(registration.created_at)})`;
  if (then.action === action)
    return then.pending ? "in the reviewed plan it was pending" : whyChanged(decision, then);
  return `not in the reviewed plan, where it was ${then.action} (${then.rule})`;
}

/**
 * What was reviewed of a registration holds while it is the same person's, on the same device, and revoked when it was:
 * whoever revokes it again after the review has a reason. `updated_at` may move by itself, and says nothing.
 */
function whyChanged({ registration, user }: ActDecision, then: ReviewedDecision): string | undefined {
  const changes = [
    ...(user === then.user ? [] : [changed(`of ${whose(user)}`, `of ${whose(then.user)}`)]),
    ...(registration.device.id === then.deviceId
      ? []
      : [changed(`on device ${clipped(registration.device.id)}`, `on ${clipped(then.deviceId)}`)]),
    ...(isSameTime(registration.revoked_at, then.revokedAt)
      ? []
      : [changed(...revocations(registration.revoked_at, then.revokedAt))]),
  ];
  return changes.length === 0 ? undefined : `not as it was reviewed: ${changes.join("; ")}`;
}

function changed(now: string, then: string): string {
  return `${now} (in the reviewed plan: ${then})`;
}

function whose(email: string): string {
  return email === "" ? "no user" : clipped(email, 100);
}

function isSameTime(a: string | null | undefined, b: string | null | undefined): boolean {
  return a == null || b == null ? a == b : compareTimes(a, b) === 0;
}

/** Times as the API tells them where they differ within a minute only. */
function revocations(now: string | null | undefined, then: string | undefined): [string, string] {
  const within = now != null && then !== undefined && minute(now) === minute(then);
  const told = (time: string | null | undefined) =>
    time == null ? "not revoked" : `revoked ${within ? clipped(time) : minute(time)}`;
  return [told(now), told(then)];
}

/** The acts of the reviewed plan that this account and allowlist do not ask for any more. */
export function findSkipped(reviewed: ReviewedPlan, decisions: readonly Decision[]): SkippedAct[] {
  const now = new Map(decisions.map((decision) => [decision.registration.id, decision]));
  return [...reviewed.decisions].flatMap(([id, then]) => {
    if (then.pending || then.action === "keep" || then.action === "leave") return [];
    const decision = now.get(id);
    if (decision?.action === then.action) return [];
    const text = decision
      ? `it is ${decision.live} now, and to ${decision.action}: ${decision.reason.text}`
      : "the registration is not in scope, or not in the account, any more";
    return [{ registration: id, user: then.user, device: then.device, act: then.action, text }];
  });
}

/** Something in which this plan differs from the reviewed one, and what it is about, in facts that stay. */
export interface Difference {
  readonly subject: readonly string[];
  readonly text: string;
}

/** What differs between what the reviewed plan was made from and what this one is made from, in the order of texts. */
export function differences(
  reviewed: ReviewedPlan,
  files: readonly { readonly file: string; readonly digest: string }[],
): Difference[] {
  const then = new Map(reviewed.files.map(({ file, digest }) => [file, digest]));
  const now = new Map(files.map(({ file, digest }) => [file, digest]));
  const differs = (file: string, how: string): Difference => ({
    subject: [file, how],
    text: `${file} ${how} since the reviewed plan`,
  });
  return [
    ...[...now].flatMap(([file, digest]) => {
      if (!then.has(file)) return [differs(file, "is new")];
      return then.get(file) === digest ? [] : [differs(file, "was changed")];
    }),
    ...[...then.keys()].filter((file) => !now.has(file)).map((file) => differs(file, "was removed")),
  ].sort((a, b) => compare(a.text, b.text));
}
