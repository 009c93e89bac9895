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

test("Access users are those of the registrations, and what is known of them fits their devices", () => {
  const { registrations, access_users: users = [] } = readWorld(generateWorld(size));
  expect(users).toHaveLength(800);
  const latest = new Map<string, string>();
  for (const { user, last_seen_at } of registrations) {
    const id = user?.id ?? "";
    if (last_seen_at! > (latest.get(id) ?? "")) latest.set(id, last_seen_at!);
  }
  for (const user of users) {
    const theirs = registrations.filter((registration) => registration.user?.id === user.id);
    const last = theirs.find(({ last_seen_at }) => last_seen_at === latest.get(user.id));
    expect(user.email).toBe(last?.user?.email);
    expect(user.last_successful_login).toBe(latest.get(user.id));
    expect(user.last_seen_identity).toMatchObject({
      email: user.email,
      device_id: last?.device.id,
      user_uuid: user.id,
    });
    expect(theirs.every(({ created_at }) => created_at >= (user.created_at ?? ""))).toBe(true);
  }
  expect(users.filter(({ active_sessions: sessions = [] }) => sessions.length > 0).length).toBeGreaterThan(
    100,
  );
  expect(users.filter(({ failed_logins: logins = [] }) => logins.length > 0).length).toBeGreaterThan(10);
});

test("who has no device has been created, and never signed in", () => {
  const { access_users: users = [] } = readWorld(generateWorld({ registrations: 2, users: 5, seed: 3 }));
  expect(users.filter(({ gateway_seat }) => gateway_seat)).toHaveLength(2);
  expect(users.filter(({ last_successful_login }) => last_successful_login === undefined)).toHaveLength(3);
});

test("no time is after now, and nothing was seen before it was created", () => {
  const now = "2025-01-01T00:00:00.000000Z";
  for (const row of generateWorld({ ...size, now }).registrations) {
    expect(row.created_at <= row.last_seen_at!).toBe(true);
    expect(row.last_seen_at! <= now).toBe(true);
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
