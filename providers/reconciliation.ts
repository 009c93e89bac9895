/** The provider of `Reconciliation`: makes all acts of a run, in bulk calls, and reads each back. */

import type { dynamic } from "@pulumi/pulumi";
import { escapeText } from "../src/text/escape.js";
import {
  type DueAct,
  type DueActs,
  failuresOf,
  idsIn,
  Journal,
  type ItemLines,
  type KindOfAct,
  KINDS,
  makeActs,
  ORDER,
  PROPERTIES,
  type Property,
  tally,
} from "./acts.js";
import { type Failure, PartialFailure, type Properties, provider, text, value } from "./dynamic.js";
import { type AccountSession, sessionFor } from "./session.js";

/** The lines (`acts`, `users`) are for people, in a preview; the run makes the acts that are in `due`. */
export interface ReconciliationInputs extends ItemLines {
  readonly account: string;
  /** By registration id, one line that begins with the act: `unrevoke bob@example.com LAPTOP-7, …`. */
  readonly acts: Readonly<Record<string, string>>;
  /** By registration id: ids, separated by blanks, that must have been let in before the act on it is made. */
  readonly relies?: Readonly<Record<string, string>>;
  /** By the id of a registration that is deleted: ids that must have been deleted before it. */
  readonly together?: Readonly<Record<string, string>>;
  /** The acts as data, for a policy as well; left out if there is nothing to do. */
  readonly due?: DueActs;
  /** The plan's fingerprint, if there is anything to do; left out without acts, so that it changes only with an act. */
  readonly fingerprint?: string;
}

/** How many registrations a run brought to each state, and how many Access users it deleted. */
export interface DoneCounts {
  readonly active: number;
  readonly revoked: number;
  readonly deleted: number;
  readonly usersDeleted: number;
}

/** What stays in the state: no acts, but what the last run that had some was for, and what it did. */
export interface ReconciliationOutputs {
  readonly account: string;
  readonly acts: Readonly<Record<string, never>>;
  readonly fingerprint?: string;
  readonly counts?: DoneCounts;
}

function idOf(properties: Properties): string {
  return `reconciliation/${text(properties, "account")}`;
}

export const reconciliation = provider<ReconciliationInputs, ReconciliationOutputs>({
  idOf,
  inputsOf,
  failuresOf(news) {
    const inputs = inputsOf(news);
    return [...orderFailures(inputs), ...dueFailures(inputs, dueActs(inputs))];
  },
  /**
   * Any act is a change; without acts there is none. The last run's acts do not matter, since the same can be due
   * again.
   */
  isDue: (news) => PROPERTIES.some((property) => Object.keys(linesIn(news, property)).length > 0),
  /** No act becomes due between runs: only a plan decides acts. */
  hasDrifted: () => false,
  make: reconcile,
  look(_id, props) {
    const inputs = { account: text(props, "account"), acts: {} };
    return Promise.resolve({ props: { ...inputs, ...lastDone(props) }, inputs });
  },
}) satisfies dynamic.ResourceProvider<ReconciliationInputs, ReconciliationInputs | ReconciliationOutputs>;

async function reconcile(properties: Properties, olds: Properties): Promise<ReconciliationOutputs> {
  const inputs = inputsOf(properties);
  const acts = dueActs(inputs);
  // `check` has refused them before: but never must a run do less than its preview shows.
  const [failure] = dueFailures(inputs, acts);
  if (failure) throw new Error(failure.reason);
  const none = { account: inputs.account, acts: {} };
  if (acts.length === 0) return { ...none, ...lastDone(olds) };
  const session = sessionFor(inputs.account);
  const journal = new Journal();
  await makeActs(session, acts, journal);
  const { outcomes } = session;
  const outs = {
    ...none,
    ...(inputs.fingerprint !== undefined && { fingerprint: inputs.fingerprint }),
    counts: countsOf(acts, session),
  };
  const unreported = journal.unreported(outcomes);
  // A failed revoke fails the row of its own Revocation; but no row is tried if this resource fails.
  const onItems = ORDER.filter((kind) => KINDS[kind].of !== "registrations");
  const hasFailed = failuresOf(session, ["delete", "unrevoke", ...onItems]).length > 0;
  const wasStopped = [...outcomes.values()].some(({ result }) => result === "skipped");
  if (!hasFailed && unreported.length === 0 && !wasStopped) return outs;
  throw new PartialFailure(idOf(properties), outs, properties, [
    ...failuresOf(session, ["delete", "unrevoke", "revoke", ...onItems]),
    ...unreported,
    ...(outcomes.size > 1 ? [tally(outcomes.values())] : []),
  ]);
}

