import { physicalDevice } from "../../test/support/world.js";
import { ALICE, steps } from "../../test/support/world-steps.js";

const KNOWN = [physicalDevice("d1", { serial_number: "S-1", hardware_id: "H-1" })];
const LIVE = [{ id: "r1", email: ALICE, device: "d1", name: "L1" }];
const list = (...entries: readonly string[]) =>
  `users:\n  ${ALICE}:\n${entries.map((keys) => `    - ${keys}\n`).join("")}`;
/** Beyond eight entries they are looked up, and come in another order than they stand. */
const OTHERS = Array.from({ length: 8 }, (_, n) => `device: other-${n}`);

steps("of several entries that match, the strongest speaks", [
  {
    title: "though all is known of the hardware, and a weaker one stands first",
    allowlist: list("device: d1", "{ registration: r1, state: revoked }"),
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: revoke (entry) 5"],
  },
  {
    title: "though a weaker one stands last",
    allowlist: list("{ registration: r1, state: revoked }", "device: d1"),
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: revoke (entry) 4"],
  },
  {
    title: "among many, wherever it stands",
    allowlist: list("{ name: L1, state: revoked }", ...OTHERS, "registration: r1"),
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: keep (entry) 13"],
  },
  {
    title: "and of equal ones the first in the file, among few",
    allowlist: list("hardwareId: H-1", "serial: S-1"),
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: keep (entry) 4"],
  },
  {
    title: "and of equal ones the first in the file, among many",
    allowlist: list("hardwareId: H-1", "serial: S-1", ...OTHERS),
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: keep (entry) 4"],
  },
  {
    title: "and of equal ones in one line the one further left, among many",
    allowlist: `users: { ${ALICE}: [{ hardwareId: H-1, reason: first }, { serial: S-1, state: active }, ${OTHERS.map((keys) => `{ ${keys} }`).join(", ")}] }\n`,
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: keep (entry) 2"],
  },
  {
    title: "and of equal ones the one in the earlier line, however far right it stands",
    allowlist: `users:\n  ${ALICE}: [\n          { serial: S-1 },\n    { hardwareId: H-1 },\n  ]\n`,
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: keep (entry) 4"],
  },
  {
    title: "and a second registration of the user is asked of the same entries",
    allowlist: list("device: d1", ...OTHERS, 'nameGlob: "K*"'),
    live: [
      ...LIVE,
      { id: "r2", email: ALICE, device: "d2", name: "K2" },
      { id: "r3", email: ALICE, device: "d3" },
    ],
    devices: KNOWN,
    expect: ["r1: keep (entry) 4", "r2: keep (entry) 13", "r3: revoke (unlisted) 3"],
  },
]);

const ENROLLED = [
  {
    id: "old",
    email: ALICE,
    device: "d1",
    name: "L1",
    created: "2026-04-01T00:00:00Z",
    lastSeen: "2026-04-02T00:00:00Z",
  },
  { id: "new", email: ALICE, device: "d2", name: "L1", created: "2026-05-01T00:00:00Z" },
];
/** One machine, of which only the older registration tells the hardware id. */
const ONE_MACHINE = [
  physicalDevice("d1", { serial_number: "S1", hardware_id: "H1" }),
  physicalDevice("d2", { serial_number: "S1" }),
];
const byHardware = (entries: string) => `users:\n  ${ALICE}: [{ hardwareId: H1 }, ${entries}]\n`;

steps("an entry that allows a machine by what only its older registration tells", [
  {
    title: "does not spare it from what refuses the newest",
    allowlist: byHardware('{ nameGlob: "L*", state: deleted }'),
    live: ENROLLED,
    devices: ONE_MACHINE,
    expect: ["new: delete (entry) 3", "old: delete (entry) 3"],
  },
  {
    title: "adds no refusal by a glob where a name allows the newest, and speaks before it",
    allowlist: byHardware('{ name: L1 }, { nameGlob: "L*", state: deleted }'),
    live: ENROLLED,
    devices: ONE_MACHINE,
    expect: ["new: keep (entry) 3", "old: keep (entry) 3"],
  },
  {
    title: "does not settle what others say of the newest in contradiction",
    allowlist: byHardware('{ nameGlob: "*1" }, { nameGlob: "L*", state: deleted }'),
    live: ENROLLED,
    devices: ONE_MACHINE,
    expect: ["new: leave (contradiction) 3", "old: leave (contradiction) 3"],
  },
]);

steps("of several entries that apply at another time, the strongest is named", [
  {
    title: "though a weaker one stands first",
    allowlist: list("{ name: L1, expires: 2026-05-01 }", "{ device: d1, expires: 2026-05-02 }"),
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: revoke (expired) 5"],
  },
  {
    title: "also among many, which come in another order",
    allowlist: list("{ name: L1, expires: 2026-05-01 }", ...OTHERS, "{ device: d1, expires: 2026-05-02 }"),
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: revoke (expired) 13"],
  },
  {
    title: "and of equal ones the first in the file",
    allowlist: list("{ serial: S-1, expires: 2026-05-01 }", "{ hardwareId: H-1, expires: 2026-05-02 }"),
    live: LIVE,
    devices: KNOWN,
    expect: ["r1: revoke (expired) 4"],
  },
]);
