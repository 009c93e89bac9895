/** Which registrations are one device, told by what is decided of them. */

import { expect, test } from "vitest";
import {
  bob,
  BOB,
  BOTH_TYPES,
  EVE,
  IN_USE,
  LATELY,
  LONG_AGO,
  machine,
  R1,
  R2,
  stories,
} from "../../test/support/stories.js";
import { HEAD } from "../../test/support/world-steps.js";
import { ACCOUNT, allowlist, NOW, registration, type Sketch } from "../../test/support/world.js";
import type { PhysicalDevice } from "../cloudflare/types.js";
import { indexHardware } from "./hardware.js";
import {
  candidatesOf,
  formDevices,
  haveTwoHardwareIds,
  haveTwoSerials,
  isIdentified,
  newestOf,
} from "./people.js";
import { makePlan } from "./plan.js";

const GATEWAY = "warp_connector@team.cloudflareaccess.com";
/** Whose newest registration is allowed, and whose older ones are deleted. */
const TIDY = bob("superseded: delete", '{ nameGlob: "*" }');

stories("registrations are one device", [
  {
    title: "where they have one device id",
    allowlist: TIDY,
    live: [R1, R2],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "where they have one usable serial, though the device id is another",
    allowlist: TIDY,
    live: [R1, { ...R2, device: "d2" }],
    devices: [machine("d1", "SN1", null), machine("d2", "SN1", null)],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "where they have one serial or hardware id in other letters",
    allowlist: TIDY,
    live: [R1, { ...R2, device: "d2" }, { ...R2, id: "r3", device: "d3", created: "2026-03-02T00:00:00Z" }],
    devices: [
      machine("d1", "sn-1a", null),
      machine("d2", "SN-1A", "11112222-3333-4444-5555-6666777788aa"),
      machine("d3", null, "111122223333444455556666777788AA"),
    ],
    untouched: ["r3"],
    expect: ["r1: delete (superseded)", "r2: stays", "r3: keep (entry)"],
  },
  {
    title: "where they have one usable hardware id, though one row tells no serial",
    allowlist: TIDY,
    live: [R1, { ...R2, device: "d2" }],
    devices: [machine("d1", "SN1", "H1"), machine("d2", null, "H1")],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "where each shares something with a third",
    allowlist: TIDY,
    live: [
      { ...R1, lastSeen: "2026-01-01T12:00:00Z" },
      { ...R2, id: "r3", device: "d3" },
      { ...R1, id: "r2", device: "d2", created: "2026-01-02T00:00:00Z" },
    ],
    devices: [machine("d1", "SN1", null), machine("d2", "SN1", "H1"), machine("d3", null, "H1")],
    expect: ["r1: delete (superseded)", "r2: delete (superseded)", "r3: keep (entry)"],
  },
  {
    title: "never by their names",
    allowlist: TIDY,
    live: [R1, { ...R2, device: "d2" }],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
  },
  {
    title: "of one person only, though they share the machine",
    allowlist: `${TIDY}  ${EVE}: [{ nameGlob: "*" }]\n`,
    live: [R1, { ...R2, email: EVE }],
    devices: [machine("d1", "SN1")],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
  },
  {
    title: "of one person, however the e-mail is written",
    allowlist: TIDY,
    live: [R1, { ...R2, email: "Bob@X.co" }],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "of one type only: a client and a browser extension are both in use",
    allowlist: BOTH_TYPES + TIDY,
    live: [R1, { ...R2, type: "browser_extension" }],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
  },
  {
    title: "of one type where one does not tell it, which means warp",
    allowlist: TIDY,
    live: [R1, { ...R2, type: "warp" }],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "formed over the whole account: what is newest is known beyond the device profiles in scope",
    allowlist: `scope: { policyIds: [p1] }\n${bob("unlisted: revoke", "{ serial: SN1 }")}`,
    live: [
      { ...R1, policy: "p1", revoked: LONG_AGO },
      { ...R2, policy: "p2" },
    ],
    devices: [machine("d1", "SN1")],
    expect: ["r1: leave (older)"],
    then: [{ when: "in sync", expect: ["r1: leave (older)"] }],
  },
]);

