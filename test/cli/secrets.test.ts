/** No sink of any command shows eight characters of the token in a row, wherever they came from. */

import { readdirSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatNames } from "../../src/report/formats.js";
import { ACCOUNT, registration } from "../support/world.js";
import { type CliTrial, startCliTrial, TOKEN } from "./trial.js";

/** What somebody got hold of, and put where it is shown. */
const PART = TOKEN.slice(3, 15);
const WORLD = {
  account_id: ACCOUNT,
  registrations: [
    registration({ id: "r1", email: "alice@example.com", device: "d1", name: `ALICE ${PART}` }),
    registration({ id: "r2", email: `${PART}@example.com`, device: "d2" }),
  ],
  physical_devices: [],
};
const LIST = "version: 1\nusers: { alice@example.com: [] }\nguards: { revoke: { percent: 100 } }\n";

let trial: CliTrial;
beforeEach(async () => {
  trial = await startCliTrial(WORLD, { "allowlist.yaml": LIST });
});
afterEach(() => trial.end());

test.each([
  ...formatNames.map((format) => `plan --format ${format}`),
  ...formatNames.map((format) => `plan --output ${format}=out.${format}`),
  "drift --write-baseline b.yaml --history h.json",
  "explain r1",
  "explain r1 --format json",
  "export",
  "export --split user --directory .",
  "inventory",
  "inventory --output i.json",
  "accept r1 --note note",
  "plan --account other",
])("%s", async (args) => {
  const { out, err } = await trial.run(args);
  const files = readdirSync(trial.folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.[a-z]+$/u.test(file),
  );
  const shown = [out, err, ...files.map((file) => trial.read(file))].join("\n");
  expect(shown.length).toBeGreaterThan(LIST.length + 40);
  for (let at = 0; at + 8 <= TOKEN.length; at += 1) expect(shown).not.toContain(TOKEN.slice(at, at + 8));
});

test("what the API echoes, cut short, is in no error", async () => {
  const message = `cannot read ${TOKEN.slice(0, 16)}…`;
  trial.simulator.addFaults({ kind: "status", status: 400, code: 1, message });
  const { code, err } = await trial.run("plan");
  expect(code).toBe(1);
  expect(err).toContain("cannot read [API token]…");
});
