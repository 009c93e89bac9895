/** The steps of the pipelines, run as a CI runs them, against a simulated account. */

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import { startSimulator, type Simulator } from "../../src/simulator/index.js";
import { LIST, SMALL } from "../e2e/small-account.js";
import { TOKEN } from "../support/trial.js";
import { filesIn, makeClone, type Clone } from "./clone.js";
import { underEachPulumi } from "./engines.js";

const LOOSE = `${LIST}guards: { revoke: { max: 10, percent: 100 }, delete: { max: 10, percent: 100 }, unrevoke: { max: 10, percent: 100 } }\n`;

interface Scene {
  readonly clone: Clone;
  readonly simulator: Simulator;
  readonly env: Readonly<Record<string, string>>;
}

async function onStage(allowlist: string, body: (scene: Scene) => Promise<void>): Promise<void> {
  const simulator = await startSimulator({ world: SMALL, token: TOKEN });
  const clone = await makeClone({ "allowlist.yaml": allowlist });
  const env = {
    CLOUDFLARE_BASE_URL: simulator.url,
    CLOUDFLARE_ACCOUNT_ID: simulator.accountId,
    CLOUDFLARE_API_TOKEN: TOKEN,
    PULUMI_STACK: "production",
  };
  try {
    await body({ clone, simulator, env });
  } finally {
    await simulator.close();
    await clone.end();
  }
}

const writesTo = (simulator: Simulator) => simulator.log().filter(({ method }) => method !== "GET");
const read = (clone: Clone, name: string) => readFile(join(clone.folder, name), "utf8");
const reportOf = async (clone: Clone, name: string) => JSON.parse(await read(clone, name)) as ReportDocument;

underEachPulumi("what the plan of a merge says is what is done, and nothing else", (pulumi) =>
  onStage(LOOSE, async ({ clone, simulator, env }) => {
    const planned = await clone.step("warp.sh", ["plan"], env);
    expect(planned.code, planned.all).toBe(0);
    expect(planned.stdout).toContain("to revoke 2, delete 1, unrevoke 1");
    expect((await read(clone, "out/outcome")).trim()).toBe("due");
    expect(await read(clone, "out/plan.md")).toMatch(/^<!-- warp-registrations:production -->\n/u);
    expect(await read(clone, "out/plan.xml")).toContain("<testsuite");

    // After the review: a device that the plan does not know.
    simulator.enrol({ email: "carol@example.com", device_name: "NEW", device_type: "windows" });
    const { env: path, end } = await pulumi({
      project: clone.folder,
      folder: join(clone.folder, "..", "stack"),
    });
    const applied = await clone.step("warp.sh", ["apply", "out/plan.json"], { ...env, ...path });
    expect(applied.code, applied.all).toBe(0);
    expect(applied.stdout).toContain("done 4, failed 0, skipped 0");
    expect((await reportOf(clone, "out/run.json")).reviewed?.fingerprint).toBe(
      (await reportOf(clone, "out/plan.json")).fingerprint,
    );
    expect(await read(clone, "out/run.html")).toContain("1 deleted, 2 cut off, 1 let back in");
    // What it revoked is known from now on, to whoever has no access to the state.
    const own = await read(clone, "out/own.json");
    expect(own).toContain("alice-old");
    expect(own).not.toMatch(/@|ALICE/u);
    await writeFile(
      join(clone.folder, "allowlist.yaml"),
      LOOSE.replace("    - serial: SN-d1\n", "    - serial: SN-d1\n    - serial: SN-d2\n"),
    );
    const returns = async () => {
      const again = await clone.step("warp.sh", ["plan"], env);
      expect(again.code, again.all).toBe(0);
      const { decisions } = await reportOf(clone, "out/plan.json");
      return decisions.filter(({ action }) => action === "unrevoke").map(({ revokedBy }) => revokedBy);
    };
    expect(await returns()).toEqual(["this-stack"]);
    await rm(join(clone.folder, "out", "own.json"));
    expect(await returns()).toEqual(["unknown"]);
    const fresh = simulator.world().registrations.find(({ device }) => device.name === "NEW");
    expect(fresh?.revoked_at ?? null, "what nobody reviewed is not done").toBeNull();
    await writeFile(join(clone.folder, "out", "history.json"), "{}");
    const unread = await clone.step("warp.sh", ["apply", "out/plan.json"], { ...env, ...path });
    expect(unread.all, "what the last drift left is read").toContain(
      "history.json is not a history of account",
    );
    await end();
  }),
);

