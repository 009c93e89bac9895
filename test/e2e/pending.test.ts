/** Acts that are due and that a run does not do: a limit, a freeze, a plan that was reviewed before. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import type { Trial } from "../support/trial.js";
import { LIST, LISTED } from "./small-account.js";
import { scenario, writesOf } from "./trace.js";

const listWith = (lines: string) => ({
  ...LISTED,
  files: { "allowlist.yaml": LIST.replace("version: 1\n", `version: 1\n${lines}`) },
});

const pathOf = (trial: Trial, name = "report.json") => join(trial.folder, name);

async function reportOf(trial: Trial, name?: string): Promise<ReportDocument> {
  return JSON.parse(await readFile(pathOf(trial, name), "utf8")) as ReportDocument;
}

scenario(
  "limits.perRun: the most urgent first, the rest in the next runs, then in sync",
  listWith("limits: { perRun: 2 }\n"),
  async (trial) => {
    const { stack, simulator } = trial;
    const first = await stack.up({ skipPreview: true, env: { WARP_REPORT: pathOf(trial) } });
    expect(first.exitCode, first.output).toBe(0);
    expect(first.output).toContain("limits.perRun is 2");
    // By name before by the general rule: the tablet that is to be deleted, then a device that no entry allows.
    expect(writesOf(simulator)).toEqual([
      "POST registrations/revoke id=alice-old",
      "DELETE registrations id=bob-tablet",
    ]);
    const { pending, results, decisions } = await reportOf(trial);
    expect(pending).toBe(2);
    expect(results).toHaveLength(2);
    expect(decisions.flatMap((one) => (one.pending ? [one.registration.id] : [])).sort()).toEqual([
      "bob-laptop",
      "carol-laptop",
    ]);

    const rest = await stack.up({ skipPreview: true });
    expect(rest.exitCode, rest.output).toBe(0);
    expect(writesOf(simulator)).toHaveLength(4);
    expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
  },
);

scenario(
  "a freeze shows the plan and does nothing, and when it is lifted the plan is done",
  listWith("freeze: { until: 2999-12-31, reason: year end }\n"),
  async (trial) => {
    const { stack, simulator } = trial;
    const frozen = await stack.up({ skipPreview: true });
    expect(frozen.exitCode, frozen.output).toBe(0);
    expect(frozen.output).toContain("revoke   ALICE-OLD");
    expect(frozen.output).toContain("frozen until");
    expect(frozen.output).toContain("year end");
    expect(writesOf(simulator)).toEqual([]);
    await trial.write("allowlist.yaml", LIST);
    expect((await stack.up({ skipPreview: true })).exitCode).toBe(0);
    expect(writesOf(simulator)).toHaveLength(3);
    expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
  },
);

scenario("what was reviewed is what is done, and nothing that became due since", LISTED, async (trial) => {
  const { stack, simulator } = trial;
  const preview = await stack.preview({ env: { WARP_REPORT: pathOf(trial, "plan.json") } });
  expect(preview.exitCode, preview.output).toBe(0);
  simulator.revoke("alice-old");
  const phone = simulator.enrol({ email: "carol@example.com", device_name: "CAROL-PHONE" });
  await trial.write("allowlist.yaml", `${LIST}  erin@example.com: []\n`);

  const env = { WARP_EXPECT_PLAN: pathOf(trial, "plan.json"), WARP_REPORT: pathOf(trial) };
  const up = await stack.up({ skipPreview: true, env });
  expect(up.exitCode, up.output).toBe(0);
  expect(writesOf(simulator)).toEqual([
    "POST registrations/revoke id=carol-laptop",
    "DELETE registrations id=bob-tablet",
    "POST registrations/unrevoke id=bob-laptop",
  ]);
  const said = up.output.replace(/\s+/gu, " ");
  expect(said).toContain("not in the reviewed plan, which had no such registration");
  expect(said).toContain("not in the reviewed plan, where it was leave (unknown-user)");
  expect(said).toContain("allowlist.yaml was changed since the reviewed plan");
  const { decisions, skipped, reviewed, fingerprint } = await reportOf(trial);
  expect(
    decisions
      .flatMap(({ pending, registration: { id } }) => (pending ? [`${id} ${pending.why}`] : []))
      .sort(),
  ).toEqual([`${phone.id} not-reviewed`, "erin-laptop not-reviewed"].sort());
  expect(skipped.map(({ registration, act }) => `${act} ${registration}`)).toEqual(["revoke alice-old"]);
  expect(reviewed?.fingerprint).toBe((await reportOf(trial, "plan.json")).fingerprint);
  expect(fingerprint).not.toBe(reviewed?.fingerprint);

  // Once they are reviewed as well they are done.
  await stack.preview({ env: { WARP_REPORT: pathOf(trial, "plan.json") } });
  expect((await stack.up({ skipPreview: true, env })).exitCode).toBe(0);
  expect(writesOf(simulator).slice(3)).toHaveLength(1);
  expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
});

/** As a report was before the program wrote whose it is; what an act was about stood in it already. */
const asItWas = ({ run: _, ...older }: ReportDocument) => older;

