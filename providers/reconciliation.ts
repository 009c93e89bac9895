/** The provider of `Reconciliation`: makes all acts of a run, in bulk calls, and reads each back. */

import type { dynamic } from "@pulumi/pulumi";
import type { Outcome } from "../src/cloudflare/index.js";
import type { Act } from "../src/cloudflare/types.js";
import { grouped, Progress } from "../src/run/lease.js";
import { escapeText } from "../src/text/escape.js";
import {
  type DueAct,
  failuresOf,
  idsIn,
  inParagraphs,
  Journal,
  makeActs,
  NO_OUTCOME,
  ORDER,
  tally,
} from "./acts.js";
import { deleteUsers } from "./delete-users.js";
import {
  type DynamicProvider,
  PartialFailure,
  type Properties,
  Readings,
  refuseOtherAccount,
  text,
  value,
} from "./dynamic.js";
import { type AccountSession, configure, sessionFor } from "./session.js";
import { show, work } from "./stop.js";

/** `acts`: by registration id, one line that begins with the act: `unrevoke bob@example.com LAPTOP-7, …`. */
export interface ReconciliationInputs {
  readonly account: string;
  readonly acts: Readonly<Record<string, string>>;
  /** By registration id: ids, separated by blanks, that must have been let in before the act on it is made. */
  readonly relies?: Readonly<Record<string, string>>;
  /** By the id of a registration that is deleted: ids that must have been deleted before it. */
  readonly together?: Readonly<Record<string, string>>;
  /** By Access user's id, one line: `delete-user bob@example.com, …`; left out where there is none. */
  readonly users?: Readonly<Record<string, string>>;
  /** `acts` and `users` once more, as a policy reads them; left out where nothing is to be done. */
  readonly due?: DueActs;
  /** The plan's, where anything is to be done; without acts none, so that it changes with an act only. */
  readonly fingerprint?: string;
}

/**
 * By kind, then by the id of the registration or, for `deleteUser`, of the Access user: the normalised e-mail of whose it
 * is, or `no-user`. A kind of which nothing is due is left out.
 */
export type DueActs = Partial<Readonly<Record<Act | "deleteUser", Readonly<Record<string, string>>>>>;

/** How many registrations a run brought to each state, and how many Access users it deleted. */
export interface DoneCounts {
  readonly active: number;
  readonly revoked: number;
  readonly deleted: number;
  readonly usersDeleted: number;
}

/** What stays in the state: no acts, and of the last run that had some, what they were and what came of them. */
export interface ReconciliationOutputs {
  readonly account: string;
  readonly acts: Readonly<Record<string, never>>;
  readonly fingerprint?: string;
  readonly counts?: DoneCounts;
}

/** The one act on Access users that is made here. */
const DELETE_USER = "delete-user";

const readings = new Readings();

function idOf(properties: Properties): string {
  return `reconciliation/${text(properties, "account")}`;
}

export const reconciliation: DynamicProvider<ReconciliationInputs, ReconciliationOutputs> = {
  configure({ config }) {
    configure(config);
    return Promise.resolve();
  },

  check(olds, news) {
    readings.end(idOf(news));
    const failures = refuseOtherAccount(olds, news);
    for (const [id, line] of Object.entries(actsOf(news))) {
      if (actOf(line) === undefined)
        failures.push({
          property: "acts",
          reason: `${escapeText(id, 60)}: "${escapeText(line, 200)}" begins with no act`,
        });
    }
    for (const [id, line] of Object.entries(usersOf(news))) {
      if (!line.startsWith(`${DELETE_USER} `))
        failures.push({
          property: "users",
          reason: `${escapeText(id, 60)}: "${escapeText(line, 200)}" does not begin with ${DELETE_USER}`,
        });
    }
    failures.push(...orderFailures(news), ...dueFailures(news));
    return Promise.resolve({ inputs: inputsOf(news), failures });
  },

  /**
   * Any act is a change and no act is none; the last run's acts do not matter, since the same can be due again. In a
   * refresh no act is due.
   */
  diff(id, _olds, news) {
    if (readings.has(id)) return Promise.resolve({ changes: false });
    const acts = [...Object.keys(actsOf(news)), ...Object.keys(usersOf(news))];
    return Promise.resolve({ changes: acts.length > 0 });
  },

  async create(inputs) {
    const id = idOf(inputs);
    return { id, outs: await work(() => reconcile(id, inputs)) };
  },

  async update(id, olds, news) {
    return { outs: await work(() => reconcile(id, news, olds)) };
  },

  /** Between runs no act is due that was not decided by a plan. */
  read(id, props: Properties = {}) {
    readings.note(id);
    const inputs = { account: text(props, "account"), acts: {} };
    return Promise.resolve({ id, props: { ...inputs, ...lastDone(props) }, inputs });
  },

  /** Forgetting the resource never calls the API. */
  delete() {
    return Promise.resolve();
  },
} satisfies dynamic.ResourceProvider<ReconciliationInputs, ReconciliationInputs | ReconciliationOutputs>;