underEachPulumi("a plan of another account, an old one or none is not applied", (pulumi) =>
  onStage(LOOSE, async ({ clone, simulator, env }) => {
    expect((await clone.step("warp.sh", ["plan"], env)).code).toBe(0);
    const { env: path, end } = await pulumi({
      project: clone.folder,
      folder: join(clone.folder, "..", "stack"),
    });
    const apply = (file: string) => clone.step("warp.sh", ["apply", file], { ...env, ...path });
    const plan = await reportOf(clone, "out/plan.json");
    for (const [change, message] of [
      [{ account: "f".repeat(32) }, "is a plan of account ffff"],
      [{ asOf: "2025-01-01T00:00:00.000Z" }, "limits.maxPlanAge"],
    ] as const) {
      await writeFile(join(clone.folder, "out", "other.json"), JSON.stringify({ ...plan, ...change }));
      const ended = await apply("out/other.json");
      expect(ended.code, ended.all).not.toBe(0);
      expect(ended.all).toContain(message);
    }
    const none = await apply("out/missing.json");
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("apply needs the plan that was reviewed");
    expect(writesTo(simulator)).toEqual([]);
    await end();
  }),
);

test("a plan that a guard holds ends with 3, is shown whole, and its approval lets it pass", () =>
  onStage(
    `${LIST}guards: { revoke: { max: 1, percent: 100 }, delete: { percent: 100 } }\n`,
    async ({ clone, env }) => {
      const held = await clone.step("warp.sh", ["plan"], env);
      expect(held.code, held.all).toBe(3);
      expect(held.stderr).toContain("GUARD TRIPPED: guards.revoke: 2 due, at most 1");
      expect((await read(clone, "out/outcome")).trim()).toBe("held");
      const { fingerprint } = await reportOf(clone, "out/plan.json");
      const approved = await clone.step("warp.sh", ["plan"], { ...env, WARP_APPROVE: fingerprint });
      expect(approved.code, approved.all).toBe(0);
      expect((await read(clone, "out/outcome")).trim()).toBe("due");
    },
  ));

test("a plan after the merge says what the change did, and since when each line stands", () =>
  onStage(LOOSE, async ({ clone, env }) => {
    const git = async (...args: string[]) => (await clone.git(...args)).trim();
    const before = await git("rev-parse", "HEAD");
    await writeFile(
      join(clone.folder, "allowlist.yaml"),
      LOOSE.replace("revoke: { max: 10,", "revoke: { max: 90,"),
    );
    await git("commit", "--quiet", "--all", "--message", "more");
    const codes = async (ref: string) => {
      const planned = await clone.step("warp.sh", ["plan"], { ...env, WARP_BASE_REF: ref });
      expect(planned.code, planned.all).toBe(0);
      return (await reportOf(clone, "out/plan.json")).findings.map(({ code }) => code);
    };
    expect(await codes(before)).toContain("change-loosened");
    const listed = (await reportOf(clone, "out/plan.json")).decisions.flatMap(
      (one) => one.listed?.commit ?? [],
    );
    expect(new Set(listed)).toEqual(new Set([before]));
    // No commit, one that is not here, and one whose allowlist cannot be used.
    await writeFile(join(clone.folder, "allowlist.yaml"), "version: 9\n");
    await git("commit", "--quiet", "--all", "--message", "broken");
    const broken = await git("rev-parse", "HEAD");
    await writeFile(join(clone.folder, "allowlist.yaml"), LOOSE);
    for (const ref of ["", "0".repeat(40), broken]) expect(await codes(ref)).not.toContain("change-loosened");
  }));

