/** What a change of the allowlist lets in or keeps out: from two plans for the same account, and from the edits. */

import type { SourcePosition } from "../allowlist/messages.js";
import { counted, groupBy } from "../text/words.js";
import type { AllowlistDiff, Written } from "./change-entries.js";
import { diffWritten } from "./change-settings.js";
import { type Decision, isAct, staysConnected } from "./decision.js";
import { type Finding } from "./findings/finding.js";
import { findingKinds } from "./findings/kinds.js";
import { showWrittenDomains, mapDecisions, type Plan } from "./plan.js";

/** The plans before and after a change, for the same account at the same moment. */
interface BothPlans {
  readonly before: Pick<Plan, "decisions">;
  readonly after: Pick<Plan, "decisions">;
}

/**
 * Findings about everything that the change lets through, and about what it no longer lets in. Anything else that it
 * does to a registration is an act of the new plan. By kind, in the order of {@link findingKinds}.
 */
export function findChange(change: AllowlistDiff, { before, after }: BothPlans): Finding[] {
  const decided = new Map(after.decisions.map((decision) => [decision.registration.id, decision]));
  const twins = before.decisions.flatMap((then) => {
    const now = decided.get(then.registration.id);
    return now ? [{ then, now }] : [];
  });
  const outside = before.decisions.filter(({ registration }) => !decided.has(registration.id));
  const dropped = new Set(twins.filter((twin) => isDropped(twin, change)));
  const droppedUsers = groupBy([...dropped], userOf);
  // A dropped user is reported with the registrations that stay.
  const written = diffWritten(change).filter(
    ({ code, users = [] }) => code !== "change-dropped" || !users.some((email) => droppedUsers.has(email)),
  );
  const letThrough = twins.filter((twin) => isLetThrough(twin) && !dropped.has(twin));
  const findings = [
    ...[...droppedUsers.values()].map((group) => dropping(group, change)),
    ...leaving(outside, change),
    ...attribute(letThrough, written),
    ...[...groupBy(twins.filter(isWithheld), userOf).values()].map(withholding),
  ];
  const order = Object.keys(findingKinds);
  return findings.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
}

/**
 * The plan after a change, with the effects of the change: findings about it come before all others, and an act that
 * follows from a removed entry has the line of that entry.
 */
export function withChange(
  change: AllowlistDiff,
  plans: { readonly before: Plan; readonly after: Plan },
): Plan {
  const { before, after } = plans;
  const domains = new Map([...change.base.domains, ...change.head.domains]);
  const found = showWrittenDomains({ domains }, findChange(change, plans));
  const then = new Map(before.decisions.map((decision) => [decision.registration.id, decision]));
  const plan = mapDecisions(after, (decision) => {
    const removed = isAct(decision) && isUnlisted(decision) && allowing(then.get(decision.registration.id));
    return removed ? { ...decision, removed } : decision;
  });
  return { ...plan, domains, findings: [...found, ...after.findings] };
}

/** Whether no entry applies to it, whether or not its user is listed. */
function isUnlisted({ reason: { code } }: Decision): boolean {
  return code === "unlisted" || code === "unknown-user";
}

/** The line of the entry that allows it. */
function allowing(decision: Decision | undefined): SourcePosition | undefined {
  return decision?.desired === "active" ? decision.entry?.source : undefined;
}

/** A registration in both plans. */
interface Twin {
  readonly then: Decision;
  readonly now: Decision;
}

function userOf({ then }: Twin): string {
  return then.user;
}

/** Whether it stays connected although the change removes its entry or its user. */
function isDropped({ then, now }: Twin, { base, head }: AllowlistDiff): boolean {
  if (now.desired !== "as-is" || !staysConnected(now) || isExcepted(now) || !base.users.has(then.user))
    return false;
  return then.desired === "active" || (!head.users.has(then.user) && then.desired !== "as-is");
}

/** Whether an exception decides; the exception is a finding of its own. */
function isExcepted({ reason: { code } }: Decision): boolean {
  return code === "protected" || code === "self" || code === "ignored";
}

/** Whether it will be connected, and would have been kept out before the change. */
function isLetThrough({ then, now }: Twin): boolean {
  return !staysConnected(then) && staysConnected(now);
}

/** Whether it would have been let in, and now stays out. No act shows that. */
function isWithheld({ then, now }: Twin): boolean {
  return then.action === "unrevoke" && !staysConnected(now) && !isAct(now);
}

/** Reports each edit with its effects now. Effects that follow from no edit get findings of their own. */
function attribute(letThrough: readonly Twin[], written: readonly Written[]): Finding[] {
  const byLine = groupBy(
    written.flatMap((one) => linesOf(one).map((line) => ({ one, line }))),
    ({ line }) => line,
  );
  // Either the line that kept it out has changed, or the line that lets it through is new.
  const causeOf = ({ then, now }: Twin) =>
    [`before ${at(then.source)}`, at(now.source)]
      .flatMap((line) => byLine.get(line) ?? [])
      .find(({ one: { users } }) => users === undefined || users.includes(now.user))?.one;
  const causes = groupBy(letThrough, causeOf);
  // Letting something in is already an act.
  const rest = (causes.get(undefined) ?? []).filter(({ now }) => !isAct(now));
  const kinds = groupBy(rest, ({ then, now }) => [now.user, then.reason.code, now.reason.code].join("\n"));
  return [
    ...written.map((one) => writtenFinding(one, causes.get(one) ?? [])),
    ...[...kinds.values()].map(keeping),
  ];
}

