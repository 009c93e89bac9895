/** A machine whose clock is wrong, and a live account that tells the time. */

import { afterEach, beforeEach, expect, test } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import type { World } from "../../src/simulator/index.js";
import { ACCOUNT, registration } from "../support/world.js";
import { NOW, startCliTrial, type CliTrial } from "./trial.js";

const BOB = "bob@example.com";
/** Seen yesterday, revoked last week, enrolled an hour ago. */
const WORLD: World = {
  account_id: ACCOUNT,
  registrations: [
    registration({ id: "seen", email: BOB, device: "d1", lastSeen: "2026-05-31T12:00:00Z" }),
    registration({ id: "revoked", email: BOB, device: "d2", revoked: "2026-05-25T12:00:00Z" }),
    {
      ...registration({ id: "new", email: BOB, device: "d3" }),
      created_at: "2026-06-01T11:00:00Z",
      last_seen_at: "2026-06-01T11:00:00Z",
    },
  ],
  physical_devices: [],
};
const LIST = `version: 1
policy:
  unlisted: revoke
  grace: 24h
  stale: { after: 90d, action: delete, includeListed: true }
  revoked: { after: 90d, action: delete, includeListed: true }
users:
  ${BOB}:
    - device: d1
    - device: d2
      state: revoked
`;
const WRONG = [
  ["100 days ahead", "2026-09-09T12:00:00.000Z", "2026-09-09T12:00Z"],
  ["400 days behind", "2025-04-27T12:00:00.000Z", "2025-04-27T12:00Z"],
] as const;

let trial: CliTrial;
beforeEach(async () => {
  trial = await startCliTrial(WORLD, { "allowlist.yaml": LIST });
});
afterEach(() => trial.end());

const read = (file: string) => JSON.parse(trial.read(file)) as ReportDocument;
const actions = ({ decisions }: ReportDocument) =>
  Object.fromEntries(decisions.map(({ registration: { id }, action }) => [id, action]));

test.each(WRONG)("%s: plan and drift go by the account's clock and name both", async (_, now, shown) => {
  expect((await trial.run("plan --output json=right.json")).code).toBe(0);
  const right = read("right.json");
  for (const command of ["plan", "drift"]) {
    await trial.run(`${command} --output json=wrong.json`, { now });
    const wrong = read("wrong.json");
    expect(actions(wrong)).toEqual(actions(right));
    expect(wrong.asOf.slice(0, 16)).toBe("2026-06-01T12:00");
    expect(wrong.generatedAt.slice(0, 16)).toBe("2026-06-01T12:00");
    const skewed = wrong.findings.filter(({ code }) => code === "clock-skew");
    expect(skewed.map(({ text }) => [text.includes(shown), text.includes("2026-06-01T12:00Z")])).toEqual([
      [true, true],
    ]);
  }
  expect(actions(right)).toEqual({ seen: "keep", revoked: "keep", new: "leave" });
  expect(right.findings.filter(({ code }) => code === "clock-skew")).toEqual([]);
});

test.each(WRONG)("%s: freezes, last days and baselines end by the account's clock", async (_, now) => {
  trial.write(
    "allowlist.yaml",
    LIST.replace("- device: d1", "- device: d1\n      expires: 2026-06-01")
      .replace("grace: 24h", "grace: 30m")
      .concat("guards: { revoke: { max: 9, percent: 100 } }\n")
      .concat("freeze: { until: 2026-06-01, reason: audit }\n"),
  );
  await trial.run("drift --write-baseline b.yaml");
  const until = (day: string) =>
    trial.read("b.yaml").replaceAll(/reason: .*/gu, `reason: r\n    until: ${day}`);
  trial.write("b.yaml", until("2026-06-01"));
  const inTime = await trial.run("drift --baseline b.yaml --output json=a.json", { now });
  expect(inTime.err).toContain("findings that the baseline accepts");
  expect(read("a.json").freeze?.reason).toBe("audit");
  expect(actions(read("a.json"))).toEqual({ seen: "keep", revoked: "keep", new: "revoke" });
  trial.simulator.setNow("2026-06-02T00:00:01Z");
  const over = await trial.run("drift --baseline b.yaml --output json=b.json", { now });
  expect(over.err).not.toContain("findings that the baseline accepts");
  expect(read("b.json").freeze).toBeUndefined();
  expect(actions(read("b.json"))).toEqual({ seen: "revoke", revoked: "keep", new: "revoke" });
});

test.each(WRONG)(
  "%s: the finding keeps its key, so that drift can tell how long it has stood",
  async (_, now) => {
    const later = new Date(Date.parse(now) + 3_600_000).toISOString();
    await trial.run("drift --history h.json", { now });
    await trial.run("drift --history h.json --output json=d.json", { now: later });
    const [skewed] = read("d.json").findings.filter(({ code }) => code === "clock-skew");
    expect(skewed?.text).toContain("since");
  },
);

test.each(WRONG)(
  "%s: explain, export, inventory and accept go by it too, and say so",
  async (_, now, shown) => {
    const warned = `warning: this machine's clock is more than five minutes off; it says ${shown}`;
    const explained = await trial.run("explain seen", { now });
    expect(explained.out.replaceAll(/\s+/gu, " ")).toContain(
      "not seen since 2026-05-31, which is within 90d",
    );
    expect(explained.err).toContain(warned);
    const saved = await trial.run("inventory --output i.json", { now });
    expect(saved.err).toContain(warned);
    expect((JSON.parse(trial.read("i.json")) as { takenAt: string }).takenAt.slice(0, 16)).toBe(
      "2026-06-01T12:00",
    );
    expect((await trial.run("export --output exported.yaml", { now })).err).toContain(warned);
    expect((await trial.run("explain seen --quiet", { now })).err).toBe("");
    const accepted = await trial.run("accept new --expires 2026-07-01", { now });
    expect([accepted.code, accepted.err.includes(warned)]).toEqual([0, true]);
    expect((await trial.run("accept new --expires 2026-05-01", { now })).err).toContain(
      "that day is in the past",
    );
  },
);

test.each(WRONG)("%s: a reviewed plan is as old as the account's clock says", async (_, now) => {
  await trial.run("plan --output reviewed.json");
  const env = { WARP_EXPECT_PLAN: `${trial.folder}/reviewed.json` };
  expect((await trial.run("plan", { now, env })).code).toBe(0);
  trial.simulator.setNow("2026-12-01T12:00:00Z");
  const late = await trial.run("plan", { env });
  expect(late.err).toContain("limits.maxPlanAge");
});

test("an account that does not tell the time: the machine's clock counts, and that is said", async () => {
  trial.simulator.set({ date_header: "left-out" });
  const { out } = await trial.run("plan");
  expect(out.replaceAll(/\s+/gu, " ")).toContain(
    "the account's answers do not contain the time, so this machine's clock is used: 2026-06-01T12:00Z",
  );
});

test("a moment that is given counts, whatever the clocks say", async () => {
  await trial.run(`plan --now ${NOW} --output json=given.json`, { now: "2027-01-01T00:00:00.000Z" });
  const { asOf, findings } = read("given.json");
  expect(asOf).toBe(NOW);
  expect(findings.filter(({ code }) => code === "clock-skew")).toEqual([]);
});
