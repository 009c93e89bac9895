import { describe, expect, test } from "vitest";
import { readAccessUser, readPhysicalDevice, readRegistration } from "./collection.js";

const T = "2026-02-14T13:17:00.123456Z";
const registration = {
  id: "r1",
  key: "k",
  device: { id: "d1", name: "" },
  created_at: T,
  updated_at: T,
  last_seen_at: T,
};
const device = {
  id: "d1",
  name: "L",
  created_at: T,
  updated_at: T,
  last_seen_at: null,
  active_registrations: 0,
};

test("what is whole passes as it came, unknown fields too", () => {
  const more = { ...registration, brand_new: { a: 1 } };
  expect(readRegistration(more)).toBe(more);
  expect(readPhysicalDevice(device)).toBe(device);
});

test.each([
  ["id", { ...registration, id: "" }],
  ["key", { ...registration, key: undefined }],
  ["device.id", { ...registration, device: { name: "L" } }],
  ["device.id", { ...registration, device: { id: "", name: "L" } }],
  ["device.name", { ...registration, device: { id: "d1" } }],
  ["created_at", { ...registration, created_at: "yesterday" }],
  ["updated_at", { ...registration, updated_at: null }],
  ["last_seen_at", { ...registration, last_seen_at: undefined }],
  ["last_seen_at", { ...registration, last_seen_at: "never" }],
  ["created_at", { ...registration, created_at: "0001-01-01T00:00:00Z" }],
])("a registration without %s is refused by its id", (field, record) => {
  const who = field === "id" ? "A registration" : "The registration r1";
  expect(() => readRegistration(record)).toThrow(
    expect.objectContaining({ code: "cloudflare/bad-record" }) as Error,
  );
  expect(() => readRegistration(record)).toThrow(who);
  expect(() => readRegistration(record)).toThrow(` ${field}, which`);
});

test.each(["name", "created_at", "updated_at", "active_registrations"])(
  "a device without %s is refused",
  (field) => {
    expect(() => readPhysicalDevice({ ...device, [field]: undefined })).toThrow(
      `The physical device d1 lacks ${field}`,
    );
  },
);

test("a device that was never seen may say so by leaving the field out", () => {
  const never: Record<string, unknown> = { ...device };
  delete never.last_seen_at;
  expect(readPhysicalDevice(never).last_seen_at).toBeNull();
  expect(() => readPhysicalDevice({ ...device, last_seen_at: 7 })).toThrow("unusable last_seen_at");
});

test.each([null, "x", 7, []])("%j is no record", (value) => {
  expect(() => readRegistration(value)).toThrow("A registration lacks id");
});

test("an id is shown escaped", () => {
  expect(() => readRegistration({ id: "<{%\n" })).toThrow("The registration \\u{3c}{%\\n lacks key");
});

test.each([
  ["revoked_at", ""],
  ["deleted_at", ""],
  ["user.email", 5],
])("a registration whose %s cannot be read stops, since it decides", (field, value) => {
  const whole = {
    ...registration,
    ...(field === "user.email" ? { user: { email: value } } : { [field]: value }),
  };
  expect(() => readRegistration(whole)).toThrow(`an unusable ${field}`);
});

describe.each([
  "0001-01-01T00:00:00Z",
  "1970-01-01T00:00:00.000000Z",
  "1970-01-01T01:00:00+01:00",
  "1970-06-01T00:00:00Z",
])("a time that is none, %s, is read as null", (none) => {
  test.each(["revoked_at", "deleted_at", "last_seen_at"] as const)("of a registration: %s", (field) => {
    expect(readRegistration({ ...registration, [field]: none })).toEqual({ ...registration, [field]: null });
  });

  test.each(["deleted_at", "last_seen_at"] as const)("of a device: %s", (field) => {
    expect(readPhysicalDevice({ ...device, [field]: none })).toEqual({ ...device, [field]: null });
  });

  test.each(["last_successful_login", "created_at"] as const)("of an Access user: %s", (field) => {
    expect(readAccessUser({ id: "u1", [field]: none })).toEqual({ id: "u1", [field]: null });
  });
});

test("a real time stays, however old the machine's clock thinks it is", () => {
  const seen = { ...registration, last_seen_at: "2018-01-01T00:00:00Z", revoked_at: T };
  expect(readRegistration(seen)).toBe(seen);
});

test("a registration that was never seen may say so with null", () => {
  expect(readRegistration({ ...registration, last_seen_at: null }).last_seen_at).toBeNull();
});

test.each([
  ["2026-02-28T23:59:59.999999999Z", true],
  ["2024-02-29T00:00:00Z", true],
  ["2026-06-01T08:00:00+02:00", true],
  ["2026-13-01T00:00:00Z", false],
  ["2026-00-10T00:00:00Z", false],
  ["2026-01-32T00:00:00Z", false],
  ["2026-01-00T00:00:00Z", false],
  ["2026-01-01T25:00:00Z", false],
  ["2026-01-01T00:60:00Z", false],
  ["2026-01-01T00:00:00Z!", false],
])("whether %s is a time: %s", (updated_at, isTime) => {
  const read = () => readRegistration({ ...registration, updated_at });
  if (isTime) expect(read().updated_at).toBe(updated_at);
  else expect(read).toThrow("unusable updated_at");
});
