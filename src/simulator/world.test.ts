import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readWorld, readWorldFile } from "./world.js";

const AT = "2026-10-01T08:00:00Z";
const registration = {
  id: "r1",
  key: "k1",
  device: { id: "d1", name: "" },
  created_at: AT,
  updated_at: AT,
  last_seen_at: AT,
};
const device = { id: "d1", name: "one", created_at: AT, updated_at: AT, last_seen_at: null };
const world = { account_id: "a1", registrations: [registration], physical_devices: [device] };

test("a world in the API's shapes is taken as it is, unknown fields of records too", () => {
  const more = { ...world, registrations: [{ ...registration, colour: "red" }] };
  expect(readWorld(more)).toEqual(more);
});

test("devices and settings may be missing", () => {
  expect(readWorld({ account_id: "a1", registrations: [] }).physical_devices).toEqual([]);
});

test.each([
  [[], "the world: expected an object, got []"],
  [{ ...world, registration: [] }, "registration: a world has account_id, registrations"],
  [{ ...world, account_id: "" }, 'account_id: expected text, got ""'],
  [{ ...world, registrations: {} }, "registrations: expected a list, got {}"],
  [{ ...world, registrations: [{ ...registration, id: 7 }] }, "registrations[0].id: expected text, got 7"],
  [
    { ...world, registrations: [{ ...registration, device: { name: "x" } }] },
    "registrations[0].device.id: expected text, got nothing",
  ],
  [
    { ...world, registrations: [{ ...registration, revoked_at: "today" }] },
    'registrations[0].revoked_at: expected an RFC 3339 time, got "today"',
  ],
  [
    { ...world, registrations: [{ ...registration, user: { email: 1 } }] },
    "registrations[0].user.email: expected text or null, got 1",
  ],
  [
    { ...world, registrations: [{ ...registration, policy: { id: "p", name: "P", updated_at: AT } }] },
    "registrations[0].policy.default: expected true or false",
  ],
  [{ ...world, registrations: [registration, registration] }, 'registrations[1].id: "r1" occurs twice'],
  [
    { ...world, physical_devices: [{ ...device, serial_number: 5 }] },
    "physical_devices[0].serial_number: expected text or null, got 5",
  ],
  [{ ...world, access_users: [{ email: "a@b" }] }, "access_users[0].id: expected text, got nothing"],
  [{ ...world, access_users: [{ id: "u" }, { id: "u" }] }, 'access_users[1].id: "u" occurs twice'],
  [
    { ...world, access_users: [{ id: "u", gateway_seat: "yes" }] },
    'access_users[0].gateway_seat: expected true or false, got "yes"',
  ],
  [
    { ...world, access_users: [{ id: "u", active_device_count: -1 }] },
    "access_users[0].active_device_count: expected a whole number, got -1",
  ],
  [
    { ...world, access_users: [{ id: "u", last_successful_login: "once" }] },
    'access_users[0].last_successful_login: expected an RFC 3339 time, got "once"',
  ],
  [
    { ...world, access_users: [{ id: "u", active_sessions: [{ metadata: {} }] }] },
    "access_users[0].active_sessions[0].metadata.nonce: expected text, got nothing",
  ],
  [
    { ...world, access_users: [{ id: "u", last_seen_identity: "x" }] },
    'access_users[0].last_seen_identity: expected an object, got "x"',
  ],
  [{ ...world, settings: { cursor: "page" } }, "settings.cursor: expected keyset|offset"],
])("a malformed world is refused with its place (%#)", (value, message) => {
  expect(() => readWorld(value)).toThrow(message);
});

test("a file that is missing, or no JSON, or no world, is named", () => {
  const file = join(mkdtempSync(join(tmpdir(), "world-")), "world.json");
  expect(() => readWorldFile(file)).toThrow(/world file .*world\.json: cannot be read/);
  writeFileSync(file, "{");
  expect(() => readWorldFile(file)).toThrow(/world\.json: not JSON/);
  writeFileSync(file, "{}");
  expect(() => readWorldFile(file)).toThrow(/world\.json: account_id: expected text/);
});