test("a frozen plan waits", () =>
  onStage(`${LOOSE}freeze: { until: 2999-01-01, reason: audit }\n`, async ({ clone, env }) => {
    const planned = await clone.step("warp.sh", ["plan"], env);
    expect(planned.code, planned.all).toBe(0);
    expect((await read(clone, "out/outcome")).trim()).toBe("waiting");
  }));

test("a proposal is planned on its own, and the plan says what the change does", () =>
  onStage(LOOSE, async ({ clone, simulator, env }) => {
    const head = await clone.propose({
      "allowlist.yaml": LOOSE.replace("  carol@example.com: []\n", ""),
      "allowlist/more.yaml": "users:\n  erin@example.com:\n    - serial: SN-d7\n",
    });
    expect((await clone.step("propose.sh", ["HEAD", head, "out"])).code).toBe(0);
    const valid = await clone.step("warp.sh", ["validate", "out/proposal"]);
    expect(valid.code, valid.all).toBe(0);
    expect(valid.stdout).toContain("the allowlist is valid: 2 files, 3 users");
    const planned = await clone.step("warp.sh", ["plan", "out/proposal"], env);
    expect(planned.code, planned.all).toBe(0);
    const { findings, decisions } = await reportOf(clone, "out/plan.json");
    expect(findings.map(({ code }) => code)).toContain("change-dropped");
    expect(decisions.find(({ registration }) => registration.id === "erin-laptop")?.action).toBe("keep");
    expect(writesTo(simulator)).toEqual([]);
    // The clone is what it was: the proposal is nowhere but in its folder.
    expect(await read(clone, "allowlist.yaml")).toBe(LOOSE);
  }));

test("a first allowlist has nothing before it, and a stack may have files of its own", () =>
  onStage(LOOSE, async ({ clone, env }) => {
    await clone.commit({ "allowlist.yaml": null });
    await clone.git("push", "--quiet", "origin", "main");
    const head = await clone.propose({
      "allowlist/emea/all.yaml": LOOSE,
      "allowlist/us/all.yaml": "version: 1\nnonsense",
    });
    expect((await clone.step("propose.sh", ["HEAD", head, "out"])).code).toBe(0);
    const own = { ...env, WARP_ALLOWLIST: "allowlist/emea/*.yaml" };
    for (const step of ["validate", "plan"]) {
      const ended = await clone.step("warp.sh", [step, "out/proposal"], own);
      expect(ended.code, ended.all).toBe(0);
    }
    expect((await reportOf(clone, "out/plan.json")).allowlist.map(({ file }) => file)).toEqual([
      "allowlist/emea/all.yaml",
    ]);
    expect((await clone.step("warp.sh", ["validate", "out/proposal"], env)).code).toBe(1);
  }));

test("an invalid proposal is annotated on its line, and makes no plan", () =>
  onStage(LOOSE, async ({ clone, env }) => {
    await mkdir(join(clone.folder, "out"));
    await writeFile(join(clone.folder, "out", "plan.json"), "of an earlier run");
    const head = await clone.propose({ "allowlist/x.yaml": "users:\n  bob@example.com: nonsense\n" });
    expect((await clone.step("propose.sh", ["HEAD", head, "out"])).code).toBe(0);
    const checked = await clone.step("warp.sh", ["validate", "out/proposal"], { WARP_FORMAT: "github" });
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/^::error file=allowlist\/x\.yaml,line=2,col=\d+,title=allowlist\//mu);
    expect(await read(clone, "out/validate.xml")).toContain("<failure");
    const planned = await clone.step("warp.sh", ["plan", "out/proposal"], env);
    expect(planned.code).toBe(1);
    expect(planned.stderr).toContain("allowlist/x.yaml:2");
    expect(await filesIn(join(clone.folder, "out"))).not.toContain("plan.json");
    expect(await filesIn(join(clone.folder, "out"))).not.toContain("outcome");
  }));

