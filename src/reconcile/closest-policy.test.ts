import { expect, test } from "vitest";
import { plan } from "../../test/support/world.js";
import { ALICE, BOB, HEAD, steps } from "../../test/support/world-steps.js";

const CAROL = "carol@example.com";
const GROUP = `policy: { unlisted: report, stale: { after: 30d, action: delete } }
groups:
  contractors:
    users: [${BOB}, ${CAROL}]
    policy: { unlisted: delete, stale: { after: 90d, action: revoke } }
users:
  ${ALICE}: []
  ${BOB}: []
  ${CAROL}:
    devices: []
    policy: { unlisted: revoke, stale: none }
`;
const OF = [ALICE, BOB, CAROL].map((email) => ({ id: email.slice(0, 1), email }));

steps("the closest policy", [
  {
    title: "is the user's, then the group's, then the root file's",
    allowlist: GROUP,
    live: OF,
    expect: ["a: leave (unlisted) 2", "b: delete (unlisted) 6", "c: revoke (unlisted) 12"],
  },
  {
    title: "is taken key by key, and each key as a whole",
    allowlist: GROUP,
    live: OF.map((one) => ({ ...one, lastSeen: "2026-04-15T00:00:00Z" })),
    expect: ["a: delete (stale) 2", "b: delete (unlisted) 6", "c: revoke (unlisted) 12"],
  },
  {
    title: "holds for members whom no file lists",
    allowlist: `groups: { guests: { users: [${BOB}], policy: { unknownUsers: revoke } } }\nusers: { ${ALICE}: [] }\n`,
    live: OF,
    expect: ["a: revoke (unlisted) 3", "b: revoke (unknown-user) 2", "c: leave (unknown-user) 1"],
  },
  {
    title: "limits one user's devices, and lets another have more",
    allowlist: `policy: { maxDevices: 1, overMaxDevices: revoke }\nusers:\n  ${ALICE}: [{ nameGlob: "*" }]\n  ${BOB}: { maxDevices: 2, devices: [{ nameGlob: "*" }] }\n`,
    live: [1, 2, 3].flatMap((n) =>
      [ALICE, BOB].map((email) => ({
        id: `${email.slice(0, 1)}${n}`,
        email,
        created: `2026-0${n}-01T00:00:00Z`,
      })),
    ),
    devices: [],
    expect: [
      "a1: revoke (max-devices) 2",
      "a2: revoke (max-devices) 2",
      "a3: keep (entry) 4",
      "b1: revoke (max-devices) 5",
      "b2: keep (entry) 5",
      "b3: keep (entry) 5",
    ],
  },
]);

test.each([
  ["unlisted", "unlisted: delete", {}],
  ["grace", "grace: 720h", { created: "2026-05-31T00:00:00Z" }],
  ["stale", "stale: { after: 1h, action: revoke }", {}],
  ["superseded", "superseded: delete", { device: "d2" }],
  ["listed-revoked", "listedRevoked: report", { device: "d1", revoked: "2026-05-20T00:00:00Z" }],
  ["max-devices", "maxDevices: 1, overMaxDevices: delete", { device: "d1" }],
])("the decision says whose policy it is: %s", (code, rules, sketch) => {
  const reason = (policies: string) => {
    const list = `${HEAD}${policies}\nusers:\n  ${BOB}: [{ nameGlob: NAME, device: d1 }, { device: d2, name: TWO }]\n`;
    const live = [
      { id: "a", email: BOB, device: "d3", name: "OTHER", ...sketch },
      { id: "c", email: BOB, device: "d2", name: "TWO", created: "2026-05-31T12:00:00Z" },
    ].map((one) => (one.device === "d1" ? { ...one, name: "NAME" } : one));
    return plan(list, live, []).decisions[0]?.reason;
  };
  const everybody = reason(`policy: { ${rules} }`);
  expect(everybody?.code).toBe(code);
  expect(reason(`groups: { staff: { users: [${BOB}], policy: { ${rules} } } }`)).toEqual({
    code,
    text: `${everybody?.text ?? ""}, by the policy of group staff`,
  });
});
