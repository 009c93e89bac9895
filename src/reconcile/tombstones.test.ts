/** What must not be deleted, since it holds something else out or in; and what has to go before it. */

import { expect, test } from "vitest";
import {
  bob,
  BOB,
  IN_USE,
  LATELY,
  LONG_AGO,
  machine,
  R1,
  R2,
  SAME,
  stories,
} from "../../test/support/stories.js";
import { HEAD } from "../../test/support/world-steps.js";
import { plan } from "../../test/support/world.js";

/** What has been revoked for 30 days is deleted, listed or not. */
const AGED = "revoked: { after: 30d, includeListed: true }";

/** Three registrations of one device, or three phones of one name, by when they enrolled. */
const at = (id: string, month: number, more: object = {}) => ({
  ...R1,
  id,
  created: `2026-0${month}-01T00:00:00Z`,
  lastSeen: `2026-0${month}-02T00:00:00Z`,
  ...more,
});
const OLD = { revoked: LONG_AGO };
const NEW = { revoked: LATELY };

stories("where an older one stays revoked the newest stays as well, and what is between goes", [
  {
    title: "of one device",
    allowlist: bob(AGED, "{ device: d1 }"),
    live: [at("r1", 1, NEW), at("r2", 2, OLD), at("r3", 3, OLD)],
    expect: ["r1: leave (older)", "r2: delete (revoked-age)", "r3: keep (revoked-age)"],
    told: ["r3~without it laptop (r1) of bob@x.co, which cannot be deleted now, might be let in"],
    after: [],
    then: [{ when: "in sync", expect: ["r1: leave (older)", "r3: keep (revoked-age)"], after: [] }],
  },
  {
    title: "of one name, on three phones",
    allowlist: bob(AGED, "{ name: LAPTOP }"),
    live: [
      at("r1", 1, { ...NEW, device: "d1" }),
      at("r2", 2, { ...OLD, device: "d2" }),
      at("r3", 3, { ...OLD, device: "d3" }),
    ],
    expect: ["r1: leave (older)", "r2: delete (revoked-age)", "r3: keep (revoked-age)"],
    after: [],
    then: [{ when: "in sync", expect: ["r1: leave (older)", "r3: keep (revoked-age)"] }],
  },
]);

stories("what would be let in were it alone is deleted first", [
  {
    title: "of one device, the oldest first",
    allowlist: bob(AGED, "{ device: d1 }"),
    live: [at("r1", 1, OLD), at("r2", 2, OLD), at("r3", 3, OLD)],
    expect: ["r1: delete (revoked-age)", "r2: delete (revoked-age)", "r3: delete (revoked-age)"],
    after: ["r2 after r1", "r3 after r2"],
  },
  {
    title: "of one name",
    allowlist: bob(AGED, "{ name: LAPTOP }"),
    live: [
      at("r1", 1, { ...OLD, device: "d1" }),
      at("r2", 2, { ...OLD, device: "d2" }),
      at("r3", 3, { ...OLD, device: "d3" }),
    ],
    expect: ["r1: delete (revoked-age)", "r2: delete (revoked-age)", "r3: delete (revoked-age)"],
    after: ["r2 after r1", "r3 after r1 and r2"],
  },
  {
    title: "of two machines that report one hardware id, the newest of the other one",
    allowlist: bob(AGED, "{ hardwareId: H1 }"),
    live: [at("r1", 1, OLD), at("r2", 2, OLD), at("r3", 3, { ...OLD, device: "d2" })],
    devices: [machine("d1", "SN1", "H1"), machine("d2", "SN2", "H1")],
    expect: ["r1: delete (revoked-age)", "r2: delete (revoked-age)", "r3: delete (revoked-age)"],
    after: ["r2 after r1", "r3 after r2"],
  },
  {
    title: "also where it does not tell itself what the entry goes by",
    allowlist: bob(AGED, "{ serial: SN1 }"),
    live: [at("r1", 1, OLD), at("r2", 2, { ...OLD, device: "d2" })],
    devices: [machine("d1", "SN1", "H1"), machine("d2", null, "H1")],
    expect: ["r1: delete (revoked-age)", "r2: delete (revoked-age)"],
    after: ["r2 after r1"],
  },
  {
    title: "but not what an entry refuses by its own device id",
    allowlist: bob(AGED, "{ device: d1, state: deleted }, { device: d2 }"),
    live: [at("r1", 1, NEW), at("r2", 2, { ...OLD, device: "d2" })],
    devices: SAME,
    expect: ["r1: delete (entry)", "r2: delete (revoked-age)"],
    after: [],
  },
  {
    title: "unless that entry begins another day",
    allowlist: bob(AGED, "{ device: d1, state: deleted, from: 2026-07-01 }, { device: d2 }"),
    live: [at("r1", 1, OLD), at("r2", 2, { ...OLD, device: "d2" })],
    devices: SAME,
    expect: ["r1: delete (revoked-age)", "r2: delete (revoked-age)"],
    after: ["r2 after r1"],
  },
  {
    title: "nor what connects, and goes on to",
    allowlist: bob(AGED, "{ device: d1 }"),
    live: [at("r1", 1, { lastSeen: IN_USE }), at("r2", 2, OLD)],
    expect: ["r1: keep (entry)", "r2: delete (revoked-age)"],
    after: [],
  },
  {
    title: "nor what no rule lets in though it is left alone",
    allowlist: bob("unlisted: report", "{ registration: r2, state: deleted }"),
    live: [at("r1", 1, { lastSeen: IN_USE }), at("r2", 2)],
    expect: ["r1: leave (unlisted)", "r2: delete (entry)"],
    after: [],
  },
  {
    title: "nor what is let in by its own entry in this very run",
    allowlist: bob("unlisted: report", "{ registration: r1 }, { registration: r2, state: deleted }"),
    live: [at("r1", 1, NEW), at("r2", 2)],
    expect: ["r1: unrevoke (entry)", "r2: delete (entry)"],
    after: [],
  },
  {
    title: "nor anything of what is refused by its name: no deletion waits for another",
    allowlist: bob("unlisted: report", "{ name: LAPTOP, state: deleted }"),
    live: [at("r1", 1, { ...OLD, device: "d1" }), at("r2", 2, { device: "d2" })],
    expect: ["r1: delete (entry)", "r2: delete (entry)"],
    after: [],
  },
]);

