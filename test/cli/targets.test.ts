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
  ["plan --output json=allowlist.yaml", "allowlist.yaml is read by this run, and would be overwritten"],
  ["plan --output md=./allowlist.yaml", "./allowlist.yaml is read by this run"],
  ["plan --output json=linked.json", "linked.json is read by this run"],
  ["plan --output json=hard.json", "hard.json is read by this run"],
  ["validate --output json=allowlist.yaml", "allowlist.yaml is read by this run"],
  ["explain alice-old --output json=allowlist.yaml", "allowlist.yaml is read by this run"],
  ["plan --inventory i.json --output i.json", "i.json is read by this run"],
  ["inventory --inventory i.json --redact --output i.json", "i.json is read by this run"],
  ["export --force --inventory i.json --output yaml=i.json", "i.json is read by this run"],
  ["drift --write-baseline allowlist.yaml", "allowlist.yaml is read by this run"],
  ["drift --baseline b.yaml --output json=b.yaml", "b.yaml is read by this run"],
  ["drift --history h.json --output h.json", "h.json is written twice by this run"],
  ["plan --base base.yaml --output json=base.yaml", "base.yaml is read by this run"],
  ["plan --output json=new.json text=./new.json", "./new.json is written twice by this run"],
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
  expect((await trial.run("validate --output json=allowlist.yaml")).err).toContain("is read by this run");
  expect(trial.read("allowlist.yaml")).toBe("version: 2\n");
});

test("a reviewed plan is not overwritten by the next one", async () => {
  await trial.run("plan --output plan.json");
  const before = trial.read("plan.json");
  const env = { WARP_EXPECT_PLAN: join(trial.folder, "plan.json") };
  expect((await trial.run("plan --output plan.json", { env })).err).toContain("is read by this run");
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
    "fix: say which with FORMAT=v.html; formats: text, json, sarif, junit, github",
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
    "**WARP registrations: LETS IN AGAIN 1 not known to be revoked by this stack; to revoke 2",
  ],
  [
    "plan --output plan.md",
    "plan.md",
    "**WARP registrations: LETS IN AGAIN 1 not known to be revoked by this stack; to revoke 2",
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
