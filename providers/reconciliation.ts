/** The provider of `Reconciliation`: makes all acts of a run, in bulk calls, and reads each back. */

import { perform, type Outcome } from "../src/cloudflare/index.js";
import { escapeText } from "../src/escape.js";
import type { Act } from "../src/reconcile/decision.js";
import { recordOutcomes, recordUserOutcomes } from "../src/report/file.js";
import { deleteUsers } from "./delete-users.js";
import {
  PartialFailure,
  refuseOtherAccount,
  text,
  type DynamicProvider,
  type Properties,
} from "./dynamic.js";
import { configure, failuresOf, sessionFor, type AccountSession } from "./session.js";

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
}

/** The one act on Access users that is made here. */
const DELETE_USER = "delete-user";

/** Whoever must not connect goes first: a run that dies half-way has left no lost laptop in. */
const ORDER: readonly Act[] = ["revoke", "delete", "unrevoke"];

export const reconciliation: DynamicProvider<ReconciliationInputs, ReconciliationInputs> = {
  configure({ config }) {
    configure(config);
    return Promise.resolve();
  },

  check(olds, news) {
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
    return Promise.resolve({ inputs: inputsOf(news), failures });
  },

  /** Any act is a change and no act is none; the last run's acts do not matter, since the same can be due again. */
  diff(_id, _olds, news) {
    const acts = [...Object.keys(actsOf(news)), ...Object.keys(usersOf(news))];
    return Promise.resolve({ changes: acts.length > 0 });
  },

  async create(inputs) {
    const id = `reconciliation/${text(inputs, "account")}`;
    return { id, outs: await reconcile(id, inputs) };
  },

  async update(id, _olds, news) {
    return { outs: await reconcile(id, news) };
  },

  /** Between runs no act is due that was not decided by a plan. */
  read(id, props) {
    const state = { account: text(props, "account"), acts: {} };
    return Promise.resolve({ id, props: state, inputs: state });
  },

  /** Forgetting the resource never calls the API. */
  delete() {
    return Promise.resolve();
  },
};

async function reconcile(id: string, properties: Properties): Promise<ReconciliationInputs> {
  const inputs = inputsOf(properties);
  const lines = Object.entries(inputs.acts);
  const users = Object.entries(inputs.users ?? {});
  const outs = { account: inputs.account, acts: {} };
  if (lines.length + users.length === 0) return outs;
  const session = sessionFor(inputs.account);
  for (const [registration, line] of lines) session.lines.set(registration, line);
  const unreported: string[] = [];
  const record = async (outcomes: ReadonlyMap<string, Outcome>) => {
    for (const [registration, outcome] of outcomes) session.outcomes.set(registration, outcome);
    await recordOutcomes(process.env, outcomes).catch((error: unknown) => unreported.push(String(error)));
  };
  const done = new Set<string>();
  const make = async (act: Act, ids: readonly string[]) => {
    const outcomes = await perform(session.client, act, ids);
    for (const [id, { result }] of outcomes) if (result === "done") done.add(id);
    await record(outcomes);
  };
  const { relies = {}, together = {} } = inputs;
  for (const act of ORDER) {
    const ids = lines.filter(([, line]) => actOf(line) === act).map(([registration]) => registration);
    const free = ids.filter((id) => relies[id] === undefined);
    await make(act, act === "delete" ? free.filter((id) => together[id] === undefined) : free);
    if (act === "delete") await deleteLast(free, together, done, make, record);
  }
  for (const act of ORDER) {
    const ids = lines
      .filter(([id, line]) => actOf(line) === act && relies[id] !== undefined)
      .map(([id]) => id);
    const isFree = (id: string) => missing(relies[id], done) === undefined;
    await make(act, ids.filter(isFree));
    await record(
      refused(
        ids.filter((id) => !isFree(id)),
        (id) =>
          `it relies on ${escapeText(missing(relies[id], done) ?? "", 60)}, which was not let in, and was not made`,
      ),
    );
  }
  const usersFailed = await removeUsers(session, users, unreported);
  // A failed revoke fails the row of its own Revocation; but no row is tried where this resource fails.
  const failed = failuresOf(session, ["delete", "unrevoke"]);
  const reasons = [...failed, ...usersFailed, ...unreported];
  if (reasons.length === 0) return outs;
  throw new PartialFailure(id, outs, properties, [...reasons, ...failuresOf(session, ["revoke"])]);
}

/** A deletion whose older ones are still there would let one of them in: what connects is revoked instead. */
async function deleteLast(
  ids: readonly string[],
  together: Readonly<Record<string, string>>,
  done: ReadonlySet<string>,
  make: (act: Act, ids: readonly string[]) => Promise<void>,
  record: (outcomes: ReadonlyMap<string, Outcome>) => Promise<void>,
): Promise<void> {
  const last = ids.filter((id) => together[id] !== undefined);
  const isFree = (id: string) => missing(together[id], done) === undefined;
  const held = last.filter((id) => !isFree(id));
  await make("delete", last.filter(isFree));
  await make("revoke", held);
  await record(
    refused(
      held,
      (id) =>
        `only revoked: ${escapeText(missing(together[id], done) ?? "", 60)} has to be deleted before it, and was not`,
    ),
  );
}

/** The first of some ids that was not done. */
function missing(ids: string | undefined, done: ReadonlySet<string>): string | undefined {
  return ids?.split(" ").find((id) => !done.has(id));
}

function refused(ids: readonly string[], why: (id: string) => string): ReadonlyMap<string, Outcome> {
  return new Map(ids.map((id) => [id, { result: "failed", reason: why(id) }]));
}

/** After the acts on registrations: a user who is deleted may take theirs along. Answers what failed, by name. */
async function removeUsers(
  { client }: AccountSession,
  users: readonly (readonly [id: string, line: string])[],
  unreported: string[],
): Promise<string[]> {
  if (users.length === 0) return [];
  const outcomes = await deleteUsers(
    client,
    users.map(([id]) => id),
  );
  await recordUserOutcomes(process.env, outcomes).catch((error: unknown) => unreported.push(String(error)));
  return users.flatMap(([id, line]) => {
    const outcome = outcomes.get(id) ?? { result: "failed", reason: "no outcome is known" };
    const [who] = line.split(", ", 1);
    return outcome.result === "failed" ? [`${who ?? ""} (${escapeText(id, 60)}): ${outcome.reason}`] : [];
  });
}

function inputsOf(properties: Properties): ReconciliationInputs {
  const users = usersOf(properties);
  const relies = linesOf(properties.relies);
  const together = linesOf(properties.together);
  return {
    account: text(properties, "account"),
    acts: actsOf(properties),
    ...(Object.keys(relies).length > 0 && { relies }),
    ...(Object.keys(together).length > 0 && { together }),
    ...(Object.keys(users).length > 0 && { users }),
  };
}

function actsOf({ acts }: Properties): Readonly<Record<string, string>> {
  return linesOf(acts);
}

function usersOf({ users }: Properties): Readonly<Record<string, string>> {
  return linesOf(users);
}

function linesOf(value: unknown): Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null ? (value as Record<string, string>) : {};
}

function actOf(line: string): Act | undefined {
  const [word] = line.split(" ", 1);
  return ORDER.find((act) => act === word);
}