stories("what no entry allows now holds nothing of its name", [
  {
    title: "that an entry refuses",
    allowlist: bob(
      "unlisted: report",
      "{ name: LAPTOP, state: revoked }, { registration: r2, state: deleted }",
    ),
    live: [at("r1", 1, { ...OLD, device: "d1" }), at("r2", 2, { device: "d2" })],
    expect: ["r1: keep (entry)", "r2: delete (entry)"],
    after: [],
  },
  {
    title: "that an entry allowed until May",
    allowlist: bob(
      "unlisted: report",
      "{ name: LAPTOP, expires: 2026-05-01 }, { registration: r2, state: deleted }",
    ),
    live: [at("r1", 1, { ...OLD, device: "d1" }), at("r2", 2, { device: "d2" })],
    expect: ["r1: leave (expired)", "r2: delete (entry)"],
    after: [],
  },
]);

stories("no deletion waits for what entries would keep out were it alone", [
  {
    title: "since another entry refuses it by its name",
    allowlist: bob(
      "unlisted: report",
      '{ nameGlob: "LAP*" }, { name: LAPTOP, state: deleted }, { registration: r2, state: deleted }',
    ),
    live: [at("r1", 1, { ...OLD, device: "d1" }), at("r2", 2, { device: "d2" })],
    expect: ["r1: delete (entry)", "r2: delete (entry)"],
    after: [],
  },
  {
    title: "since two entries would be at odds about it",
    allowlist: bob("unlisted: report", "{ serial: SN1, state: deleted }, { hardwareId: H1 }"),
    live: [
      at("r0", 1, { ...OLD, device: "d0" }),
      at("r1", 2, { ...OLD, device: "d1" }),
      at("r2", 3, { device: "d2" }),
    ],
    devices: [machine("d0", "SN1", "H2"), machine("d1", "SN1", "H1"), machine("d2", null, "H2")],
    expect: ["r0: delete (entry)", "r1: delete (entry)", "r2: delete (entry)"],
    // The newest is refused by what these two tell, and not by what it tells itself.
    after: ["r0 after r2", "r1 after r2"],
  },
]);

/** Two clones, of which one is deleted by age; what is in doubt is let in by no entry. */
const CLONES = [at("r1", 1, { lastSeen: "2026-03-10T00:00:00Z" }), at("r2", 3, { device: "d2" })];