stories("a value that a vendor left joins nothing", [
  ...["To Be Filled By O.E.M.", "Default string", "00000000", "FFFFFFFF", "System Serial Number"].map(
    (serial) => ({
      title: `the serial ${serial}`,
      allowlist: TIDY,
      live: [R1, { ...R2, device: "d2" }],
      devices: [machine("d1", serial, null), machine("d2", serial, null)],
      expect: ["r1: keep (entry)", "r2: keep (entry)"],
    }),
  ),
  ...[
    "03000200-0400-0500-0006-000700080009",
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ].flatMap((hardware) =>
    (["as a hardware id", "as a serial"] as const).map((where) => ({
      title: `${hardware} ${where}`,
      allowlist: TIDY,
      live: [R1, { ...R2, device: "d2" }],
      devices: ["d1", "d2"].map((id) =>
        where === "as a serial" ? machine(id, hardware, null) : machine(id, null, hardware),
      ),
      expect: ["r1: keep (entry)", "r2: keep (entry)"],
    })),
  ),
  {
    title: "both at once, on two machines that are in use",
    allowlist: TIDY,
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...R2, device: "d2" },
    ],
    devices: ["d1", "d2"].map((id) => machine(id, "Default string", "03000200-0400-0500-0006-000700080009")),
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
  },
]);

/** One machine of two serials, or one registration that was seen after the other one had enrolled. */
stories("registrations that share a value are two machines", [
  {
    title: "where both tell different usable serials, whatever the hardware id says",
    allowlist: TIDY,
    live: [R1, { ...R2, device: "d2" }],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN2", "H1")],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
    told: ["r1 r2"],
  },
  {
    title: "where the older one was seen more than an hour after the newer one had enrolled",
    allowlist: TIDY,
    live: [
      { ...R1, lastSeen: "2026-03-01T01:00:01Z" },
      { ...R2, device: "d2" },
    ],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1")],
    expect: ["r1: keep (entry)", "r2: keep (entry)"],
    told: ["r1 r2"],
  },
  {
    title: "but not where it was seen for no more than an hour: clocks, and the hand-over, take that long",
    allowlist: TIDY,
    live: [
      { ...R1, lastSeen: "2026-03-01T01:00:00Z" },
      { ...R2, device: "d2" },
    ],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1")],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "by times, not by texts",
    allowlist: TIDY,
    live: [
      { ...R1, lastSeen: "2026-03-01T03:00:00+02:00" },
      { ...R2, device: "d2" },
    ],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1")],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
  },
  {
    title: "the newer one of two clones that is revoked is not let in: which of them it is, nobody knows",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }"),
    live: [
      { ...R1, lastSeen: IN_USE },
      { ...R2, device: "d2", revoked: LATELY, lastSeen: "2026-05-24T00:00:00Z" },
    ],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1")],
    expect: ["r1: keep", "r2: stays"],
    told: ["r1 r2"],
    then: [
      {
        when: "a quarter later: a doubt does not end by itself",
        now: "2026-09-01T00:00:00Z",
        untouched: ["r1", "r2"],
      },
    ],
  },
  {
    title: "neither of two clones is let in where both are revoked",
    allowlist: bob("unlisted: revoke", "{ serial: SN1 }"),
    live: [
      { ...R1, revoked: LATELY, lastSeen: "2026-05-24T00:00:00Z" },
      { ...R2, device: "d2", revoked: LATELY, lastSeen: "2026-05-24T00:00:00Z" },
    ],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1")],
    untouched: ["r1", "r2"],
    told: ["r1 r2"],
  },
  {
    title: "and a later enrolment that agrees with one of them in serial and hardware id is that one's",
    allowlist: bob("superseded: delete", "{ serial: SN1 }, { serial: SN2 }"),
    live: [
      { ...R1, lastSeen: "2026-04-01T00:00:00Z" },
      { ...R2, device: "d2", lastSeen: IN_USE },
      { ...R2, id: "r3", device: "d3", created: "2026-05-01T00:00:00Z" },
    ],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN2", "H1"), machine("d3", "SN1", "H1")],
    expect: ["r1: delete (superseded)", "r2: keep (entry)", "r3: keep (entry)"],
  },
]);

