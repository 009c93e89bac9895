import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import type { Trial } from "../support/trial.js";
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
  expect(preview.output.split("Nothing is done. Two ways on:")).toHaveLength(2);
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
  expect((await stack.state()).resources).toEqual([]);
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