stories("one side of a doubt stays while the other is to be let in some day", [
  ...(
    [
      ["the older one", "d2", OLD, NEW, ["r1: keep (revoked-age)", "r2: keep (expired)"], "r2"],
      ["the newer one", "d1", NEW, OLD, ["r1: keep (expired)", "r2: keep (revoked-age)"], "r1"],
    ] as const
  ).map(([what, device, first, second, wanted, stays]) => ({
    title: what,
    allowlist: bob("revoked: { after: 30d }, unlisted: revoke", `{ device: ${device}, from: 2026-06-10 }`),
    live: [
      { ...CLONES[0]!, ...first },
      { ...CLONES[1]!, ...second },
    ],
    devices: SAME,
    expect: wanted,
    then: [
      {
        when: "the day has come",
        now: "2026-06-10T08:00:00Z",
        untouched: ["r1", "r2"],
        told: [`${stays}~reports the same serial "SN1" and hardware id "H1"`],
      },
    ],
  })),
]);

/** Enrolled as NEW, and once more as OLD, which is the one in use. */
stories("what a deletion would change of the rest of its machine", [
  {
    title: "the newest tells the name by which an older one in use is allowed: it is only revoked",
    allowlist: bob("unlisted: revoke", "{ name: NEW }, { registration: r2, state: deleted }"),
    live: [at("r1", 1, { name: "OLD", lastSeen: IN_USE }), at("r2", 2, { name: "NEW" })],
    expect: ["r1: keep (entry)", "r2: revoke (entry)"],
    told: ["r2~without it old (r1) of bob@x.co might be cut off"],
    then: [{ when: "in sync", untouched: ["r1", "r2"] }],
  },
  {
    title: "and once it is only revoked, it waits for nothing that is deleted besides",
    allowlist: bob(`unlisted: revoke, ${AGED}`, "{ name: NEW }, { registration: r2, state: deleted }"),
    live: [
      at("p1", 1, { ...OLD, name: "NEW", device: "d9" }),
      at("r1", 1, { name: "OLD", lastSeen: IN_USE }),
      at("r2", 2, { name: "NEW" }),
    ],
    expect: ["p1: delete (revoked-age)", "r1: keep (entry)", "r2: revoke (entry)"],
    after: [],
  },
  {
    title: "nothing, where the other one is revoked in this very run",
    allowlist: bob(
      "unlisted: report",
      "{ registration: r1, state: deleted }, { device: d2, state: revoked }",
    ),
    live: [at("r1", 1), at("r2", 3, { device: "d2" })],
    devices: SAME,
    expect: ["r1: delete (entry)", "r2: revoke (entry)"],
  },
  {
    title: "nothing, where the other one is let in in this very run",
    allowlist: bob("superseded: delete", "{ serial: SN1 }"),
    live: [at("r1", 1), at("r2", 3, { device: "d2", ...NEW })],
    devices: SAME,
    expect: ["r1: delete (superseded)", "r2: unrevoke (entry)"],
    relies: ["r1 relies on r2"],
  },
]);

/** Two machines in use; the newer one is all that tells that the older one is the machine that the entry allows. */
const USED = [at("new", 5, { device: "d1", policy: "p1" }), at("old", 4, { device: "d2", policy: "p1" })];
const MARCH = "2026-03-01T00:00:00Z";
/** Either joins the two. */
const JOINING = [
  at("j1", 3, { ...OLD, device: "d3", policy: "p1", lastSeen: MARCH }),
  at("j2", 3, { ...OLD, device: "d4", policy: "p2", lastSeen: MARCH }),
];
const ROWS = [
  machine("d1", null, "H1"),
  machine("d2", "S2", "H2"),
  machine("d3", "S2", "H1"),
  machine("d4", "S2", "H1"),
  machine("d8", "S8", "H8"),
  machine("d9", "S9", "H9"),
];
/** Another device of Bob's that is to be deleted, and one that is in use. */
const OTHERS = [
  at("x1", 1, { ...OLD, device: "d9", policy: "p1" }),
  at("x2", 5, { device: "d8", policy: "p1" }),
];

