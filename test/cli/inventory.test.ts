import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatInventory, type InventoryFile } from "../../src/cli/files.js";
import { startSimulator, type World } from "../../src/simulator/index.js";
import { LIST } from "../e2e/small-account.js";
import { ACCOUNT, physicalDevice, registration } from "../support/world.js";
import { type CliTrial, NOW, startCliTrial } from "./trial.js";

/** Two devices of one serial, one with a vendor's default, one without registrations, and all that names somebody. */
const SKETCHES = [
  { id: "r1", email: "Ann.Smith@Acme.test", device: "d1", name: "ANN-MBP" },
  { id: "r2", email: "ann.smith@acme.test", device: "d2", name: "ANN-MBP" },
  { id: "r3", email: "joe@acme.test", device: "d3", name: "JOE-PC", revoked: "2026-05-10T00:00:00Z" },
  { id: "r4", email: "warp_connector@acme.cloudflareaccess.com", device: "d4", name: "SITE" },
];
const WORLD: World = {
  account_id: ACCOUNT,
  registrations: SKETCHES.map((sketch, at) => ({
    ...registration(sketch),
    key: `secret-key-${at}`,
    virtual_ipv4: `100.96.0.${at + 1}`,
    virtual_ipv6: `2606:4700:cf1::${at + 1}`,
    policy: {
      id: "p1",
      name: "Engineers",
      default: false,
      deleted: false,
      updated_at: "2026-01-01T00:00:00Z",
    },
  })),
  physical_devices: [
    ...SKETCHES.map(({ device, name }, at) =>
      physicalDevice(device, {
        name,
        serial_number: ["C02XTWIN", "C02XTWIN", "To Be Filled By O.E.M.", "SITE-SERIAL"][at] ?? null,
        hardware_id: `hardware-${at}`,
        mac_address: `aa:bb:cc:dd:ee:0${at}`,
        public_ip: at === 0 ? "2001:db8:77::1" : `203.0.113.${at}`,
        last_seen_user: { id: "u-joe", email: "joe@acme.test", name: "Joe Doe" },
      }),
    ),
    physicalDevice("d5", { name: "STORED", serial_number: "STORE-1" }),
  ],
};
const NAMING = [
  ...["ann", "smith", "joe", "doe", "acme", "MBP", "JOE-PC", "SITE", "STORE", "Engineers", "C02XTWIN"],
  ...[
    "secret-key",
    "100.96.0.",
    "2606:4700:",
    "hardware-",
    "aa:bb:cc:dd",
    "203.0.113.",
    "2001:db8:77:",
    "u-joe",
    ACCOUNT,
  ],
];

let trial: CliTrial;
beforeEach(async () => {
  trial = await startCliTrial(WORLD, { "allowlist.yaml": LIST });
});
afterEach(() => trial.end());

test("an inventory holds no control or bidirectional character as it is, and reads as the account has it", () => {
  const name = "A\u009b2J\u202eB";
  const registrations = [registration({ id: "r1", email: "ann@acme.test", name })];
  const [takenAt, redacted] = ["2026-06-01T12:00:00Z", false];
  const text = [
    ...formatInventory({
      ...({ kind: "warp-inventory", version: 1 } as const),
      ...{ account: ACCOUNT, takenAt, redacted, registrations, devices: [] },
    }),
  ].join("");
  expect(text).not.toMatch(/[^\n\P{C}]/u);
  expect((JSON.parse(text) as InventoryFile).registrations[0]?.device.name).toBe(name);
});

function inventory(file: string): InventoryFile {
  return JSON.parse(trial.read(file)) as InventoryFile;
}

test("everything is saved, for the owner only: revoked registrations, devices without any, profiles", async () => {
  const { code, err } = await trial.run("inventory --output i.json");
  expect([code, err]).toEqual([0, "saved 4 registrations and 5 physical devices to i.json\n"]);
  expect(statSync(join(trial.folder, "i.json")).mode & 0o777).toBe(0o600);
  const { registrations, devices } = inventory("i.json");
  expect(registrations.map(({ id, revoked_at }) => [id, revoked_at != null])).toEqual([
    ["r1", false],
    ["r2", false],
    ["r3", true],
    ["r4", false],
  ]);
  expect(registrations[0]?.policy?.name).toBe("Engineers");
  expect(devices.map(({ id }) => id)).toEqual(["d1", "d2", "d3", "d4", "d5"]);
});

