import { expect, test } from "vitest";
import type { OpenedAnswer } from "./envelope.js";
import { physicalDevicesOf } from "./physical-devices.js";
import type { Call } from "./transport.js";

const T = "2026-02-14T13:17:00Z";
const row = {
  id: "d1",
  name: "L",
  created_at: T,
  updated_at: T,
  last_seen_at: null,
  active_registrations: 0,
};

function setUp(result: unknown, resultInfo?: unknown) {
  const calls: Call[] = [];
  const send = (call: Call): Promise<OpenedAnswer> => {
    calls.push(call);
    return Promise.resolve({ status: 200, result, resultInfo });
  };
  const clock = {
    now: () => Date.parse(T),
    elapsed: () => 0,
    sleep: () => Promise.resolve(),
    random: () => 0,
  };
  const context = {
    transport: { send },
    accountId: "acc",
    clock,
    perPage: 50,
    chunkSize: 3,
    maxListings: 1,
    maxPages: 100,
    maxRecords: 1_000,
  };
  return { calls, devices: physicalDevicesOf(context) };
}

test("every list parameter goes out under its wire name, in a stable order", async () => {
  const { calls, devices } = setUp([row], { count: 1, cursor: "" });
  const listed = await devices.listAll({
    per_page: 7,
    include: "last_seen_registration.policy",
    seen_before: "b",
    seen_after: "a",
    search: "s",
    active_registrations: "include",
    "last_seen_registration.policy.id": "p",
    "last_seen_user.email": "a@example.com",
    id: ["d1", "d2"],
  });
  expect(listed).toEqual([row]);
  expect(calls).toEqual([
    {
      method: "GET",
      path: "/accounts/acc/devices/physical-devices",
      query:
        "id=d1&id=d2&last_seen_user.email=a%40example.com&last_seen_registration.policy.id=p" +
        "&active_registrations=include&search=s&seen_after=a&seen_before=b&sort_by=id&sort_order=asc" +
        "&include=last_seen_registration.policy&per_page=7",
    },
  ]);
});

test("get names the device in the path and checks the record", async () => {
  const { calls, devices } = setUp(row);
  expect(await devices.get("d/1")).toEqual(row);
  expect(calls[0]?.path).toBe("/accounts/acc/devices/physical-devices/d%2F1");
  await expect(setUp({ ...row, name: null }).devices.get("d1")).rejects.toThrow("d1 lacks name");
});

test("a text that a device tells never passes for an object of another one", async () => {
  const user = { id: "u1", email: "ann@example.com" };
  const rows = [
    { ...row, model: JSON.stringify(user) },
    { ...row, id: "d2", last_seen_user: user },
    { ...row, id: "d3", last_seen_user: { ...user }, model: JSON.stringify(user) },
  ];
  const { devices } = setUp(structuredClone(rows), { count: 3, cursor: "" });
  expect(await devices.listAll({})).toEqual(rows);
});
