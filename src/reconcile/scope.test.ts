import { ALICE, steps } from "../../test/support/world-steps.js";

const listed = `users:\n  ${ALICE}:\n    - device: d1\n`;

steps("the scope", [
  {
    title: "leaves out other domains, types, and what is deleted",
    allowlist: `scope: { emailDomains: [example.com] }\n${listed}`,
    live: [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: "bob@sub.example.com" },
      { id: "c", email: "carol@example.org" },
      { id: "d" },
      { id: "e", email: ALICE, type: "browser_extension" },
      { id: "f", email: ALICE, deleted: "2026-05-20T00:00:00Z" },
    ],
    expect: ["a: keep (entry) 5"],
  },
  {
    title: "takes addresses beside domains",
    allowlist: `scope: { emailDomains: [example.com], emails: [bob@example.org] }\npolicy: { unknownUsers: revoke }\n${listed}`,
    live: [
      { id: "b", email: "bob@example.org" },
      { id: "c", email: "carol@example.org" },
    ],
    expect: ["b: revoke (unknown-user) 3"],
  },
  {
    title: "goes by profile where profiles are named",
    allowlist: `scope: { policyIds: [p1] }\nusers:\n  ${ALICE}: []\n`,
    live: [
      { id: "a", email: ALICE, policy: "p1" },
      { id: "b", email: ALICE, policy: "p2" },
      { id: "c", email: ALICE },
    ],
    expect: ["a: revoke (unlisted) 4"],
  },
]);
