import { expect, test } from "vitest";
import { generateWorld } from "./fleet.js";
import { readWorld } from "./world.js";

const size = { registrations: 2000, users: 800, seed: 1, revoked: 150 };

test("the same seed makes the same world, byte for byte, and another seed another one", () => {
  const bytes = JSON.stringify(generateWorld(size));
  expect(JSON.stringify(generateWorld(size))).toBe(bytes);
  expect(JSON.stringify(generateWorld({ ...size, seed: 2 }))).not.toBe(bytes);
});

test("a fleet has the numbers that were asked for, and is a world", () => {
  const world = readWorld(generateWorld(size));
  expect(world.registrations).toHaveLength(2000);
  expect(new Set(world.registrations.map(({ user }) => user?.email)).size).toBe(800);
  expect(world.registrations.filter(({ revoked_at }) => revoked_at != null)).toHaveLength(150);
});

test("some devices enrolled twice, with the same device id or with the same hardware only", () => {
  const { registrations, physical_devices: devices } = generateWorld(size);
  const ids = registrations.map(({ device }) => device.id);
  expect(new Set(ids).size).toBeLessThan(ids.length);
  const hardware = devices.flatMap(({ hardware_id }) => hardware_id ?? []);
  expect(new Set(hardware).size).toBeLessThan(hardware.length);
});

test("some serial numbers are null, and some are a vendor's default", () => {
  const serials = generateWorld(size).physical_devices.map(({ serial_number }) => serial_number);
  expect(serials).toContain(null);
  expect(serials).toContain("To Be Filled By O.E.M.");
});

test("no time is after now, and nothing was seen before it was created", () => {
  const now = "2025-01-01T00:00:00.000000Z";
  for (const row of generateWorld({ ...size, now }).registrations) {
    expect(row.created_at <= row.last_seen_at).toBe(true);
    expect(row.last_seen_at <= now).toBe(true);
    expect((row.revoked_at ?? now) <= now).toBe(true);
  }
});

test.each([
  [{ ...size, registrations: -1 }, "fleet: registrations: expected a whole number"],
  [{ ...size, users: 0 }, "fleet: users: at least 1"],
  [{ ...size, revoked: 2001 }, "fleet: revoked: at most the 2000 registrations, got 2001"],
])("numbers that cannot be are refused (%#)", (wrong, message) => {
  expect(() => generateWorld(wrong)).toThrow(message);
});
