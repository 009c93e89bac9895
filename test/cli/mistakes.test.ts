import { afterEach, beforeEach, expect, test } from "vitest";
import { LIST, SMALL } from "../e2e/small-account.js";
import { startCliTrial, TOKEN, type CliTrial } from "./trial.js";

let trial: CliTrial;
beforeEach(async () => {
  trial = await startCliTrial(SMALL, { "allowlist.yaml": LIST });
});
afterEach(() => trial.end());

test.each([
  ["plna", "unknown command 'plna'\n(Did you mean plan?)"],
  ["plan --formt json", "unknown option '--formt'\n(Did you mean --format?)"],
  ["plan --format jsn", "There is no such format. Did you mean json?"],
  ["plan --output jsn=x", "There is no such format. Did you mean json?"],
  ["plan --output json=", "Expected FILE or FORMAT=FILE"],
  ["validate --format markdown", "There is no such format."],
  ["plan --now noon", "Expected a time such as 2026-05-01T08:00:00Z, or a day such as 2026-05-01."],
  ["plan --now 2026-02-30", "Expected a time"],
  ["plan more", "too many arguments"],
  ["plan --inventory nix.json", "nix.json: cannot be read: no such file or folder"],
  ["drift --baseline nix.yaml", "nix.yaml: cannot be read: no such file or folder"],
  ["plan --base nix.yaml", "--base: the allowlist before the change cannot be used"],
  ["plan --allowlist nix.yaml", "the pattern `nix.yaml` matches no file"],
  ["plan --output .", ".: cannot be written: it is a folder"],
  ["plan --account two/three", '--account is "two/three", which is not an account id'],
  ["plan --account YOUR-ACCOUNT-ID", "fix: an account id is 32 hex digits; it is in the dashboard's address"],
])("%s: one clear message and 1", async (args, message) => {
  const { code, out, err } = await trial.run(args);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain(message);
  expect(err).not.toMatch(/^\s+at /mu);
});

test("which account, and which credentials, is said where there is none", async () => {
  const nobody = await trial.run("plan", { env: { CLOUDFLARE_ACCOUNT_ID: " " } });
  expect(nobody.err).toMatch(
    /^error: no account is given\n {2}fix: give --account ID or set CLOUDFLARE_ACCOUNT_ID/u,
  );
  const nothing = await trial.run("plan", { env: { CLOUDFLARE_API_TOKEN: "" } });
  expect([nobody.code, nothing.code]).toEqual([1, 1]);
  expect(nothing.err).toContain("Set CLOUDFLARE_API_TOKEN");
});

test("a token that is given in the wrong place, or echoed, is not shown", async () => {
  const places = [`plan --now ${TOKEN}`, `plan --inventory ${TOKEN}`, TOKEN, `plan --format ${TOKEN}`];
  for (const args of places) {
    const { code, err } = await trial.run(args);
    expect(code).toBe(1);
    expect(err).toContain("[API token]");
    expect(err).not.toContain(TOKEN);
  }
  trial.simulator.rename({ id: "alice-old" }, TOKEN);
  expect((await trial.run("plan")).out).toContain("- revoke   [API token]");
  await trial.run("plan --output plan.json");
  expect(trial.read("plan.json")).not.toContain(TOKEN);
});

test("a token that the account refuses is told without it", async () => {
  const { code, err } = await trial.run("plan", {
    env: { CLOUDFLARE_API_TOKEN: "another-token-that-is-wrong" },
  });
  expect(code).toBe(1);
  expect(err).toMatch(/^error: /u);
  expect(err).not.toContain("another-token");
});

test("what is typed comes back escaped", async () => {
  for (const args of ["\u001b[2J", "plan --format \u001b[2J", "plan --inventory \u001b[2J"]) {
    expect((await trial.run(args)).err).toContain("\\u{1b}[2J");
  }
});

test("every command has a help with an example", async () => {
  const { out } = await trial.run("--help");
  const names = [...out.matchAll(/^ {2}([a-z]+) (?:\[options\]|<)/gmu)].map(([, name = ""]) => name);
  expect(names).toEqual(expect.arrayContaining(["validate", "plan", "drift", "inventory", "simulate"]));
  for (const name of names.filter((one) => one !== "help")) {
    const help = await trial.run(`${name} --help`);
    expect([name, help.code, help.err]).toEqual([name, 0, ""]);
    expect(help.out).toMatch(new RegExp(`\\$ (?:\\S+=\\S+ )*warp-registrations ${name}\\b`, "u"));
  }
});
