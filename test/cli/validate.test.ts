import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LIST, SMALL } from "../e2e/small-account.js";
import { startCliTrial, type CliTrial } from "./trial.js";

/** Nobody is called at all. */
const OFFLINE = {
  env: { CLOUDFLARE_API_TOKEN: "", CLOUDFLARE_ACCOUNT_ID: "", CLOUDFLARE_BASE_URL: "http://127.0.0.1:1" },
};
const BAD = "version: 1\nusers:\n  ann@example.com:\n    - seriel: SN-d1\n";
/** A match by name alone is weak. */
const WEAK = "version: 1\nusers:\n  ann@example.com:\n    - name: ANN-MBP\n";

let trial: CliTrial;
beforeEach(async () => {
  trial = await startCliTrial(SMALL, { "allowlist.yaml": LIST });
});
afterEach(() => trial.end());

test("a sound allowlist is 0, without network and credentials, and says what it holds", async () => {
  const { code, out, err } = await trial.run("validate", OFFLINE);
  expect([code, out, err]).toEqual([0, "the allowlist is valid: 1 file, 3 users, 3 entries\n", ""]);
  expect(trial.simulator.log()).toEqual([]);
});

test("every mistake with its place, line, code and fix, and 1", async () => {
  trial.write("allowlist.yaml", BAD);
  const { code, out } = await trial.run("validate", OFFLINE);
  expect(code).toBe(1);
  expect(out).toContain("allowlist.yaml:4:7: ");
  expect(out).toContain("[allowlist/unknown-key]");
  expect(out).toContain("did you mean `serial`?");
});

test.each([
  ["json", '"code": "allowlist/unknown-key"'],
  ["github", "::error file=allowlist.yaml,line=4,"],
  ["sarif", '"ruleId": "allowlist/unknown-key"'],
  ["junit", "<failure"],
])("--format %s", async (format, part) => {
  trial.write("allowlist.yaml", BAD);
  const { code, out } = await trial.run(`validate --format ${format}`);
  expect([code, out.includes(part)]).toEqual([1, true]);
});

test("warnings are told; they are 0, and 2 with --exit-code", async () => {
  trial.write("allowlist.yaml", WEAK);
  const told = await trial.run("validate");
  expect(told.code).toBe(0);
  expect(told.out).toMatch(/^warning: allowlist.yaml:4:7: /u);
  expect(told.out).toContain("1 warning\n\nthe allowlist is valid");
  expect((await trial.run("validate --exit-code")).code).toBe(2);
  trial.write("allowlist.yaml", LIST);
  expect((await trial.run("validate --exit-code")).code).toBe(0);
});

test("an entry whose last day is past is a warning from the next day on", async () => {
  trial.write("allowlist.yaml", `${LIST}  eve@example.com:\n    - { serial: E1, expires: 2026-05-31 }\n`);
  expect((await trial.run("validate --now 2026-05-31")).out).not.toContain("warning");
  const { code, out } = await trial.run("validate --now 2026-06-01");
  expect([
    code,
    out.match(/^warning: allowlist.yaml:\d+:7: the last day of this entry was 2026-05-31/gmu)?.length,
  ]).toEqual([0, 1]);
  expect((await trial.run("validate --exit-code --now 2026-06-01")).code).toBe(2);
});

test("an entry for ever, and a freeze for ever, are taken by all", async () => {
  trial.write(
    "allowlist.yaml",
    `${LIST}  eve@example.com:\n    - { serial: E1, expires: 9999-12-31 }\nfreeze: { until: 9999-12-31, reason: closed }\n`,
  );
  expect((await trial.run("validate")).out).toContain("the allowlist is valid");
  const { code, out } = await trial.run("plan --format json");
  expect([code, (JSON.parse(out) as { freeze: { until: string } }).freeze.until]).toEqual([
    0,
    "9999-12-31T23:59:59.999Z",
  ]);
});

test("a warning is no failure in any format", async () => {
  trial.write("allowlist.yaml", WEAK);
  const render = async (format: string) => (await trial.run(`validate --format ${format}`)).out;
  expect(await render("github")).toMatch(/^::warning file=allowlist.yaml,line=4,/u);
  expect(JSON.parse(await render("json"))).toMatchObject({ messages: [{ severity: "warning" }] });
  expect(await render("junit")).not.toContain("<failure");
  expect(await render("sarif")).not.toContain('"level": "error"');
});

test("the allowlist's own tests are run, as of --now", async () => {
  const expiring = LIST.replace("    - serial: SN-d1\n", "    - serial: SN-d1\n      expires: 2026-06-30\n");
  trial.write(
    "allowlist.yaml",
    `${expiring}policy: { unlisted: revoke }\ntests:\n  - name: Alice works\n    given: { user: alice@example.com, serial: SN-d1 }\n    expect: keep\n`,
  );
  const now = await trial.run("validate");
  expect([now.code, now.out]).toEqual([
    0,
    "the allowlist is valid: 1 file, 3 users, 3 entries, 1 test passed\n",
  ]);
  const later = await trial.run("validate --now 2026-07-01");
  expect(later.code).toBe(1);
  expect(later.out).toContain('the test "Alice works" fails: expected keep, but it is revoke');
});

test("--allowlist may be repeated, and nothing outside the folder is read", async () => {
  mkdirSync(join(trial.folder, "teams"));
  trial.write("teams/one.yaml", "users:\n  dan@example.com: []\n");
  const both = await trial.run("validate --allowlist allowlist.yaml --allowlist teams/*.yaml");
  expect(both.out).toContain("2 files, 4 users");
  const outside = await trial.run("validate --allowlist ../allowlist.yaml");
  expect(outside.code).toBe(1);
  expect(outside.out).toContain("allowlist/outside-project");
});

test("--quiet says it by the exit code alone, and files are written all the same", async () => {
  trial.write("allowlist.yaml", BAD);
  const { code, out, err } = await trial.run("validate --quiet --output junit=v.xml");
  expect([code, out, err]).toEqual([1, "", ""]);
  expect(trial.read("v.xml")).toContain("allowlist/unknown-key");
});

test("of very many failing tests a thousand are told, in each format, and by a run alike", async () => {
  const tests = Array.from(
    { length: 1_100 },
    (_, at) => `  - { name: t${at}, given: { user: carol@example.com }, expect: keep }\n`,
  );
  trial.write("allowlist.yaml", `${LIST}tests:\n${tests.join("")}`);
  const { out } = await trial.run("validate");
  expect(out.match(/the test "t\d+" fails/gu)).toHaveLength(1_000);
  expect(out).toContain("100 more problems are not listed");
  const annotations = (await trial.run("validate --format github")).out.trimEnd().split("\n");
  expect([annotations.length, annotations.at(-1)]).toEqual([
    51,
    "::error::and 951 more: allowlist/test-failed 950, allowlist/too-many 1",
  ]);
  const { err } = await trial.run("plan");
  expect(err.match(/the test "t\d+" fails/gu)).toHaveLength(1_000);
});
