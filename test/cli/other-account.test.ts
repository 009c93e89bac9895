/** `account` in the root file: an allowlist is for the accounts that it names, and for no other. */

import { afterEach, expect, test } from "vitest";
import { LIST, SMALL } from "../e2e/small-account.js";
import { startCliTrial, type CliTrial } from "./trial.js";

const OTHER = "f".repeat(32);

let trial: CliTrial;
afterEach(() => trial.end());

const start = async (account: (own: string) => string) => {
  trial = await startCliTrial(SMALL, {});
  trial.write(
    "allowlist.yaml",
    LIST.replace("version: 1", `version: 1\n${account(trial.simulator.accountId)}`),
  );
};

test.each(["plan", "drift", "explain alice-old", "accept alice-old"])(
  "%s refuses the allowlist of another account before anything is asked of this one",
  async (args) => {
    await start(() => `account: ${OTHER}`);
    const { code, out, err } = await trial.run(args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(
      `allowlist.yaml:2:10: this allowlist is for account ${OTHER}, but the run is for account ${trial.simulator.accountId} [allowlist/other-account]`,
    );
    expect(trial.simulator.log()).toEqual([]);
  },
);

test("an allowlist is for each account of its list, in either case", async () => {
  await start((own) => `account:\n  - ${OTHER}\n  - "${own.toUpperCase()}"`);
  expect((await trial.run("plan")).err).toBe("");
  expect((await trial.run(`plan --account ${"e".repeat(32)}`)).err).toContain(
    `is for 2 accounts (${OTHER}, …)`,
  );
});

test("what is not an account id is told in its place", async () => {
  await start(() => "account: YOUR-ACCOUNT-ID");
  expect((await trial.run("validate")).out).toContain(
    "allowlist.yaml:2:10: `YOUR-ACCOUNT-ID` is not an account id [allowlist/bad-value]",
  );
});