/** The lines that tie a decision to an edit, in the old files and in the new ones. */
function linesOf({ source, lines = [], before, linesBefore = [] }: Written): readonly string[] {
  const old = [before, ...linesBefore].flatMap((place) => (place ? [`before ${at(place)}`] : []));
  return [...old, ...[source, ...lines].flatMap((place) => (place ? [at(place)] : []))];
}

function at({ file, line, column }: SourcePosition): string {
  return `${file}:${line}:${column}`;
}

function writtenFinding({ code, subject, text, source, before }: Written, twins: readonly Twin[]): Finding {
  const [stay, enter] = [twins.filter(({ now }) => !isAct(now)), twins.filter(({ now }) => isAct(now))];
  const why = stay.find(({ now }) => now.desired === "as-is")?.now.reason.text;
  const effects = [
    ...(enter.length > 0
      ? [`${counted(enter.length, "revoked registration")} ${isOrAre(enter)} let in`]
      : []),
    ...(stay.length > 0 ? [staying(stay)] : []),
  ];
  return {
    code,
    subject: [...subject, ...idsOf(twins)],
    text: [text, ...effects].join(", and ") + (why === undefined ? "" : `: ${why}`),
    ...places(source, before),
    registrations: idsOf(twins),
  };
}

function keeping(group: ChangeGroup<Twin>): Finding {
  const [{ then, now }] = group;
  const what = `keeps ${counted(group.length, "active registration")} of ${whose(now)} connected that would have been ${then.desired}`;
  return {
    code: isExcepted(now) ? "change-excepted" : "change-widened",
    subject: [now.user, then.reason.code, now.reason.code, ...idsOf(group)],
    text: `the change ${what}: ${now.reason.text} (before: ${then.reason.text})`,
    ...places(now.source, then.source),
    registrations: idsOf(group),
  };
}

function dropping(group: ChangeGroup<Twin>, { base, head }: AllowlistDiff): Finding {
  const [{ then, now }] = group;
  const what = head.users.has(then.user)
    ? `drops what allowed a device of ${then.user}`
    : `drops ${then.user} from the allowlist`;
  return {
    code: "change-dropped",
    subject: [then.user, ...idsOf(group)],
    text: `the change ${what}, and ${staying(group)}: ${now.reason.text}`,
    ...places(now.source, base.users.get(then.user)?.source),
    registrations: idsOf(group),
  };
}

function withholding(group: ChangeGroup<Twin>): Finding {
  const [{ then, now }] = group;
  return {
    code: "change-withheld",
    subject: [now.user, ...idsOf(group)],
    text: `the change no longer lets in ${counted(group.length, "revoked registration")} of ${whose(now)}: ${now.reason.text}`,
    ...places(now.source, then.source),
    registrations: idsOf(group),
  };
}

/** Registrations that are no longer decided, and that are connected or would have been let in. */
function leaving(decisions: readonly Decision[], { base }: AllowlistDiff): Finding[] {
  const connecting = decisions.filter(({ live, action }) => live === "active" || action === "unrevoke");
  const groups = groupBy(connecting, ({ user, live }) => `${live}\n${user}`);
  return [...groups.values()].map((group) => {
    const [first] = group;
    const what = `${counted(group.length, `${first.live} registration`)} of ${whose(first)}`;
    const end = first.live === "active" ? "they stay connected" : "they are not let in";
    return {
      code: "change-out-of-scope",
      // No ids: registrations come and go with every enrolment.
      subject: [first.live, first.user],
      text: `the change takes ${what} out of the scope: this stack no longer decides about them, and ${end}`,
      ...places(undefined, base.users.get(first.user)?.source),
      registrations: group.map(({ registration }) => registration.id),
    };
  });
}

function whose({ user }: Decision): string {
  return user === "" ? "no user" : user;
}

function staying({ length }: readonly Twin[]): string {
  return `${counted(length, "active registration")} ${length === 1 ? "stays" : "stay"} connected`;
}

function isOrAre({ length }: readonly Twin[]): string {
  return length === 1 ? "is" : "are";
}

function idsOf(twins: readonly Twin[]): readonly string[] {
  return twins.map(({ now }) => now.registration.id);
}

/** The new line in the new files, and the line that it replaces in the old ones. */
function places(
  source: SourcePosition | undefined,
  before: SourcePosition | undefined,
): Pick<Finding, "source" | "related"> {
  return {
    source,
    related: before && [{ text: "before the change", source: before }],
  };
}

type ChangeGroup<T> = readonly [T, ...T[]];