scenario(
  "what was revoked again after the review stays out, by a report of today and an older one alike",
  LISTED,
  async (trial) => {
    const { stack, simulator } = trial;
    const preview = await stack.preview({ env: { WARP_REPORT: pathOf(trial, "plan.json") } });
    expect(preview.exitCode, preview.output).toBe(0);
    const plan = await reportOf(trial, "plan.json");
    expect(plan.run).toBeDefined();
    await writeFile(pathOf(trial, "older.json"), JSON.stringify(asItWas(plan)));

    // The dashboard finds it again, and then it is stolen.
    simulator.unrevoke("bob-laptop");
    simulator.revoke("bob-laptop");
    const upBy = (name: string) =>
      stack.up({
        skipPreview: true,
        env: { WARP_EXPECT_PLAN: pathOf(trial, name), WARP_REPORT: pathOf(trial) },
      });
    for (const name of ["older.json", "plan.json"]) {
      const up = await upBy(name);
      expect(up.exitCode, up.output).toBe(0);
      expect(up.output.replace(/\s+/gu, " ")).toContain(
        "pending (not-reviewed): changed since the review: revoked 2026-06-01T12:00Z (in the reviewed plan: revoked 2026-05-10T00:00Z)",
      );
      const { decisions } = await reportOf(trial);
      const waiting = decisions.flatMap(({ pending, registration: { id } }) =>
        pending ? [`${id} ${pending.why}`] : [],
      );
      expect(waiting).toEqual(["bob-laptop not-reviewed"]);
    }
    expect(writesOf(simulator)).toEqual([
      "POST registrations/revoke id=alice-old&id=carol-laptop",
      "DELETE registrations id=bob-tablet",
    ]);

    // Whoever knows of it reviews it as it is.
    await stack.preview({ env: { WARP_REPORT: pathOf(trial, "plan.json") } });
    await upBy("plan.json");
    expect(writesOf(simulator).slice(2)).toEqual(["POST registrations/unrevoke id=bob-laptop"]);
  },
);

scenario("a plan that cannot bind this run stops it", LISTED, async (trial) => {
  const { stack, simulator } = trial;
  await stack.preview({ env: { WARP_REPORT: pathOf(trial, "plan.json") } });
  const plan = await reportOf(trial, "plan.json");
  const wrong = [
    [{ ...plan, account: "f".repeat(32) }, "is a plan of account"],
    [{ ...plan, asOf: "2026-01-01T00:00:00Z" }, "more than limits.maxPlanAge (24h) ago"],
    [{ ...plan, asOf: "2999-01-01T00:00:00Z" }, "which is in the future"],
    [{ ...plan, version: 2 }, "is not a plan"],
    ["{", "is not a plan"],
  ] as const;
  for (const [content, message] of wrong) {
    await writeFile(
      pathOf(trial, "wrong.json"),
      typeof content === "string" ? content : JSON.stringify(content),
    );
    const up = await stack.up({ skipPreview: true, env: { WARP_EXPECT_PLAN: pathOf(trial, "wrong.json") } });
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toContain(message);
    expect(up.output).not.toMatch(/\n\s+at .*\.js/u);
  }
  const missing = await stack.up({ skipPreview: true, env: { WARP_EXPECT_PLAN: "nowhere.json" } });
  expect(missing.output).toContain("nowhere.json");
  expect(missing.output).toContain("cannot be read");
  expect(writesOf(simulator)).toEqual([]);
});