stories("what belongs to nobody", [
  {
    title: "is joined by device id only: two connectors made from one template both stay",
    allowlist: `policy: { noUser: report, superseded: delete, maxDevices: 1, overMaxDevices: delete }\nusers:\n  ${BOB}: []\n`,
    live: [
      { ...R1, email: GATEWAY },
      { ...R2, email: GATEWAY, device: "d2" },
    ],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1")],
    expect: ["r1: leave (no-user)", "r2: leave (no-user)"],
  },
  ...[
    ["superseded", "superseded: delete"],
    ["stale", "stale: { after: 30d, action: delete, includeListed: true }"],
    ["max-devices", "maxDevices: 1, overMaxDevices: delete"],
    ["revoked-age", "revoked: { after: 30d, includeListed: true }"],
  ].flatMap(([rule, policy]) =>
    [GATEWAY, "non_identity@team.cloudflareaccess.com", undefined].map((email) => ({
      title: `is no matter of ${rule} (${email ?? "no e-mail"})`,
      allowlist: `policy: { noUser: report, ${policy} }\nusers:\n  ${BOB}: []\n`,
      live: [R1, { ...R2, lastSeen: LONG_AGO }, { ...R2, id: "r3", device: "d3", revoked: LONG_AGO }].map(
        ({ email: _, ...one }) => (email === undefined ? one : { ...one, email }),
      ),
      untouched: ["r1", "r2", "r3"],
    })),
  ),
  {
    title: "is decided by noUser all the same",
    allowlist: `policy: { noUser: revoke }\nusers:\n  ${BOB}: []\n`,
    live: [{ ...R1, email: GATEWAY }],
    expect: ["r1: revoke (no-user)"],
  },
]);

/** The age of a gateway says nothing of its life: nobody refreshes `last_seen_at`. */
stories("a gateway that was not seen for 93 days", [
  {
    title: "is not deleted by age",
    allowlist: `policy: { noUser: report, stale: { after: 30d, action: delete } }\nusers:\n  ${BOB}: []\n`,
    live: [{ ...R1, email: GATEWAY, name: "berlin-gateway" }],
    expect: ["r1: leave (no-user)"],
  },
]);

const skewed = (id: string, lastSeen: string, more: object = {}) => ({
  ...R1,
  ...more,
  id,
  device: `d-${id}`,
  lastSeen,
});

stories("times are times, everywhere", [
  {
    title: "a later fraction of a second is seen later, so that it is cut off first",
    allowlist: `limits: { perRun: 1 }\nusers:\n  ${BOB}: []\n`,
    live: [skewed("a", "2026-05-31T08:00:00Z"), skewed("b", "2026-05-31T08:00:00.5Z")],
    untouched: ["a"],
  },
  {
    title: "an offset is no later hour",
    allowlist: `limits: { perRun: 1 }\nusers:\n  ${BOB}: []\n`,
    live: [skewed("a", "2026-05-31T09:00:00+02:00"), skewed("b", "2026-05-31T08:00:00Z")],
    untouched: ["a"],
  },
  {
    title: "a newer enrolment is newer by its time",
    allowlist: bob("superseded: delete", "{ device: d1 }"),
    live: [
      { ...R1, id: "a", created: "2026-03-01T00:00:00.5Z", lastSeen: IN_USE },
      { ...R1, id: "b", created: "2026-03-01T00:00:00Z", lastSeen: "2026-03-01T00:00:00Z" },
    ],
    expect: ["a: keep (entry)", "b: delete (superseded)"],
  },
  {
    title: "to the microsecond, as the API tells it",
    allowlist: bob("superseded: delete", "{ device: d1 }"),
    live: [
      { ...R1, id: "a", created: "2026-03-01T00:00:00.000002Z", lastSeen: IN_USE },
      { ...R1, id: "b", created: "2026-03-01T00:00:00.000001Z", lastSeen: "2026-03-01T00:00:00Z" },
    ],
    expect: ["a: keep (entry)", "b: delete (superseded)"],
  },
]);

