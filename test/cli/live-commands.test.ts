/** `export`, `explain` and `accept` against a live account. */

import { afterEach, beforeEach, expect, test } from "vitest";
import type { World } from "../../src/simulator/index.js";
import { ACCOUNT, physicalDevice, registration } from "../support/world.js";
import { startCliTrial, TOKEN, type CliTrial, type Ended } from "./trial.js";

const BOB = "bob@example.com";
const WORLD: World = {
  account_id: ACCOUNT,
  registrations: [
    registration({ id: "r1", email: BOB, device: "d1", name: "BOB-THINKPAD" }),
    registration({
      id: "r2",
      email: BOB,
      device: "d2",
      created: "2026-04-01T00:00:00Z",
      lastSeen: "2026-04-20T00:00:00Z",
      revoked: "2026-04-21T00:00:00Z",
    }),
    registration({ id: "r3", email: "carol@example.com", device: "d3" }),
  ],
  physical_devices: [
    physicalDevice("d1", { serial_number: "PF3TQ9ZX" }),
    physicalDevice("d2", { serial_number: "PF3TQ9ZX" }),
    physicalDevice("d3", {}),
  ],
};

let trial: CliTrial;
const ended: Ended[] = [];
beforeEach(async () => {
  trial = await startCliTrial(WORLD, {});
});
afterEach(async () => {
  for (const { out, err } of ended.splice(0)) expect(out + err).not.toContain(TOKEN);
  await trial.end();
});

async function run(args: string): Promise<Ended> {
  const one = await trial.run(args);
  ended.push(one);
  return one;
}

test("what is exported of a live account is in sync with it", async () => {
  expect((await run("export --output allowlist.yaml")).code).toBe(0);
  const { code, out } = await run("plan --exit-code");
  expect(out).toContain("in sync");
  expect(code).toBe(0);
});

test("what is found as drift is accepted, and then there is none", async () => {
  trial.write("allowlist.yaml", `version: 1\npolicy: { unknownUsers: revoke }\nusers:\n  ${BOB}: []\n`);
  expect((await run("plan --exit-code")).code).not.toBe(0);
  expect((await run("explain r1")).out).toContain("accept r1");
  expect((await run("accept r1")).code).toBe(0);
  expect((await run("accept carol@example.com")).code).toBe(0);
  const { out } = await run("plan");
  expect(out).toContain("in sync");
});

test("evidence is asked for whatever is explained", async () => {
  trial.write("allowlist.yaml", `version: 1\nusers: { ${BOB}: [{ device: d1 }] }\n`);
  expect((await run("explain r1 --evidence")).out).toContain("\n  its user\n");
  expect((await run("explain r1")).out).not.toContain("\n  its user\n");
});
