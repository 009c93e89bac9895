import { expect, test } from "vitest";
import { ACCOUNT, NOW, allowlist, registration } from "../../test/support/world.js";
import { makePlan } from "./plan.js";

const list = allowlist("version: 1\nusers:\n  alice@example.com: []\n");
const live = [
  registration({ id: "a", email: "alice@example.com" }),
  registration({ id: "b", email: "alice@example.com" }),
  registration({ id: "c", email: "carol@example.com" }),
];
const of = (account: string, registrations = live) =>
  makePlan(list, { account, registrations }, NOW).fingerprint;
const [a, b, c] = live as [(typeof live)[0], (typeof live)[0], (typeof live)[0]];

test("the same acts have the same fingerprint, in whatever order they are listed", () => {
  expect(of(ACCOUNT, [c, b, a])).toBe(of(ACCOUNT));
  expect(of(ACCOUNT)).toMatch(/^[0-9a-f]{16}$/u);
});

test("a registration that no act touches does not matter", () => {
  expect(of(ACCOUNT, [a, b])).toBe(of(ACCOUNT));
});

test.each([
  ["another account", of("ffffffffffffffffffffffffffffffff")],
  ["an act less", of(ACCOUNT, [a, c])],
  ["a registration that changed since", of(ACCOUNT, [a, { ...b, updated_at: "2026-06-01T00:00:00Z" }, c])],
  ["another id", of(ACCOUNT, [a, { ...b, id: "z" }, c])],
])("%s has another fingerprint", (_, other) => {
  expect(other).not.toBe(of(ACCOUNT));
});

test("an act on an active registration is another than on a revoked one", () => {
  const deleting = allowlist("version: 1\npolicy: { unlisted: delete }\nusers:\n  alice@example.com: []\n");
  const [active, revoked] = [a, { ...a, revoked_at: a.updated_at }].map(
    (one) => makePlan(deleting, { account: ACCOUNT, registrations: [one] }, NOW).fingerprint,
  );
  expect(active).not.toBe(revoked);
});