test("nothing of this depends on the order in which the account is listed", () => {
  const text = bob(
    "superseded: delete, maxDevices: 1, overMaxDevices: revoke",
    "{ serial: SN1 }, { device: d9 }",
  );
  const live = [R1, { ...R2, device: "d2" }, { ...R2, id: "r3", device: "d9" }].map(registration);
  const devices = [machine("d1", "SN1", "H1"), machine("d2", "SN1", null), machine("d9", "SN9", "H9")];
  const of = (registrations: typeof live, rows: typeof devices) =>
    makePlan(allowlist(HEAD + text), { account: ACCOUNT, registrations, devices: rows }, NOW);
  expect(of([...live].reverse(), [...devices].reverse())).toEqual(of(live, devices));
});

/** What is said of two machines that report one value. */
function doubts(live: readonly Sketch[], devices: readonly PhysicalDevice[]) {
  const inventory = { account: ACCOUNT, registrations: live.map(registration), devices };
  return makePlan(allowlist(HEAD + TIDY), inventory, NOW).findings.filter(
    ({ code }) => code === "doubtful-device",
  );
}

test("a doubt is told with both machines, what they share, and what speaks against one machine", () => {
  const two = [
    { ...R1, id: "z1", lastSeen: IN_USE },
    { ...R2, device: "d2", name: "OTHER" },
  ];
  const end = "they count as two machines, and neither is let in on that basis";
  expect(doubts(two, [machine("d1", "SN1", "H1"), machine("d2", "SN2", "H1")])).toMatchObject([
    {
      subject: ["r2", "z1"],
      registrations: ["r2", "z1"],
      text: `LAPTOP (z1) of bob@x.co and OTHER (r2) of bob@x.co report the same hardware id "H1", but report different serials: ${end}`,
    },
  ]);
  expect(doubts(two, [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1")])).toMatchObject([
    {
      text: `LAPTOP (z1) of bob@x.co and OTHER (r2) of bob@x.co report the same serial "SN1" and hardware id "H1", but are both in use: ${end}`,
    },
  ]);
});

test("a farm of clones costs no more than its size: each is told with eight others, and none is left out", () => {
  const size = 40;
  const ids = Array.from({ length: size }, (_, i) => `r${String(i).padStart(2, "0")}`);
  const minute = (i: number) => `2026-03-01T00:${String(i).padStart(2, "0")}:00Z`;
  const farm = ids.map((id, i) => ({
    ...R1,
    id,
    device: `d-${id}`,
    created: minute(i),
    lastSeen: minute(i),
  }));
  // One that reports the serial of the last one, and was seen after that had enrolled.
  const twin = { ...R1, id: "twin", device: "d-twin", lastSeen: IN_USE };
  const devices = [
    ...ids.map((id) => machine(`d-${id}`, `SN-${id}`, "H1")),
    machine("d-twin", "SN-r39", null),
  ];
  const found = doubts([...farm, twin], devices).map(({ registrations }) => registrations);
  // The first eight with all before them, every later one with eight; and the twin with the last one.
  const pairs = (8 * 9) / 2 + (size - 9) * 8;
  expect(found).toHaveLength(pairs + 1);
  expect(new Set(found.flat())).toEqual(new Set([...ids, "twin"]));
  expect(found).toContainEqual(["r39", "twin"]);
});

test("two that are told with eight others each are not told with one another", () => {
  const numbers = Array.from({ length: 10 }, (_, i) => i);
  const member = (farm: string, i: number, day: number): Sketch => ({
    ...R1,
    id: `${farm}${i}`,
    device: `d-${farm}${i}`,
    created: `2026-03-0${day}T00:0${i}:00Z`,
    lastSeen: `2026-03-0${day}T00:0${i}:00Z`,
  });
  // The oldest of one farm and the newest of another one report one serial, and the former is still in use.
  const oldest = { ...R1, id: "z1", device: "d-z1", lastSeen: IN_USE };
  const newest = member("y", 1, 3);
  const found = doubts(
    [...numbers.flatMap((i) => [member("a", i, 1), member("b", i, 2)]), oldest, newest],
    [
      ...numbers.flatMap((i) => [machine(`d-a${i}`, `SN-A${i}`, "H1"), machine(`d-b${i}`, `SN-B${i}`, "H2")]),
      machine("d-z1", "SN1", "H1"),
      machine("d-y1", "SN1", "H2"),
    ],
  ).map(({ registrations }) => registrations);
  const of = (id: string) => found.filter((ids) => ids.includes(id)).length;
  expect([of("z1"), of("y1")]).toEqual([10, 8]);
  expect(found).not.toContainEqual(["y1", "z1"]);
});

test("a person's registrations come in the order of ids, however they are listed and joined", () => {
  const live = [
    { ...R1, id: "c" },
    { ...R2, id: "a" },
    { ...R1, id: "b", device: "d9" },
  ].map(registration);
  for (const listing of [live, [...live].reverse()]) {
    const person = formDevices(listing).get(BOB);
    expect(person && candidatesOf(person).map(({ registration: { id } }) => id)).toEqual(["a", "b", "c"]);
    expect(person?.devices.map((one) => one.registrations.map(({ registration: { id } }) => id))).toEqual([
      ["a", "c"],
      ["b"],
    ]);
  }
});

test("two registrations tell two machines only where both tell a value, and not the same", () => {
  const { index } = indexHardware([
    machine("d1", "SN1", "H1"),
    machine("d2", "SN2", "H2"),
    machine("d3", null, null),
    machine("d4", "SN1", "H1"),
  ]);
  const live = ["d1", "d2", "d3", "d4"].map((device, at) => registration({ ...R1, id: `r${at}`, device }));
  const [one, other, unknown, twin] = [...(formDevices(live, index).get(BOB)?.devices ?? [])]
    .flatMap(({ registrations }) => registrations)
    .sort((a, b) => a.place - b.place);
  if (!one || !other || !unknown || !twin) throw new Error("four were listed");
  for (const differ of [haveTwoSerials, haveTwoHardwareIds]) {
    expect([differ(one, other), differ(other, one)]).toEqual([true, true]);
    expect([differ(one, unknown), differ(unknown, one), differ(unknown, unknown)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(differ(one, twin)).toBe(false);
  }
});

test("a device is identified by a serial or a hardware id of its record", () => {
  const { index } = indexHardware([
    machine("d1", "SN1", null),
    machine("d2", null, "H2"),
    machine("d3", null, null),
  ]);
  const identified = (known?: typeof index) => {
    const live = ["d1", "d2", "d3", "d4"].map((device, at) => registration({ ...R1, id: `r${at}`, device }));
    return formDevices(live, known).get(BOB)?.devices.map(isIdentified);
  };
  expect(identified(index)).toEqual([true, true, false, false]);
  expect(identified()).toEqual([false, false, false, false]);
});

test("the newest is the one that enrolled last, and of one moment the one with the later id", () => {
  const of = (id: string, created: string) => {
    const [device] = formDevices([registration({ ...R1, id, created })]).get(BOB)?.devices ?? [];
    if (!device) throw new Error("one was listed");
    return device.registrations[0];
  };
  const [a, b, c] = [
    of("a", "2026-03-01T00:00:00Z"),
    of("b", "2026-03-01T00:00:00.000001Z"),
    of("c", "2026-03-01T00:00:00Z"),
  ];
  expect(newestOf([a, b, c]).registration.id).toBe("b");
  expect(newestOf([a, c]).registration.id).toBe("c");
  expect(newestOf([c, a]).registration.id).toBe("c");
});