test("redacted, nothing names anybody, and everything hangs together as before", async () => {
  await trial.run("inventory --redact --access-users --output r.json");
  const text = trial.read("r.json");
  for (const word of NAMING) expect(text.toLowerCase()).not.toContain(word.toLowerCase());
  const { registrations, devices, accessUsers, redacted } = inventory("r.json");
  expect(redacted).toBe(true);
  const [r1, r2, r3, r4] = registrations;
  expect(r1?.user?.email).toBe(r2?.user?.email);
  expect(r1?.user?.email?.split("@")[1]).toBe(r3?.user?.email?.split("@")[1]);
  expect(r3?.user?.email).not.toBe(r1?.user?.email);
  expect(r4?.user?.email).toMatch(/\.cloudflareaccess\.com$/u);
  expect(registrations.map(({ device }) => device.id)).toEqual(devices.slice(0, 4).map(({ id }) => id));
  expect(registrations.map(({ device }) => device.name)).toEqual(devices.slice(0, 4).map(({ name }) => name));
  const [d1, d2, d3, d4] = devices.map(({ serial_number }) => serial_number);
  expect([d1 === d2, d1 === d4]).toEqual([true, false]);
  expect(d3).toBe("To Be Filled By O.E.M.");
  expect(devices[0]?.last_seen_user?.email).toBe(r3?.user?.email);
  expect(accessUsers?.map(({ email }) => email)).toContain(r3?.user?.email);
  expect(r3?.revoked_at).toBe("2026-05-10T00:00:00Z");
});

test("two redactions of one account have nothing in common", async () => {
  await trial.run("inventory --output i.json");
  const emails = [];
  for (const file of ["a.json", "b.json"]) {
    await trial.run(`inventory --inventory i.json --redact --output ${file}`);
    emails.push(inventory(file).registrations[0]?.user?.email);
  }
  expect(emails[0]).not.toBe(emails[1]);
});

test("a redacted inventory makes the same findings about hardware", async () => {
  const list =
    "version: 1\nscope: { registrationTypes: [warp] }\npolicy: { superseded: report }\nusers: { a@b.example: [] }\n";
  trial.write("allowlist.yaml", list);
  await trial.run("inventory --redact --output r.json");
  const { out } = await trial.run("plan --inventory r.json");
  expect(out).toContain("vendor's default");
  expect(out).toContain("are both in use");
});

test("the simulator serves an inventory, and an inventory of that is the same", async () => {
  await trial.run("inventory --output i.json");
  const { account, registrations, devices } = inventory("i.json");
  const simulator = await startSimulator({
    world: { account_id: account, registrations, physical_devices: devices },
    now: NOW,
  });
  await trial.run("inventory --output again.json", { env: { CLOUDFLARE_BASE_URL: simulator.url } });
  await simulator.close();
  expect(inventory("again.json")).toEqual(inventory("i.json"));
});

test.each([
  ["", "i.json:1:1: not JSON: expected a value"],
  ['{\n  "a": 1,\n}', 'i.json:3:1: not JSON: expected a key in double quotes and ":"'],
  ["[]", "i.json: is not an inventory"],
  ["null", "i.json: is not an inventory"],
  [
    `{"kind":"${"x".repeat(8_000_000)}",`,
    'i.json:1:8000012: not JSON: expected a key in double quotes and ":"',
  ],
  ['{"kind":"warp-inventory","version":9}', "version: the inventory has version 9, but"],
  [
    '{"kind":"warp-inventory","version":1,"account":"a","takenAt":"noon"}',
    "takenAt: expected an RFC 3339 time",
  ],
  [
    '{"kind":"warp-inventory","version":1,"account":"a","takenAt":"2026-01-01T00:00:00Z","registrations":{}}',
    "registrations: expected a list",
  ],
  [
    '{"kind":"warp-inventory","version":1,"account":"a","takenAt":"2026-01-01T00:00:00Z","registrations":[{"id":"x"}]}',
    "i.json: registrations[0]: The registration x lacks key",
  ],
])("a file that is not an inventory is told by its place: %s", async (text, message) => {
  trial.write("i.json", text);
  const { code, err, out } = await trial.run("plan --inventory i.json");
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain(`error: ${message.startsWith("i.json") ? message : "i.json: "}`);
  expect(err).toContain(message);
});

test("an id that is there twice is not an inventory", async () => {
  await trial.run("inventory --output i.json");
  trial.write("i.json", trial.read("i.json").replace('"id":"r2"', '"id":"r1"'));
  expect((await trial.run("plan --inventory i.json")).err).toContain(
    "registrations[1]: the same id as registrations[0]",
  );
});

test("the inventory of another account than the one that was asked for is refused", async () => {
  await trial.run("inventory --output i.json");
  const { code, err } = await trial.run("plan --inventory i.json --account another");
  expect(code).toBe(1);
  expect(err).toContain(`is an inventory of account ${ACCOUNT}, but --account is another`);
});
