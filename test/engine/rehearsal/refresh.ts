/** Reads every resource and brings the state up to date with what its provider answers. */

import type { StepKind, Steps } from "../engine.js";
import { STACK_TYPE } from "../urn.js";
import { messageOf } from "./failure.js";
import type { Provider } from "./provider.js";
import type { Row, Rows } from "./rows.js";
import type { Screen } from "./screen.js";
import { Slots } from "./slots.js";

interface RefreshOptions {
  readonly rows: Rows;
  readonly targets: ReadonlySet<string> | undefined;
  readonly parallel: number;
  readonly dryRun: boolean;
  /** Before an update the rows say `refresh`; alone they say what becomes of each. */
  readonly alone: boolean;
  readonly provider: () => Promise<Provider>;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

interface Refreshed {
  readonly rows: Rows;
  readonly steps: Steps;
  readonly failed: boolean;
}

type Outcome =
  | { readonly kind: "same" | "update"; readonly row: Row }
  | { readonly kind: "delete" }
  | { readonly kind: "failed" };

export async function refresh(options: RefreshOptions): Promise<Refreshed> {
  const slots = new Slots(options.parallel);
  const outcomes = await Promise.all(
    [...options.rows.values()].map((row) =>
      slots.run(async () => [row, await readAndShow(row, options)] as const),
    ),
  );
  const counts: Partial<Record<StepKind, number>> = {};
  for (const [, { kind }] of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  // The CLI counts the stack itself as failed, too.
  if (counts.failed !== undefined) counts.failed += 1;
  return { rows: without(outcomes), steps: counts, failed: counts.failed !== undefined };
}

async function readAndShow(row: Row, options: RefreshOptions): Promise<Outcome> {
  const { targets, screen, dryRun, alone, signal } = options;
  if (!row.custom || row.type === STACK_TYPE || targets?.has(row.name) === false)
    return { kind: "same", row };
  if (signal.aborted) return { kind: "same", row };
  try {
    const outcome = await readRow(row, await options.provider());
    if (!alone) screen.act("refresh", row, { dryRun });
    else if (outcome.kind === "update" || outcome.kind === "delete")
      screen.act(outcome.kind, row, { dryRun });
    return outcome;
  } catch (error) {
    screen.failure(row, messageOf(error));
    return { kind: "failed" };
  }
}

/** The CLI asks for a diff of what was read against the old inputs; its verdict is shown, the state is new anyhow. */
async function readRow(row: Row, provider: Provider): Promise<Outcome> {
  const { id, outputs, inputs = row.inputs } = await provider.read(row.urn, row);
  if (id === "") return { kind: "delete" };
  const read = { ...row, id, outputs, inputs, initErrors: [] };
  const { changes } = await provider.diff(row.urn, read, row.inputs);
  return { kind: changes === true ? "update" : "same", row: read };
}

function without(outcomes: readonly (readonly [Row, Outcome])[]): Rows {
  const kept = outcomes.flatMap(([old, outcome]) => {
    if ("row" in outcome) return [outcome.row];
    return outcome.kind === "failed" ? [old] : [];
  });
  const urns = new Set(kept.map(({ urn }) => urn));
  return new Map(
    kept.map((row) => [row.urn, { ...row, dependencies: row.dependencies.filter((urn) => urns.has(urn)) }]),
  );
}