stories("what joins two registrations in use stays, and nothing else", [
  {
    title: "with everything in scope",
    allowlist: bob(AGED, "{ hardwareId: H1 }, { device: d8 }"),
    live: [...USED, ...JOINING, ...OTHERS],
    devices: ROWS,
    expect: [
      "j1: keep (revoked-age)",
      "j2: keep (revoked-age)",
      "new: keep (entry)",
      "old: keep (entry)",
      "x1: delete (revoked-age)",
      "x2: keep (entry)",
    ],
    told: ["j1~without it laptop (old) of bob@x.co might be cut off"],
    after: [],
  },
  {
    title: "and in a narrower scope",
    allowlist: `scope: { policyIds: [p1] }\n${bob(AGED, "{ hardwareId: H1 }, { device: d8 }")}`,
    live: [...USED, ...JOINING, ...OTHERS],
    devices: ROWS,
    expect: [
      "j1: keep (revoked-age)",
      "new: keep (entry)",
      "old: keep (entry)",
      "x1: delete (revoked-age)",
      "x2: keep (entry)",
    ],
    told: ["j1"],
    after: [],
  },
]);

stories("a narrower scope", [
  {
    title: "takes no other finding of a wider plan for a reason to keep something",
    allowlist: `scope: { policyIds: [p1] }\n${bob("superseded: delete, stale: { after: 30d, action: report, includeListed: true }", "{ device: d1 }")}`,
    live: [
      at("r1", 1, { policy: "p1" }),
      at("r2", 3, { policy: "p1", lastSeen: IN_USE }),
      at("x1", 3, { policy: "p2", device: "d9" }),
    ],
    expect: ["r1: delete (superseded)", "r2: keep (entry)"],
    told: ["r1~not seen since 2026-01-02"],
  },
  {
    title: "revokes nothing that it keeps, though a wider plan would only have revoked it",
    allowlist: `scope: { policyIds: [p1] }\nprotected: { registrations: [b0] }\n${bob(
      "maxDevices: 1, overMaxDevices: delete",
      "{ device: d1 }, { device: d2 }, { registration: c1, state: deleted }",
    )}`,
    live: [
      at("a1", 5, { policy: "p2", device: "d1", ...NEW }),
      at("b0", 1, { policy: "p1", device: "d2", ...OLD }),
      at("b1", 3, { policy: "p1", device: "d2" }),
      at("c1", 3, { policy: "p1", device: "d3" }),
    ],
    expect: ["b0: leave (protected)", "b1: keep (entry)", "c1: delete (entry)"],
    then: [
      {
        when: "everything is in scope",
        allowlist: `protected: { registrations: [b0] }\n${bob("maxDevices: 1, overMaxDevices: delete", "{ device: d1 }, { device: d2 }")}`,
        expect: ["a1: unrevoke (entry)", "b0: leave (protected)", "b1: revoke (max-devices)"],
        told: ["b1~is revoked instead of deleted"],
        relies: ["b1 relies on a1"],
      },
    ],
  },
  {
    title:
      "deletes nothing that joins to its device what is out of it, and what a wider plan refuses by that",
    allowlist: `scope: { policyIds: [p2] }\n${bob("unlisted: revoke", "{ device: d1, state: deleted }, { serial: SN1 }")}`,
    live: [
      at("new", 3, { policy: "p1", device: "d2", lastSeen: IN_USE }),
      at("old", 1, { policy: "p2" }),
      at("used", 2, { policy: "p1", lastSeen: IN_USE }),
    ],
    devices: SAME,
    expect: ["old: revoke (entry)"],
    told: ["old~without it laptop (used) of bob@x.co"],
    then: [
      {
        when: "everything is in scope",
        allowlist: bob("unlisted: revoke", "{ device: d1, state: deleted }, { serial: SN1 }"),
        expect: ["new: keep (entry)", "old: delete (entry)", "used: delete (entry)"],
      },
    ],
  },
]);