/** What a state has about the last run that had acts. */
function lastDone(state: Properties): Pick<ReconciliationOutputs, "fingerprint" | "counts"> {
  const fingerprint = text(state, "fingerprint");
  const { counts } = state as { readonly counts?: DoneCounts };
  return { ...(fingerprint !== "" && { fingerprint }), ...(counts && { counts }) };
}

function countsOf(acts: readonly DueAct[], { outcomes }: AccountSession): DoneCounts {
  const done = (kind: KindOfAct) =>
    acts.filter(({ act, id }) => act === kind && outcomes.get(id)?.result === "done").length;
  return {
    active: done("unrevoke"),
    revoked: done("revoke"),
    deleted: done("delete"),
    usersDeleted: done("delete-user"),
  };
}

function dueActs({ relies = {}, together = {}, due = {}, ...inputs }: ReconciliationInputs): DueAct[] {
  return ORDER.flatMap((act) => {
    const { property, due: field } = KINDS[act];
    return Object.entries(due[field] ?? {}).map(([id, who]) => {
      // The line of an item is long.
      const name = property === "acts" ? (inputs.acts[id] ?? id) : `${act} ${who}`;
      return { id, act, name, relies: idsIn(relies[id]), together: idsIn(together[id]) };
    });
  });
}

/** Acts may depend only on acts of the same run, and not in a circle: those could never be made. */
function orderFailures({ acts, relies = {}, together = {} }: ReconciliationInputs): Failure[] {
  const after = (id: string) => [...idsIn(relies[id]), ...idsIn(together[id])];
  const foreign = [...Object.entries(relies), ...Object.entries(together)].flatMap(([id, ids]) =>
    idsIn(ids)
      .filter((first) => acts[id] === undefined || acts[first] === undefined)
      .map((first) => `${escapeText(id, 60)} after ${escapeText(first, 60)}: both must be acts of this run`),
  );
  const free = new Set<string>();
  const waiting = new Set(Object.keys(acts));
  for (let before = -1; before !== waiting.size;) {
    before = waiting.size;
    for (const id of waiting) {
      if (!after(id).every((first) => free.has(first) || acts[first] === undefined)) continue;
      free.add(id);
      waiting.delete(id);
    }
  }
  const circles = [...waiting].map((id) => `${escapeText(id, 60)}: it waits for itself`);
  return [...foreign, ...circles].map((reason) => ({ property: "acts", reason }));
}

/** A reviewer reads the lines, a policy judges `due`, and the run does it: both must have the same acts. */
function dueFailures(inputs: ReconciliationInputs, acts: readonly DueAct[]): Failure[] {
  const fields = new Set<string>(ORDER.map((kind) => KINDS[kind].due));
  const unknown = Object.keys(inputs.due ?? {}).filter((field) => !fields.has(field));
  const lines = new Map(
    PROPERTIES.flatMap((property) =>
      Object.entries(inputs[property] ?? {}).map(([id, line]) => [`${property} ${id}`, line] as const),
    ),
  );
  const differing = acts.flatMap(({ id, act }) => {
    const { property, due } = KINDS[act];
    const line = lines.get(`${property} ${id}`);
    // An act that comes a second time finds no line.
    lines.delete(`${property} ${id}`);
    return line?.startsWith(`${act} `) === true ? [] : [`${due} ${id}`];
  });
  return [...unknown, ...differing, ...lines.keys()].map((one) => ({
    property: "due",
    reason: `${escapeText(one, 80)}: acts, users and due must have the same acts`,
  }));
}

function inputsOf(properties: Properties): ReconciliationInputs {
  const { acts = {}, ...items } = Object.fromEntries(
    PROPERTIES.map((property) => [property, linesIn(properties, property)] as const).filter(
      ([, lines]) => Object.keys(lines).length > 0,
    ),
  );
  const relies = linesOf(value(properties, "relies"));
  const together = linesOf(value(properties, "together"));
  const fingerprint = text(properties, "fingerprint");
  const due = value(properties, "due");
  return {
    account: text(properties, "account"),
    acts,
    ...(Object.keys(relies).length > 0 && { relies }),
    ...(Object.keys(together).length > 0 && { together }),
    ...items,
    ...(typeof due === "object" && due !== null && { due }),
    ...(fingerprint !== "" && { fingerprint }),
  };
}

function linesIn(properties: Properties, property: Property): Readonly<Record<string, string>> {
  return linesOf(value(properties, property));
}

function linesOf(lines: unknown): Readonly<Record<string, string>> {
  return typeof lines === "object" && lines !== null ? (lines as Record<string, string>) : {};
}