test("drift is told and is no failure; an account that cannot be listed is one", () =>
  onStage(LOOSE, async ({ clone, simulator, env }) => {
    const found = await clone.step("warp.sh", ["drift"], env);
    expect(found.code, found.all).toBe(0);
    expect((await read(clone, "out/outcome")).trim()).toBe("due");
    expect(await read(clone, "out/drift.md")).not.toBe("");
    const again = await clone.step("warp.sh", ["drift"], env);
    expect(again.stdout, "the history of the first run counts").toContain("(since ");
    await writeFile(join(clone.folder, "allowlist.yaml"), await everythingAllowed(simulator));
    const none = await clone.step("warp.sh", ["drift"], env);
    expect(none.code, none.all).toBe(0);
    expect(await read(clone, "out/drift.md")).toBe("");
    expect((await read(clone, "out/outcome")).trim()).toBe("in-sync");
    const refused = await clone.step("warp.sh", ["drift"], {
      ...env,
      CLOUDFLARE_API_TOKEN: "wrong-token-0000000000",
    });
    expect(refused.code).toBe(1);
    expect(await filesIn(join(clone.folder, "out"))).not.toContain("drift.md");
  }));

test("a plan reads the history that the last drift left", () =>
  onStage(LOOSE, async ({ clone, env }) => {
    expect((await clone.step("warp.sh", ["drift"], env)).code).toBe(0);
    expect((await clone.step("warp.sh", ["plan"], env)).code).toBe(0);
    await writeFile(join(clone.folder, "out", "history.json"), "{}");
    const planned = await clone.step("warp.sh", ["plan"], env);
    expect(planned.code, planned.all).toBe(1);
    expect(planned.all).toContain("out/history.json is not a history of account");
  }));

test("on GitHub what devices are called is no command, and the outcome and the summary are written", () =>
  onStage(LOOSE, async ({ clone, simulator, env }) => {
    simulator.enrol({ email: "carol@example.com", device_name: "::error::forged", device_type: "windows" });
    const [outputs, summary] = ["outputs", "summary"].map((name) => join(clone.folder, "out", name));
    await mkdir(join(clone.folder, "out"));
    const planned = await clone.step("warp.sh", ["plan"], {
      ...env,
      GITHUB_ACTIONS: "true",
      GITHUB_OUTPUT: outputs!,
      GITHUB_STEP_SUMMARY: summary!,
    });
    expect(planned.code, planned.all).toBe(0);
    const lines = planned.stdout.split("\n");
    const [, mark] = /^::stop-commands::([0-9a-f]{32})$/u.exec(lines[0] ?? "") ?? [];
    expect(lines.at(-1)).toBe(`::${mark ?? "none"}::`);
    expect(lines.slice(1, -1).join("\n")).toContain("forged");
    expect(await readFile(outputs!, "utf8")).toBe("outcome=due\n");
    expect(await readFile(summary!, "utf8")).toBe(await read(clone, "out/plan.md"));
  }));

test("the token is in no file that a step leaves and in nothing that it says", () =>
  onStage(LOOSE, async ({ clone, env }) => {
    const said: string[] = [];
    for (const step of ["plan", "drift"]) said.push((await clone.step("warp.sh", [step], env)).all);
    for (const file of await filesIn(join(clone.folder, "out"))) said.push(await read(clone, `out/${file}`));
    expect(said.length).toBeGreaterThan(10);
    expect(said.filter((text) => text.includes(TOKEN))).toEqual([]);
  }));

test.each([[[]], [["destroy"]]])("%j is no step", (args: string[]) =>
  onStage(LOOSE, async ({ clone }) => {
    const ended = await clone.step("warp.sh", args);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe("error: usage: warp.sh validate|plan|apply|drift");
  }),
);

async function everythingAllowed(simulator: Simulator): Promise<string> {
  const users = new Map<string, string[]>();
  for (const { id, user, revoked_at } of simulator.world().registrations) {
    const state = revoked_at == null ? "active" : "revoked";
    const entries = users.get(user?.email ?? "") ?? [];
    users.set(user?.email ?? "", [...entries, `    - { registration: ${id}, state: ${state} }\n`]);
  }
  const rows = [...users].map(([email, entries]) => `  ${email}:\n${entries.join("")}`);
  return Promise.resolve(`version: 1\nusers:\n${rows.join("")}`);
}