test("a decision says why it only revokes, and the finding is about what stays", () => {
  const said = (text: string, live: Parameters<typeof plan>[1], devices: Parameters<typeof plan>[2] = []) => {
    const { decisions, findings } = plan(HEAD + text, live, devices);
    return [
      decisions.map(({ registration: { id }, reason }) => `${id}: ${reason.text}`),
      findings.filter(({ code }) => code === "tombstone"),
    ];
  };
  const since = "revoked since 2026-03-15";
  expect(said(bob(AGED, "{ device: d1 }"), [at("r1", 1, NEW), at("r2", 2, OLD)])).toMatchObject([
    [
      "r1: an older registration of this device; r2 is the newest",
      `r2: ${since}; it is revoked instead of deleted, so that r1 stays out`,
    ],
    [{ subject: ["r2"], registrations: ["r2"], source: { line: 2 } }],
  ]);
  const name = bob("unlisted: revoke", "{ name: NEW }, { registration: r2, state: deleted }");
  expect(
    said(name, [at("r1", 1, { name: "OLD", lastSeen: IN_USE }), at("r2", 2, { name: "NEW" })])[0],
  ).toContain('r2: registration "r2" must be deleted; it is revoked instead of deleted, so that r1 stays in');
  const narrow = `scope: { policyIds: [p1] }\n${bob(AGED, "{ hardwareId: H1 }")}`;
  expect(said(narrow, [...USED, ...JOINING], ROWS)[0]).toContain(
    `j1: ${since}; it is revoked instead of deleted, as a plan with everything in scope would do`,
  );
  const twins = bob(AGED, "{ serial: SN1 }");
  const clones = [
    at("r1", 1, { ...OLD, lastSeen: "2026-03-10T00:00:00Z" }),
    at("r2", 3, { ...NEW, device: "d2" }),
  ];
  expect(said(twins, clones, SAME)).toMatchObject([
    [
      `r1: ${since}; it is revoked instead of deleted, so that r2 stays out`,
      expect.stringContaining("it is not clear which of the two machines the entry means") as string,
    ],
    [
      {
        text: `LAPTOP (r1) of ${BOB} is revoked instead of deleted: without it LAPTOP (r2) of ${BOB}, which cannot be deleted now, might be let in`,
      },
    ],
  ]);
});

const LOST = bob("unlisted: report", "{ device: d1, state: deleted }, { name: LAPTOP }");
const OTHER_ID = { ...R2, device: "d2" };

stories("what only a deleted registration tells of its machine stays known while another one of it stays", [
  {
    title: "revoked and out of scope, until the scope is wider",
    allowlist: `scope: { policyIds: [p1] }\n${LOST}`,
    live: [
      { ...R1, policy: "p1" },
      { ...OTHER_ID, policy: "p2", revoked: LATELY },
    ],
    devices: SAME,
    expect: ["r1: revoke (entry)"],
    told: ["r1~without it laptop (r2) of bob@x.co, which cannot be deleted now, might be let in"],
    then: [
      { when: "the scope is the same", expect: ["r1: keep (entry)"] },
      { when: "the scope is wider", allowlist: LOST, expect: ["r1: delete (entry)", "r2: delete (entry)"] },
    ],
  },
  {
    title: "connected and out of scope",
    allowlist: `scope: { policyIds: [p1] }\n${LOST}`,
    live: [
      { ...R1, policy: "p1" },
      { ...OTHER_ID, policy: "p2" },
    ],
    devices: SAME,
    expect: ["r1: revoke (entry)"],
    then: [
      { when: "the scope is wider", allowlist: LOST, expect: ["r1: delete (entry)", "r2: delete (entry)"] },
    ],
  },
  {
    title: "revoked and protected, until it is not",
    allowlist: `protected: { registrations: [r2] }\n${LOST}`,
    live: [R1, { ...OTHER_ID, revoked: LATELY }],
    devices: SAME,
    expect: ["r1: revoke (entry)", "r2: leave (protected)"],
    then: [
      {
        when: "the protection is gone",
        allowlist: LOST,
        expect: ["r1: delete (entry)", "r2: delete (entry)"],
      },
    ],
  },
  {
    title: "but not where that is connected and protected: nothing is let in, and it waits for nothing",
    allowlist: `protected: { registrations: [r2] }\n${LOST}`,
    live: [R1, OTHER_ID],
    devices: SAME,
    expect: ["r1: delete (entry)", "r2: leave (protected)"],
    after: [],
  },
  {
    title: "but not of somebody who has left, who is refused anyway",
    allowlist: `scope: { policyIds: [p1] }\nusers: { bob@x.co: { state: offboarded, devices: [{ device: d1, state: deleted }] } }\n`,
    live: [
      { ...R1, policy: "p1" },
      { ...OTHER_ID, policy: "p2", revoked: LATELY },
    ],
    devices: SAME,
    expect: ["r1: delete (offboarded)"],
  },
]);
