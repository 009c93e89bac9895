/** The policy pack of `examples/`: its rules, and the whole of it under the real CLI, which alone runs policy packs. */

import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realEngine } from "../engine/scenario.js";
import { ROOT } from "../pipelines/package-folder.js";
import { npmInstall } from "../starter/source.js";
import { startTrial, type TrialOptions } from "../support/trial.js";
import { SMALL } from "./small-account.js";
import { writesOf } from "./trace.js";

const PACK = join(ROOT, "examples", "policy-pack");

interface Hours {
  readonly from: number;
  readonly to: number;
  readonly days: readonly number[];
}

interface Rules {
  readonly deletedUsers: (type: string, props: object) => readonly string[];
  readonly isOutsideHours: (type: string, props: object, hours: Hours, now: Date) => boolean;
}

const OFFICE: Hours = { from: 7, to: 17, days: [1, 2, 3, 4, 5] };
const NEVER: Hours = { from: 0, to: 24, days: [] };
const ALWAYS: Hours = { from: 0, to: 24, days: [0, 1, 2, 3, 4, 5, 6] };

describe("the rules", async () => {
  const { deletedUsers, isOutsideHours } = (await import(join(PACK, "rules.js"))) as Rules;
  const [acts, revocation, user] = ["Reconciliation", "Revocation", "AccessUser"].map(
    (type) => `pulumi-nodejs:dynamic/warp:${type}`,
  ) as [string, string, string];
  // 2026-06-01 is a Monday.
  const [monday, night, sunday] = ["2026-06-01T07:00Z", "2026-06-01T17:00Z", "2026-06-07T12:00Z"].map(
    (time) => new Date(time),
  ) as [Date, Date, Date];
  const due = { due: { revoke: { a: "a@example.com" } } };

  test("who is to be deleted, and acts of which nobody can tell, count as deletions", () => {
    expect(deletedUsers(acts, { due: { deleteUser: { u1: "a@example.com" } } })).toEqual(["a@example.com"]);
    expect(deletedUsers(acts, due)).toEqual([]);
    expect(deletedUsers(acts, { acts: {} })).toEqual([]);
    expect(deletedUsers(acts, { acts: { a: "revoke x" } })).toEqual(["unknown"]);
    expect(deletedUsers("aws:s3:Bucket", { due: { deleteUser: { u1: "x" } } })).toEqual([]);
  });

  test("what is due at night or on a Sunday waits, and what is not due never does", () => {
    const waits = [monday, night, sunday].map((now) => isOutsideHours(acts, due, OFFICE, now));
    expect(waits).toEqual([false, true, true]);
    expect(isOutsideHours(acts, { acts: {} }, OFFICE, sunday)).toBe(false);
    for (const type of [revocation, user]) {
      expect(isOutsideHours(type, { drift: "live: active" }, OFFICE, sunday)).toBe(true);
      expect(isOutsideHours(type, {}, OFFICE, sunday)).toBe(false);
    }
  });
});

const LIST = `version: 1
users:
  alice@example.com: [{ serial: SN-d1 }]
`;

describe("under the real CLI", () => {
  test("a run that the pack refuses makes no call that writes; one that it allows makes its own", async ({
    skip,
  }) => {
    const engine = await realEngine();
    if (typeof engine === "string") return skip(engine);
    const pack = await mkdtemp(join(tmpdir(), "warp-pack-"));
    const account: TrialOptions["account"] = { world: SMALL, now: "2026-06-01T12:00:00Z" };
    const trial = await startTrial({ engine, account, files: { "allowlist.yaml": LIST } });
    try {
      await cp(PACK, pack, { recursive: true });
      const missing = await npmInstall(pack);
      if (missing !== undefined) return skip(missing);
      const under = async (hours: Hours) => {
        const config = join(pack, "config.json");
        await writeFile(config, JSON.stringify({ "acts-in-hours": hours }));
        return { policyPacks: [{ folder: pack, config }], skipPreview: true };
      };
      const refused = await trial.stack.up(await under(NEVER));
      expect(refused.exitCode, refused.output).not.toBe(0);
      expect(refused.output).toContain("acts-in-hours");
      expect(writesOf(trial.simulator)).toEqual([]);
      const allowed = await trial.stack.up(await under(ALWAYS));
      expect(allowed.exitCode, allowed.output).toBe(0);
      expect(writesOf(trial.simulator)).toEqual(["POST registrations/revoke id=alice-old"]);
    } finally {
      await trial.end();
      await rm(pack, { recursive: true, force: true });
    }
  });
});
