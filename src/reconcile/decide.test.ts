import { ALICE, steps } from "../../test/support/world-steps.js";

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
