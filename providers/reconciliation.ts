/** The provider of `Reconciliation`: makes all API writes of a run, in bulk calls, and reads each back. */

import { perform } from "../src/cloudflare/index.js";
import { escapeText } from "../src/escape.js";
import type { Act } from "../src/reconcile/decision.js";
import { recordOutcomes } from "../src/report/file.js";
import {
  PartialFailure,
  refuseOtherAccount,
  text,
  type DynamicProvider,
  type Properties,
} from "./dynamic.js";
import { configure, failuresOf, sessionFor } from "./session.js";

/** `acts`: by registration id, one line that begins with the act: `unrevoke bob@example.com LAPTOP-7, …`. */
export interface ReconciliationInputs {
  readonly account: string;
  readonly acts: Readonly<Record<string, string>>;
}

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
    return Promise.resolve({ inputs: inputsOf(news), failures });
  },

  /** Any act is a change and no act is none; the last run's acts do not matter, since the same can be due again. */
  diff(_id, _olds, news) {
    return Promise.resolve({ changes: Object.keys(actsOf(news)).length > 0 });
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
  const outs = { account: inputs.account, acts: {} };
  if (lines.length === 0) return outs;
  const session = sessionFor(inputs.account);
  for (const [registration, line] of lines) session.lines.set(registration, line);
  const unreported: string[] = [];
  for (const act of ORDER) {
    const ids = lines.filter(([, line]) => actOf(line) === act).map(([registration]) => registration);
    const outcomes = await perform(session.client, act, ids);
    for (const [registration, outcome] of outcomes) session.outcomes.set(registration, outcome);
    await recordOutcomes(process.env, outcomes).catch((error: unknown) => unreported.push(String(error)));
  }
  // A failed revoke fails the row of its own Revocation; but no row is tried where this resource fails.
  const failed = failuresOf(session, ["delete", "unrevoke"]);
  const reasons = [...failed, ...unreported];
  if (reasons.length === 0) return outs;
  throw new PartialFailure(id, outs, properties, [...reasons, ...failuresOf(session, ["revoke"])]);
}

function inputsOf(properties: Properties): ReconciliationInputs {
  return { account: text(properties, "account"), acts: actsOf(properties) };
}

function actsOf(properties: Properties): Readonly<Record<string, string>> {
  const { acts } = properties;
  return typeof acts === "object" && acts !== null ? (acts as Record<string, string>) : {};
}

function actOf(line: string): Act | undefined {
  const [word] = line.split(" ", 1);
  return ORDER.find((act) => act === word);
}
