/** An account that is small enough to have in mind, and the allowlist that it is held against. */

import type { World } from "../../src/simulator/index.js";
import { ACCOUNT, physicalDevice, registration, type Sketch } from "../support/world.js";

const REVOKED = "2026-05-10T00:00:00.000000Z";

const SKETCHES: readonly Sketch[] = [
  { id: "alice-laptop", email: "alice@example.com", device: "d1", name: "ALICE-MBP" },
  { id: "alice-old", email: "alice@example.com", device: "d2", name: "ALICE-OLD" },
  { id: "bob-laptop", email: "bob@example.com", device: "d3", name: "BOB-THINKPAD", revoked: REVOKED },
  { id: "bob-tablet", email: "bob@example.com", device: "d4", name: "bob-ipad" },
  { id: "carol-laptop", email: "carol@example.com", device: "d5", name: "CAROL-MBA" },
  { id: "carol-gone", email: "carol@example.com", device: "d6", name: "CAROL-PC", revoked: REVOKED },
  { id: "erin-laptop", email: "erin@example.com", device: "d7", name: "ERIN" },
];

export const SMALL: World = {
  account_id: ACCOUNT,
  registrations: SKETCHES.map(registration),
  physical_devices: SKETCHES.map(({ device = "", name = "" }) =>
    physicalDevice(device, { name, serial_number: `SN-${device}`, hardware_id: `hw-${device}` }),
  ),
};

/** Due on the small account: revoke alice-old and carol-laptop, delete bob-tablet, unrevoke bob-laptop. */
export const LIST = `version: 1
users:
  alice@example.com:
    - serial: SN-d1
  bob@example.com:
    - serial: SN-d3
    - serial: SN-d4
      state: deleted
  carol@example.com: []
`;

/** Lets a plan of any size pass. */
export const NO_LIMITS = "guards: { revoke: { max: 1000, percent: 100 } }\n";

export const LISTED = { account: { world: SMALL }, files: { "allowlist.yaml": LIST } };
