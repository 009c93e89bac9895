import { describe, expect, test } from "vitest";
import { physicalDevice, plan, type Sketch } from "../../test/support/world.js";
import { ALICE, HEAD, steps } from "../../test/support/world-steps.js";

const listed = `users:\n  ${ALICE}:\n    - device: d1\n`;

steps("who is not listed", [
  {
    title: "an empty list allows nothing",
    allowlist: `users:\n  ${ALICE}: []\n`,
    live: [{ id: "a", email: ALICE }],
    expect: ["a: revoke (unlisted) 3"],
  },
  {
    title: "unlisted devices are deleted where the policy says so, revoked ones too",
    allowlist: `policy: { unlisted: delete }\nusers:\n  ${ALICE}: []\n`,
    live: [
      { id: "a", email: ALICE },
      { id: "b", email: ALICE, revoked: "2026-05-20T00:00:00Z" },
    ],
    expect: ["a: delete (unlisted) 2", "b: delete (unlisted) 2"],
  },
  {
    title: "unlisted devices are only reported where the policy says so",
    allowlist: `policy: { unlisted: report }\nusers:\n  ${ALICE}: []\n`,
    live: [{ id: "a", email: ALICE }],
    expect: ["a: leave (unlisted) 2"],
  },
  {
    title: "unknown users are left alone unless the policy says otherwise",
    allowlist: listed,
    live: [{ id: "c", email: "carol@example.com" }],
    expect: ["c: leave (unknown-user) 1"],
  },
  {
    title: "unknown users are revoked where the policy says so",
    allowlist: `policy: { unknownUsers: revoke }\n${listed}`,
    live: [{ id: "c", email: "carol@example.com" }],
    expect: ["c: revoke (unknown-user) 2"],
  },
  {
    title: "what belongs to no person has a policy of its own",
    allowlist: `policy: { unknownUsers: delete }\n${listed}`,
    live: [
      { id: "a" },
      { id: "b", email: "non_identity@team.cloudflareaccess.com" },
      { id: "c", email: "x@notcloudflareaccess.com" },
    ],
    expect: ["a: leave (no-user) 1", "b: leave (no-user) 1", "c: delete (unknown-user) 2"],
  },
]);

const GONE = "2026-05-20T00:00:00Z";

describe("the decision says why", () => {
  const reasons = (text: string, live: readonly Sketch[], devices?: Parameters<typeof plan>[2]) =>
    plan(`${HEAD}${text}`, live, devices).decisions.map(({ reason }) => reason.text);

  test("what an entry keeps: by its strongest key", () => {
    const text = `users:\n  ${ALICE}:\n    - { registration: a }\n    - { serial: S-1 }\n    - { hardwareId: H-2 }\n    - { device: d3 }\n    - { name: NAME }\n    - { nameGlob: "G*" }\n`;
    const live = [
      { id: "a", email: ALICE, device: "d0" },
      { id: "b", email: ALICE, device: "d1" },
      { id: "c", email: ALICE, device: "d2" },
      { id: "d", email: ALICE, device: "d3" },
      { id: "e", email: ALICE, device: "d4", name: "NAME" },
      { id: "f", email: ALICE, device: "d4", name: "G" },
    ];
    const rows = [0, 1, 2, 3, 4].map((n) =>
      physicalDevice(`d${n}`, { serial_number: `S-${n}`, hardware_id: `H-${n}` }),
    );
    expect(reasons(text, live, rows)).toEqual([
      "allowed by registration",
      "allowed by hardware",
      "allowed by hardware",
      "allowed by device",
      "allowed by name",
      "allowed by name",
    ]);
  });

  test("what an entry changes: with its keys and its reason", () => {
    const text = `policy: { listedRevoked: unrevoke }\nusers:\n  ${ALICE}:\n    - { device: d1, state: revoked, reason: lost }\n    - { device: d2, state: deleted }\n    - { device: d3, reason: found }\n    - { device: d4 }\n`;
    const live = [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: ALICE, device: "d2" },
      { id: "c", email: ALICE, device: "d3", revoked: GONE },
      { id: "d", email: ALICE, device: "d4", created: "2026-01-01T00:00:00Z", revoked: GONE },
      { id: "e", email: ALICE, device: "d4" },
    ];
    expect(reasons(text, live, [])).toEqual([
      'device "d1" must be revoked: lost',
      'device "d2" must be deleted',
      'allowed by device "d3": found',
      "an older registration of this device; e is the newest",
      "allowed by device",
    ]);
  });

  test("what is not to be told", () => {
    const text = `policy: { listedRevoked: report }\nusers:\n  ${ALICE}:\n    - { device: d1 }\n    - { name: NAME, requires: { platform: mac, model: "M*" } }\n    - { nameGlob: "L*" }\n    - { nameGlob: "*1", state: revoked }\n`;
    const live = [
      { id: "a", email: ALICE, device: "d1", revoked: GONE },
      { id: "b", email: ALICE, device: "d2", name: "NAME" },
      { id: "c", email: ALICE, device: "d3", name: "L1" },
    ];
    expect(reasons(text, live, [])).toEqual([
      'allowed by device "d1", but it is revoked; policy.listedRevoked is report',
      'its hardware is not known, and an entry for its user matches by name "NAME" and requires platform and model',
      "lines 7 and 8 ask for different states",
    ]);
  });

  test("what nobody speaks for", () => {
    expect(
      reasons(
        `users:\n  ${ALICE}: [{ serial: S-1 }]\n`,
        [{ id: "a", email: ALICE }, { id: "b", email: "carol@example.com" }, { id: "c" }],
        [],
      ),
    ).toEqual([
      'its hardware is not known, and an entry for its user matches by serial "S-1"',
      "its user is not in the allowlist",
      "it belongs to no person",
    ]);
  });
});

steps("who is no person", [
  {
    title: "is decided by noUser, whatever stands before the team's name, and whether listed or not",
    allowlist: `policy: { noUser: delete, unknownUsers: revoke }\nusers: { svc@team.cloudflareaccess.com: [] }\n`,
    live: [
      { id: "a" },
      { id: "b", email: "no address" },
      { id: "c", email: "x@cloudflareaccess.com" },
      { id: "d", email: "svc@team.cloudflareaccess.com" },
      { id: "e", email: "x@" },
      { id: "f", email: "x@example.com" },
    ],
    expect: [
      "a: delete (no-user) 2",
      "b: delete (no-user) 2",
      "c: delete (no-user) 2",
      "d: delete (no-user) 2",
      "e: delete (no-user) 2",
      "f: revoke (unknown-user) 2",
    ],
  },
]);

test("what no entry allows names its user's line beside the key of the policy, where that is written", () => {
  const of = (policy: string) => {
    const [decision] = plan(`${HEAD}${policy}users:\n  ${ALICE}: []\n`, [
      { id: "a", email: ALICE },
    ]).decisions;
    return [decision?.source.line, decision?.line?.line, decision?.setting];
  };
  expect(of("policy: { unlisted: revoke }\n")).toEqual([2, 4, "policy.unlisted"]);
  // A default stands nowhere: the user's line is the source.
  expect(of("")).toEqual([3, undefined, undefined]);
});
