/** `--base`: the allowlist before a change, and what the change itself does. */

import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Allowlist } from "../allowlist/allowlist.js";
import { formatMessages } from "../allowlist/format.js";
import { AllowlistError } from "../allowlist/message.js";
import { readAllowlist } from "../allowlist/read.js";
import { narrowInventory, type WholeInventory } from "../inventory.js";
import { reportChange } from "../reconcile/change.js";
import { asWritten, makePlan, type Plan } from "../reconcile/plan.js";
import { UserError } from "./user-error.js";

/** Reads the allowlist before the change. It may stand outside the project: a checkout of the base branch beside it. */
export async function readBase(folder: string, patterns: readonly string[]): Promise<Allowlist> {
  const root = patterns.some((pattern) => leadsOut(folder, pattern))
    ? commonFolder(folder, patterns)
    : folder;
  const inside = patterns.map((pattern) =>
    root === folder ? pattern : relative(root, resolve(folder, pattern)).split(sep).join("/"),
  );
  try {
    return await readAllowlist({ root, patterns: inside });
  } catch (error) {
    if (!(error instanceof AllowlistError)) throw error;
    throw new UserError(
      `--base: the allowlist before the change cannot be used\n${formatMessages(error.messages)}`,
    );
  }
}

/** The plan with findings about the change; both allowlists are asked about the same account at the same moment. */
export function withChange(
  plan: Plan,
  {
    base,
    head,
    whole,
  }: { readonly base: Allowlist; readonly head: Allowlist; readonly whole: WholeInventory },
): Plan {
  const before = makePlan(base, narrowInventory(whole, base), plan.asOf);
  const domains = new Map([...base.domains, ...head.domains]);
  const changes = asWritten({ domains }, reportChange({ base, head }, { before, after: plan }));
  return { ...plan, domains, findings: [...changes, ...plan.findings] };
}

function leadsOut(folder: string, pattern: string): boolean {
  const path = relative(folder, resolve(folder, pattern));
  return path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
}

/** The deepest folder that is there and holds everything that the patterns can match. */
function commonFolder(folder: string, patterns: readonly string[]): string {
  const split = patterns.map((pattern) => resolve(folder, pattern).split(sep).slice(0, -1));
  const [first = []] = split;
  let root: string = sep;
  for (const [at, name] of first.entries()) {
    const next = join(root, name);
    if (!split.every((names) => names[at] === name) || !existsSync(next)) break;
    root = next;
  }
  return root;
}
