/** Other stacks of this project that are configured for the same account, as far as their files tell. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { AllowlistError } from "./allowlist/message.js";
import { readAllowlist } from "./allowlist/read.js";
import { LARGEST_YAML, readInput } from "./input-file.js";
import { splitPatterns } from "./patterns.js";
import type { Sibling } from "./reconcile/findings/account.js";

/** Which stack asks, and where its project is. */
export interface OwnStack {
  /** The folder of Pulumi.yaml. */
  readonly folder: string;
  readonly stack: string;
  readonly account: string;
}

/**
 * Reads `Pulumi.<stack>.yaml` beside the project. A stack whose file does not say its account, or that lives in
 * another repository, cannot be found.
 */
export async function findSiblings({ folder, stack, account }: OwnStack): Promise<readonly Sibling[]> {
  const names = await readdir(folder).catch(() => []);
  const siblings: Sibling[] = [];
  for (const name of names.sort()) {
    const other = /^Pulumi\.(.+)\.ya?ml$/u.exec(name)?.[1];
    if (other === undefined || other === stack) continue;
    const config = readConfig(join(folder, name));
    if (config.get("accountId") !== account) continue;
    siblings.push({ stack: other, scope: await readScope(folder, config.get("allowlist")) });
  }
  return siblings;
}

/** A stack's file that cannot be read is that stack's business. */
function readConfig(path: string): ReadonlyMap<string, string> {
  try {
    const file = parse(readInput(path, LARGEST_YAML), { logLevel: "silent" }) as {
      config?: Record<string, unknown>;
    } | null;
    const own = Object.entries(file?.config ?? {}).flatMap(([key, value]) => {
      const [space, name = ""] = key.split(":");
      if (space !== "warp-registrations") return [];
      if (Array.isArray(value)) return [[name, JSON.stringify(value)] as const];
      return typeof value === "string" ? [[name, value] as const] : [];
    });
    return new Map(own);
  } catch {
    return new Map();
  }
}

async function readScope(root: string, patterns: string | undefined): Promise<Sibling["scope"]> {
  try {
    return (await readAllowlist({ root, patterns: splitPatterns(patterns) })).scope;
  } catch (error) {
    if (!(error instanceof AllowlistError)) throw error;
    return { unreadable: "its allowlist is not valid" };
  }
}