async function reconcile(
  id: string,
  properties: Properties,
  olds: Properties = {},
): Promise<ReconciliationOutputs> {
  const inputs = inputsOf(properties);
  const acts = dueActs(inputs);
  const users = Object.entries(inputs.users ?? {});
  const none = { account: inputs.account, acts: {} };
  if (acts.length + users.length === 0) return { ...none, ...lastDone(olds) };
  const session = sessionFor(inputs.account);
  const journal = new Journal();
  await makeActs(session, acts, journal);
  const deleted = await removeUsers(session, users, journal);
  // A failed revoke fails the row of its own Revocation; but no row is tried where this resource fails.
  const reasons = [...failuresOf(session, ["delete", "unrevoke"]), ...userFailures(users, deleted)];
  const outs = {
    ...none,
    ...(inputs.fingerprint !== undefined && { fingerprint: inputs.fingerprint }),
    counts: countsOf(acts, session.outcomes, deleted),
  };
  const outcomes = new Map([...session.outcomes, ...deleted]);
  const unreported = journal.told(outcomes);
  const wasStopped = [...outcomes.values()].some(({ result }) => result === "skipped");
  if (reasons.length + unreported.length === 0 && !wasStopped) return outs;
  throw new PartialFailure(id, outs, properties, [
    ...failuresOf(session, ["delete", "unrevoke", "revoke"]),
    ...userFailures(users, deleted),
    ...unreported,
    ...(outcomes.size > 1 ? [tally(outcomes.values())] : []),
  ]);
}

/** What a state tells of the last run that had acts. */
function lastDone(state: Properties): Pick<ReconciliationOutputs, "fingerprint" | "counts"> {
  const fingerprint = text(state, "fingerprint");
  const { counts } = state as { readonly counts?: DoneCounts };
  return { ...(fingerprint !== "" && { fingerprint }), ...(counts && { counts }) };
}

function countsOf(
  acts: readonly DueAct[],
  outcomes: ReadonlyMap<string, Outcome>,
  users: ReadonlyMap<string, Outcome>,
): DoneCounts {
  const isDone = (outcome: Outcome | undefined) => outcome?.result === "done";
  const done = (act: Act) => acts.filter((one) => one.act === act && isDone(outcomes.get(one.id))).length;
  return {
    active: done("unrevoke"),
    revoked: done("revoke"),
    deleted: done("delete"),
    usersDeleted: [...users.values()].filter(isDone).length,
  };
}

/** After the acts on registrations: a user who is deleted may take theirs along. */
async function removeUsers(
  { client }: AccountSession,
  users: readonly (readonly [id: string, line: string])[],
  journal: Journal,
) {
  const progress = new Progress(show);
  let begun = 0;
  const outcomes = await deleteUsers(
    client,
    users.map(([id]) => id),
    (id) => {
      progress.at(`Access users: deleting ${grouped(++begun)} of ${grouped(users.length)}`);
      return journal.intendUser(id);
    },
  );
  journal.noteUsers(outcomes);
  return outcomes;
}

