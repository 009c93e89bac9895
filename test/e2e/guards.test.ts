import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import type { Trial } from "../support/trial.js";
import { ACCOUNT, registration } from "../support/world.js";
import { LIST, LISTED } from "./small-account.js";
import { scenario, writesOf } from "./trace.js";

const GUARDED = {
  ...LISTED,
  files: { "allowlist.yaml": LIST.replace("version: 1\n", "version: 1\nguards:\n  revoke:\n    max: 1\n") },
};

async function reportOf(trial: Trial): Promise<ReportDocument> {
  return JSON.parse(await readFile(join(trial.folder, "report.json"), "utf8")) as ReportDocument;
}

const reporting = (trial: Trial) => ({ WARP_REPORT: join(trial.folder, "report.json") });

scenario("a tripped guard: the preview shows all and fails, up registers nothing", GUARDED, async (trial) => {
  const { stack, simulator } = trial;
  const env = reporting(trial);
  const preview = await stack.preview({ env });
  expect(preview.exitCode).not.toBe(0);
  expect(preview.output).toContain("revoke   ALICE-OLD");
  expect(preview.output).toContain("alice@example.com/alice-old");
  expect(preview.output).toContain("GUARD TRIPPED: guards.revoke: 2 due, at most 1");
  expect(preview.output.split("Nothing is done. To go on, either:")).toHaveLength(2);
  expect(preview.output).toContain("allowlist.yaml:4");
  const { fingerprint, guards, results } = await reportOf(trial);
  expect(preview.output).toContain(`WARP_APPROVE=${fingerprint}`);
  expect(guards.filter(({ tripped }) => tripped).map(({ guard }) => guard)).toEqual(["revoke"]);
  expect(results).toBeUndefined();

  for (const skipPreview of [false, true]) {
    const up = await stack.up({ skipPreview, env });
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toContain("GUARD TRIPPED");
    expect(up.output).not.toMatch(/\n\s+at .*\.js/u);
  }
  expect(writesOf(simulator)).toEqual([]);
  // The component is there, and no row: a held plan registers none.
  expect((await stack.state()).resources.map(({ name }) => name)).toEqual(["warp"]);
  expect((await reportOf(trial)).results?.map(({ result }) => result)).toEqual([
    "skipped",
    "skipped",
    "skipped",
    "skipped",
  ]);

  const wrong = await stack.up({ skipPreview: true, env: { ...env, WARP_APPROVE: "0000000000000000" } });
  expect(wrong.exitCode).not.toBe(0);
  expect(wrong.output).toContain("WARP_APPROVE=0000000000000000 approves another plan");

  const approved = await stack.up({ skipPreview: true, env: { ...env, WARP_APPROVE: fingerprint } });
  expect(approved.exitCode, approved.output).toBe(0);
  expect(writesOf(simulator)).toHaveLength(3);
  const report = await reportOf(trial);
  expect(report.approved).toBe(true);
  expect(
    report.results?.map(({ registration, act, result }) => `${act} ${registration} ${result}`).sort(),
  ).toEqual([
    "delete bob-tablet done",
    "revoke alice-old done",
    "revoke carol-laptop done",
    "unrevoke bob-laptop done",
  ]);
});

scenario(
  "entries that contradict each other on the live account hold everything",
  {
    ...LISTED,
    files: {
      "allowlist.yaml": LIST.replace(
        "    - serial: SN-d1\n",
        '    - { nameGlob: "ALICE-*" }\n    - { nameGlob: "*-OLD", state: revoked }\n',
      ),
    },
  },
  async ({ stack, simulator }) => {
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain("allowlist.yaml:4:");
    expect(preview.output).toContain("revoked at line 5");
    expect(preview.output).toContain("revoke   CAROL-MBA");
    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode).not.toBe(0);
    expect(writesOf(simulator)).toEqual([]);
  },
);

/** Sixty people with one machine each. */
const FLEET = Array.from({ length: 60 }, (_, at) => ({
  id: `r${at}`,
  email: `u${at}@example.com`,
  device: `d${at}`,
}));
const listing = (lines: string, entries: (device: string) => string) =>
  `version: 1\n${lines}users:\n${FLEET.map(({ email, device }) => `  ${email}: ${entries(device)}\n`).join("")}`;
const RIGHT = listing("", (device) => `[{ device: ${device} }]`);

scenario(
  "a mass revocation is rolled back at once: reverted, reviewed, approved",
  {
    account: { world: { account_id: ACCOUNT, registrations: FLEET.map(registration), physical_devices: [] } },
    files: { "allowlist.yaml": listing("guards: { revoke: { max: 60, percent: 100 } }\n", () => "[]") },
  },
  async (trial) => {
    const { stack, simulator } = trial;
    const [plan, env] = [join(trial.folder, "rollback.json"), reporting(trial)];
    const wrong = await stack.up({ skipPreview: true, env });
    expect(wrong.exitCode, wrong.output).toBe(0);
    expect((await reportOf(trial)).results).toHaveLength(60);

    await trial.write("allowlist.yaml", RIGHT);
    const preview = await stack.preview({ env: { WARP_REPORT: plan } });
    // The default: 50, and of 60 in scope, none of which connects, 20 percent.
    expect(preview.output).toContain("GUARD TRIPPED: guards.unrevoke: 60 due, at most 12");
    const { fingerprint } = JSON.parse(await readFile(plan, "utf8")) as ReportDocument;
    const up = await stack.up({
      skipPreview: true,
      env: { ...env, WARP_EXPECT_PLAN: plan, WARP_APPROVE: fingerprint, WARP_APPROVE_BY: "Grace Hopper" },
    });
    expect(up.exitCode, up.output).toBe(0);
    expect((await reportOf(trial)).results?.filter(({ result }) => result === "done")).toHaveLength(60);
    expect(simulator.world().registrations.filter(({ revoked_at }) => revoked_at != null)).toEqual([]);
    expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
  },
);
