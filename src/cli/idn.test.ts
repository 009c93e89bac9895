/** Internationalised domains: the account may tell them as DNS has them, and people write them as they read. */

import { afterEach, expect, test } from "vitest";
import { startOffline, type Offline } from "../../test/cli/offline.js";
import { NOW, physicalDevice, registration } from "../../test/support/world.js";

const ACE = "bob@xn--bcher-kva.example";
const WRITTEN = "Bob@B\u00fccher.example";

const account = (email: string) => ({
  registrations: [registration({ id: "r1", email, device: "d1" })],
  devices: [physicalDevice("d1", { serial_number: "S-1" })],
});

let project: Offline | undefined;
afterEach(() => project?.end());

const OTHERS = "users: { ann@example.com: [] }\n";

const WAYS: readonly (readonly [string, (email: string, domain: string) => string, string])[] = [
  [
    "a protected user",
    (email) => `protected: { users: ["${email}"] }\npolicy: { unknownUsers: revoke }\n${OTHERS}`,
    "leave",
  ],
  ["a user's entry", (email) => `users:\n  "${email}": [{ serial: S-1 }]\n`, "keep"],
  ["a user who may have nothing", (email) => `users:\n  "${email}": []\n`, "revoke"],
  [
    "a scope of domains",
    (_email, domain) =>
      `scope: { emailDomains: ["${domain}", example.com] }\npolicy: { unknownUsers: revoke }\n${OTHERS}`,
    "revoke",
  ],
  [
    "an ignored domain",
    (_email, domain) =>
      `ignore: [{ emailDomain: "${domain}", reason: MDM }]\npolicy: { unknownUsers: revoke }\n${OTHERS}`,
    "leave",
  ],
  [
    "an ignored user",
    (email) => `ignore: [{ user: "${email}", reason: MDM }]\npolicy: { unknownUsers: revoke }\n${OTHERS}`,
    "leave",
  ],
  [
    "a group",
    (email) =>
      `groups: { g: { users: ["${email}"], policy: { unknownUsers: revoke } } }\npolicy: { unknownUsers: report }\n${OTHERS}`,
    "revoke",
  ],
  ["guards.self", (email) => `guards: { self: ["${email}"] }\nusers: { "${email}": [] }\n`, "leave"],
];

test.each(WAYS)("%s is the same person in either form", async (_what, list, action) => {
  for (const [live, email, domain] of [
    [ACE, WRITTEN, "B\u00fccher.example"],
    [WRITTEN, ACE, "xn--bcher-kva.example"],
  ] as const) {
    project?.end();
    project = startOffline(account(live), { "allowlist.yaml": `version: 1\n${list(email, domain)}` });
    const { out, err } = await project.run("plan", "--inventory", "inventory.json", "--format", "json");
    expect(err.replace(/^error: (?:guard|the plan)[^]*$/u, "")).toBe("");
    const { decisions } = JSON.parse(out) as { decisions: readonly { action: string }[] };
    expect([live, ...decisions.map((one) => one.action)]).toEqual([live, action]);
  }
});

test("findings about lines of the allowlist show addresses as written", async () => {
  const soon = new Date(NOW.getTime() + 86_400_000).toISOString().slice(0, 10);
  project = startOffline(account("zed@example.com"), {
    "allowlist.yaml": `version: 1\nusers:\n  ${WRITTEN}: [{ serial: S-9, expires: ${soon} }]\n`,
  });
  const { out } = await project.run("plan", "--inventory", "inventory.json", "--format", "json");
  const { findings } = JSON.parse(out) as { findings: readonly { code: string; text: string }[] };
  const texts = findings
    .filter(({ code }) => code === "unmatched-entry" || code === "expiring-entry")
    .map(({ text }) => text);
  expect(texts).toHaveLength(2);
  for (const text of texts) expect(text).toContain("of bob@b\u00fccher.example ");
});

test("tests and owners compare domains likewise, and messages show them as written", async () => {
  project = startOffline(account(ACE), {
    "allowlist.yaml": `version: 1\nowns: { "allowlist/a.yaml": ["*@b\u00fccher.example"] }\nusers: { ann@example.com: [] }\n`,
    "allowlist/a.yaml": `users:\n  ${ACE}: []\ntests:\n  - { name: x, given: { user: ${WRITTEN} }, expect: { action: revoke, rule: unlisted } }\n`,
    "allowlist/b.yaml": "users: {}\n",
  });
  expect((await project.run("validate")).out).toContain("1 test passed");
  project.write("allowlist/b.yaml", `users:\n  ${WRITTEN}: []\n`);
  const { out } = await project.run("validate");
  expect(out).toContain(`the user \`${WRITTEN}\` stands in allowlist/a.yaml:2 already, spelt \`${ACE}\``);
  project.write("allowlist/a.yaml", "users: {}\n");
  expect((await project.run("validate")).out).toContain(
    "`bob@b\u00fccher.example` stands in allowlist/b.yaml",
  );
});
