import { expect, test } from "vitest";
import { ACCOUNT, allowlist, NOW, registration } from "../../test/support/world.js";
import type { Inventory } from "../reconcile/plan.js";
import { documentOf, reconcile } from "./reconcile.js";

const TOKEN = "v1Kq8ZrT3mXw9LpB6nYc2HdG5sJf7QaE0uRiOk4V";
const TERMS = { account: ACCOUNT, env: {}, now: NOW };
const list = (inventory: Partial<Inventory>) => () =>
  Promise.resolve({ account: ACCOUNT, registrations: [], ...inventory });

test.each([
  [1_500, "the acts of this run take about 1,500 requests, 2 budgets of 1,200, 6 minutes"],
  [5, undefined],
])("before a run over %i Access users its cost is a note", async (count, said) => {
  const users = Array.from({ length: count }, (_, at) => `  u${at}@example.com: {}`).join("\n");
  const wanted = allowlist(`version: 1\nusers: { bob@example.com: [] }\naccessUsers:\n${users}\n`);
  const { notes } = await reconcile(wanted, list({ accessUsers: [] }), TERMS);
  expect(notes.map((note) => note.split(";")[0])).toEqual(said === undefined ? [] : [said]);
});

test("a report holds no part of the token, whatever a device is called", async () => {
  const live = registration({ id: "r1", email: "bob@example.com", name: `PC ${TOKEN.slice(3, 19)}` });
  const wanted = allowlist("version: 1\nusers: { bob@example.com: [] }\n");
  const plan = await reconcile(wanted, list({ registrations: [live] }), TERMS);
  const env = { CLOUDFLARE_API_TOKEN: TOKEN };
  const [decision] = documentOf(plan, { env, generatedAt: NOW, run: false }).decisions;
  expect(decision?.registration.device.name).toBe("PC [API token]");
});
