/** Tables of worlds: an account, an allowlist and a moment, and what is decided of it. */

import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/reconcile/plan.js";
import { NOW, plan, type Sketch, summary } from "./world.js";

/** The first line of every allowlist of a table. */
export const HEAD = "version: 1\n";
export const ALICE = "alice@example.com";
export const BOB = "bob@example.com";

interface Step {
  readonly title: string;
  /** Without the line `version: 1`, which is line 1. */
  readonly allowlist: string;
  readonly live: readonly Sketch[];
  readonly devices?: Parameters<typeof plan>[2];
  /** The moment of the plan; {@link NOW} unless given. */
  readonly now?: string;
  /** `id: action (rule) line` in the order of ids. */
  readonly expect: readonly string[];
  /** `code: ids`, sorted; where it is left out, findings are not looked at. */
  readonly findings?: readonly string[];
}

export function steps(title: string, table: readonly Step[]): void {
  describe(title, () => {
    test.each(table)("$title", ({ allowlist, live, devices, now, expect: wanted, findings }) => {
      const made = plan(HEAD + allowlist, live, devices, now === undefined ? NOW : new Date(now));
      expect(summary(made)).toEqual(wanted);
      if (findings) expect(notices(made)).toEqual(findings);
    });
  });
}

/** What was noticed about the account, in short; not what there is to say about the allowlist alone. */
export function notices({ findings }: Plan): string[] {
  return findings
    .filter(({ code }) => code !== "warning")
    .map(({ code, registrations }) => `${code}: ${registrations.join(" ")}`.trim())
    .sort();
}
