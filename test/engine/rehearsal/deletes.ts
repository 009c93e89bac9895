/** Deletes what the program has not registered, dependents first; what is to be retained is only forgotten. */

import { messageOf } from "./failure.js";
import type { Ledger } from "./ledger.js";
import type { Row } from "./rows.js";

/** Deletes every resource of the state but these. */
export async function deleteAllBut(registered: ReadonlySet<string>, ledger: Ledger): Promise<void> {
  const gone = new Set<string>();
  for (const [urn, { name }] of ledger.rows) {
    if (registered.has(urn)) continue;
    if (ledger.settings.targets?.has(name) === false) ledger.count("same");
    else gone.add(urn);
  }
  while (gone.size > 0 && !ledger.isStopped) {
    const needed = new Set([...gone].flatMap((urn) => neededBy(ledger.rows.get(urn))));
    const batch = [...gone].filter((urn) => !needed.has(urn));
    // No program can make rows that need each other; a state that has them must not hang.
    if (batch.length === 0) batch.push(...gone);
    await Promise.all(batch.map((urn) => ledger.slots.run(() => deleteOne(urn, ledger))));
    for (const urn of batch) gone.delete(urn);
  }
}

async function deleteOne(urn: string, ledger: Ledger): Promise<void> {
  const row = ledger.rows.get(urn);
  if (!row || ledger.isStopped) return;
  // What depends on it could not be deleted itself.
  if ([...ledger.failures].some((one) => neededBy(ledger.rows.get(one)).includes(urn))) return;
  const { dryRun, provider, screen } = ledger.settings;
  try {
    if (!dryRun && row.custom && !row.retainOnDelete) await (await provider()).delete(urn, row);
    ledger.count("delete");
    ledger.rows.delete(urn);
    screen.act("delete", row, { dryRun, retain: row.retainOnDelete });
  } catch (error) {
    ledger.failStep(urn, row, messageOf(error));
  }
}

function neededBy(row: Row | undefined): readonly string[] {
  return row ? [...row.dependencies, row.parent] : [];
}
