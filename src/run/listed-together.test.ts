import { describe, expect, test } from "vitest";
import { physicalDevice, registration } from "../../test/support/world.js";
import type { CloudflareClient, PhysicalDevice, Registration } from "../cloudflare/index.js";
import { contradictionOf, type ListedTogether, listTogether } from "./listed-together.js";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const JUST_NOW = "2026-06-01T11:55:00Z";
const BOB = "bob@example.com";

const row = (id: string, more: Partial<Registration> = {}): Registration => ({
  ...registration({ id, email: BOB, device: `d-${id}` }),
  ...more,
});
const device = (id: string, active: number, more: Partial<PhysicalDevice> = {}): PhysicalDevice => ({
  ...physicalDevice(`d-${id}`, {}),
  active_registrations: active,
  ...more,
});
const many = <T>(make: (id: string) => T, count: number) =>
  Array.from({ length: count }, (_, at) => make(String(at)));

describe("a contradiction", () => {
  test.each<[string, ListedTogether, string]>([
    [
      "no registrations beside devices that count some",
      { registrations: [], devices: [device("a", 1), device("b", 2), device("c", 0)] },
      "devices that count active registrations: 2, of these without any in the list: 2 (d-a, d-b); active registrations in the list: 0",
    ],
    [
      "only revoked ones",
      { registrations: [row("a", { revoked_at: "2026-05-01T00:00:00Z" })], devices: [device("a", 1)] },
      "without any in the list: 1 (d-a); active registrations in the list: 0",
    ],
    [
      "a listing of registrations that was cut in its middle",
      { registrations: many(row, 4), devices: many((id) => device(id, 1), 9) },
      "devices that count active registrations: 9, of these without any in the list: 5 (d-4, d-5, d-6, …); active",
    ],
    [
      "no devices beside active registrations",
      { registrations: [row("a"), row("b")], devices: [] },
      "active registrations: 2, of these on devices that are not listed or count none: 2 (a, b); devices in the list: 0",
    ],
    [
      "devices that count none beside active registrations",
      { registrations: [row("a")], devices: [device("a", 0)] },
      "active registrations: 1, of these on devices that are not listed or count none: 1 (a); devices in the list: 1",
    ],
  ])("%s", (_, listed, why) => {
    expect(contradictionOf(listed, NOW)).toContain(why);
  });
});

describe("what may be so", () => {
  test.each<[string, ListedTogether]>([
    ["an empty account", { registrations: [], devices: [] }],
    ["a new account whose devices have all been revoked", { registrations: [], devices: [device("a", 0)] }],
    [
      "all are revoked, and no device counts one",
      { registrations: [row("a", { revoked_at: "2026-05-01T00:00:00Z" })], devices: [device("a", 0)] },
    ],
    ["both agree", { registrations: [row("a"), row("b")], devices: [device("a", 1), device("b", 1)] }],
    [
      "several registrations of one device",
      { registrations: [row("a"), { ...row("b"), device: row("a").device }], devices: [device("a", 2)] },
    ],
    [
      "a device that enrolled just now, and is in one listing alone",
      { registrations: [], devices: [device("a", 1, { created_at: JUST_NOW })] },
    ],
    ["a registration of just now", { registrations: [row("a", { created_at: JUST_NOW })], devices: [] }],
    [
      "a revocation of just now, which the count does not know yet",
      { registrations: [row("a", { revoked_at: JUST_NOW })], devices: [device("a", 1)] },
    ],
    [
      "a deletion of just now, where deleted rows are shown",
      { registrations: [row("a", { deleted_at: JUST_NOW })], devices: [device("a", 1)] },
    ],
    [
      "a deleted device",
      { registrations: [], devices: [device("a", 1, { deleted_at: "2026-05-01T00:00:00Z" })] },
    ],
    [
      "connectors and service tokens without a device",
      {
        registrations: [row("a", { user: { email: "warp_connector@t.cloudflareaccess.com" } })],
        devices: [],
      },
    ],
    [
      "browser extensions without a device",
      { registrations: [row("a", { registration_type: "browser_extension" })], devices: [] },
    ],
    [
      "who was not seen for a year",
      { registrations: [row("a", { last_seen_at: "2025-05-01T00:00:00Z" })], devices: [] },
    ],
    [
      "a count that is behind, of a few",
      { registrations: many(row, 5), devices: many((id) => device(id, 1), 9) },
    ],
  ])("%s", (_, listed) => {
    expect(contradictionOf(listed, NOW)).toBeUndefined();
  });
});

function clientOf(others: readonly Registration[] = []) {
  const sleeps: number[] = [];
  const asked: unknown[] = [];
  const client = {
    serverTime: () => NOW,
    clock: { now: () => 0, sleep: (ms: number) => Promise.resolve(void sleeps.push(ms)) },
    registrations: { listAll: (parameters: unknown) => Promise.resolve((asked.push(parameters), others)) },
  } as unknown as CloudflareClient;
  return { client, sleeps, asked };
}

const WHOLE = { registrations: [row("a")], devices: [device("a", 1)] };
const SHORT = { registrations: [], devices: [device("a", 1)] };

function script(...listings: readonly ListedTogether[]) {
  let made = 0;
  const list = () => Promise.resolve(listings[Math.min(made++, listings.length - 1)]!);
  return { list, made: () => made };
}

test("two that agree are listed once", async () => {
  const { list, made } = script(WHOLE);
  const { client, sleeps } = clientOf();
  expect(await listTogether(client, list)).toBe(WHOLE);
  expect([made(), sleeps]).toEqual([1, []]);
});

test("a contradiction that passes is none", async () => {
  const { list, made } = script(SHORT, WHOLE);
  const { client, sleeps } = clientOf();
  expect(await listTogether(client, list)).toBe(WHOLE);
  expect([made(), sleeps]).toEqual([2, [5_000]]);
});

test("one that stays is an error that says what each of them has", async () => {
  const { client } = clientOf();
  const failure = listTogether(client, script(SHORT).list);
  await expect(failure).rejects.toMatchObject({ code: "cloudflare/incomplete-listing" });
  await expect(failure).rejects.toThrow("without any in the list: 1 (d-a)");
});

test("registrations of a type that the listing hides explain the count", async () => {
  const { client, asked } = clientOf([row("a", { registration_type: "browser_extension" })]);
  expect(await listTogether(client, script(SHORT).list)).toBe(SHORT);
  expect(asked).toEqual([{ status: "all", registration_type: "browser_extension" }]);
});