function userFailures(
  users: readonly (readonly [id: string, line: string])[],
  outcomes: Awaited<ReturnType<typeof deleteUsers>>,
): string[] {
  return inParagraphs(
    users.map(([id, line]) => {
      const [who = ""] = line.split(", ", 1);
      return { name: `${who} (${escapeText(id, 60)})`, outcome: outcomes.get(id) ?? NO_OUTCOME };
    }),
  );
}

function dueActs({ acts, relies = {}, together = {} }: ReconciliationInputs): DueAct[] {
  return Object.entries(acts).flatMap(([id, line]) => {
    const act = actOf(line);
    if (act === undefined) return [];
    return [{ id, act, line, relies: idsIn(relies[id]), together: idsIn(together[id]) }];
  });
}

/** Acts may depend on acts of the same run only, and not in a circle: none of those could ever be made. */
function orderFailures(properties: Properties): { property: string; reason: string }[] {
  const { acts, relies = {}, together = {} } = inputsOf(properties);
  const after = (id: string) => [...idsIn(relies[id]), ...idsIn(together[id])];
  const foreign = [...Object.entries(relies), ...Object.entries(together)].flatMap(([id, ids]) =>
    idsIn(ids)
      .filter((first) => acts[id] === undefined || acts[first] === undefined)
      .map((first) => `${escapeText(id, 60)} after ${escapeText(first, 60)}: both must be acts of this run`),
  );
  const free = new Set<string>();
  const left = new Set(Object.keys(acts));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const id of left) {
      if (!after(id).every((first) => free.has(first) || acts[first] === undefined)) continue;
      free.add(id);
      left.delete(id);
    }
  }
  const circles = [...left].map((id) => `${escapeText(id, 60)}: it waits for itself`);
  return [...foreign, ...circles].map((reason) => ({ property: "acts", reason }));
}

/** A policy judges `due`, and the acts are what is done: one says what the other says. */
function dueFailures(properties: Properties): { property: string; reason: string }[] {
  const { acts, users = {}, due } = inputsOf(properties);
  if (due === undefined) return [];
  const done = [
    ...Object.entries(acts).map(([id, line]) => [actOf(line), id]),
    ...Object.keys(users).map((id) => ["deleteUser", id]),
  ];
  const key = ([kind = "", id = ""]: readonly (string | undefined)[]) => `${kind} ${escapeText(id, 60)}`;
  const [made, said] = [
    new Set(done.map(key)),
    new Set(
      Object.entries(due).flatMap(([kind, ids]) => Object.keys(linesOf(ids)).map((id) => key([kind, id]))),
    ),
  ];
  const differing = [...made]
    .filter((one) => !said.has(one))
    .concat([...said].filter((one) => !made.has(one)));
  return differing.map((one) => ({
    property: "due",
    reason: `${one}: it must say just what acts and users say`,
  }));
}

function inputsOf(properties: Properties): ReconciliationInputs {
  const users = usersOf(properties);
  const relies = linesOf(value(properties, "relies"));
  const together = linesOf(value(properties, "together"));
  const fingerprint = text(properties, "fingerprint");
  const due = value(properties, "due");
  return {
    account: text(properties, "account"),
    acts: actsOf(properties),
    ...(Object.keys(relies).length > 0 && { relies }),
    ...(Object.keys(together).length > 0 && { together }),
    ...(Object.keys(users).length > 0 && { users }),
    ...(typeof due === "object" && due !== null && { due }),
    ...(fingerprint !== "" && { fingerprint }),
  };
}

function actsOf(properties: Properties): Readonly<Record<string, string>> {
  return linesOf(value(properties, "acts"));
}

function usersOf(properties: Properties): Readonly<Record<string, string>> {
  return linesOf(value(properties, "users"));
}

function linesOf(lines: unknown): Readonly<Record<string, string>> {
  return typeof lines === "object" && lines !== null ? (lines as Record<string, string>) : {};
}

function actOf(line: string): Act | undefined {
  const [word] = line.split(" ", 1);
  return ORDER.find((act) => act === word);
}
