/** What may be written, and in which form. */

import { linkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LIST, SMALL } from "../e2e/small-account.js";
import { startCliTrial, type CliTrial } from "./trial.js";

let trial: CliTrial;
beforeEach(async () => {
  trial = await startCliTrial(SMALL, { "allowlist.yaml": LIST });
});
afterEach(() => trial.end());

test.each([
  ["plan --output json=allowlist.yaml", "this run reads allowlist.yaml, and would overwrite it"],
  ["plan --output md=./allowlist.yaml", "this run reads ./allowlist.yaml,"],
  ["plan --output json=linked.json", "this run reads linked.json,"],
  ["plan --output json=hard.json", "this run reads hard.json,"],
  ["validate --output json=allowlist.yaml", "this run reads allowlist.yaml,"],
  ["explain alice-old --output json=allowlist.yaml", "this run reads allowlist.yaml,"],
  ["plan --inventory i.json --output i.json", "this run reads i.json,"],
  ["inventory --inventory i.json --redact --output i.json", "this run reads i.json,"],
  ["export --force --inventory i.json --output yaml=i.json", "this run reads i.json,"],
  ["drift --write-baseline allowlist.yaml", "this run reads allowlist.yaml,"],
  ["drift --baseline b.yaml --output json=b.yaml", "this run reads b.yaml,"],
  ["drift --history h.json --output h.json", "this run would write h.json twice"],
  ["plan --base base.yaml --output json=base.yaml", "this run reads base.yaml,"],
  ["plan --output json=new.json text=./new.json", "this run would write ./new.json twice"],
])("%s is refused, and nothing is asked or written", async (args, why) => {
  await trial.run("inventory --output i.json");
  await trial.run("drift --write-baseline b.yaml");
  trial.write("base.yaml", LIST);
  symlinkSync("allowlist.yaml", join(trial.folder, "linked.json"));
  linkSync(join(trial.folder, "allowlist.yaml"), join(trial.folder, "hard.json"));
  const inputs = ["allowlist.yaml", "i.json", "b.yaml", "base.yaml"];
  const before = inputs.map(trial.read);
  const calls = trial.simulator.log().length;
  const { code, out, err } = await trial.run(args);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain(why);
  expect(inputs.map(trial.read)).toEqual(before);
  expect(trial.simulator.log()).toHaveLength(calls);
  expect(() => trial.read("new.json")).toThrow("ENOENT");
});

test("an allowlist that is wrong is not overwritten by what is said of it", async () => {
  trial.write("allowlist.yaml", "version: 2\n");
  expect((await trial.run("validate --output json=allowlist.yaml")).err).toContain("this run reads ");
  expect(trial.read("allowlist.yaml")).toBe("version: 2\n");
});

test("a reviewed plan is not overwritten by the next one", async () => {
  await trial.run("plan --output plan.json");
  const before = trial.read("plan.json");
  const env = { WARP_EXPECT_PLAN: join(trial.folder, "plan.json") };
  expect((await trial.run("plan --output plan.json", { env })).err).toContain("this run reads ");
  expect(trial.read("plan.json")).toBe(before);
});

test("a baseline may be written over itself, and several reports to one pipe", async () => {
  await trial.run("drift --write-baseline b.yaml");
  expect((await trial.run("drift --baseline b.yaml --write-baseline b.yaml")).code).toBe(0);
  expect((await trial.run("plan --output json=/dev/null md=/dev/null")).code).toBe(0);
});

test.each([
  ["plan --output json", "json is a format: write json=FILE, or ./json for a file of that name."],
  ["plan --output md", "md is a format: write md=FILE"],
  ["plan --output plan.csv", "--output plan.csv: no format of this command ends in .csv"],
  [
    "validate --output v.html",
    "fix: set the format with FORMAT=v.html; formats: text, json, sarif, junit, github",
  ],
  ["inventory --output i.csv", "--output i.csv: no format of this command ends in .csv"],
  ["explain alice-old --output e.md", "no format of this command ends in .md"],
])("%s is refused before anything is asked", async (args, why) => {
  const { code, out, err } = await trial.run(args);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain(why);
  expect(trial.simulator.log()).toEqual([]);
});

test.each([
  [
    "plan --output md=plan.out",
    "plan.out",
    "**WARP registrations: LETS IN AGAIN 1 perhaps revoked outside this stack; to revoke 2",
  ],
  [
    "plan --output plan.md",
    "plan.md",
    "**WARP registrations: LETS IN AGAIN 1 perhaps revoked outside this stack; to revoke 2",
  ],
  ["plan --output txt=plan.out", "plan.out", "WARP registrations: LETS IN AGAIN 1"],
  ["plan --format txt --output plan.csv", "plan.csv", "WARP registrations: LETS IN AGAIN 1"],
  ["plan --output ./json", "json", "WARP registrations: LETS IN AGAIN 1"],
  ["plan --output json=plan.csv", "plan.csv", '"fingerprint"'],
  ["export --output new.yml", "new.yml", "version: 1"],
])("%s is written", async (args, file, part) => {
  expect((await trial.run(args)).code).toBe(0);
  expect(trial.read(file)).toContain(part);
});
