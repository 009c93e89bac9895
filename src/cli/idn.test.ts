/** Internationalised domains: the account may tell them as DNS has them, and people write them as they read. */

import { afterEach, describe, expect, test } from "vitest";
import { type Offline, startOffline } from "../../test/cli/offline.js";
import { allowlist, NOW, physicalDevice, registration } from "../../test/support/world.js";
import { showDomains } from "../allowlist/values.js";
import { findAccess } from "../reconcile/findings/account.js";

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

describe("an address in its A-label form is shown to nobody who wrote it otherwise", () => {
  const LIST = `version: 1
scope: { emailDomains: ["b\u00fccher.example", example.com] }
policy: { unlisted: report, unknownUsers: report, maxDevices: 1, overMaxDevices: report }
protected: { users: ["amy@b\u00fccher.example"], devices: [none] }
guards: { self: ["op@b\u00fccher.example"], revoke: { max: 0 }, perUser: 1 }
ignore: [{ emailDomain: "m\u00fcll.example", reason: MDM }]
users:
  bob@b\u00fccher.example: []
  cyd@b\u00fccher.example: { state: suspended }
  dan@b\u00fccher.example: [{ serial: S-1 }, { serial: S-9, state: revoked }]
  eve@b\u00fccher.example: [{ serial: S-8 }]
`;
  const at = (id: string, local: string, more: object = {}) =>
    registration({ id, email: `${local}@xn--bcher-kva.example`, device: `d-${id}`, ...more });
  const live = {
    registrations: [
      at("r1", "bob"),
      at("r2", "cyd"),
      at("r6", "cyd"),
      at("r3", "cyd", { type: "browser_extension" }),
      at("r4", "dan"),
      at("r5", "unknown"),
    ],
    devices: [
      physicalDevice("d-r4", { serial_number: "S-1" }),
      physicalDevice("d-r5", { serial_number: "S-9" }),
    ],
  };

  test.each(["text", "markdown", "html", "sarif", "junit", "github"])("in %s", async (format) => {
    project = startOffline(live, { "allowlist.yaml": LIST });
    const { out } = await project.run("plan", "--inventory", "inventory.json", "--format", format);
    expect(out).not.toMatch(/xn--/iu);
    for (const local of ["cyd", "amy", "unknown"])
      expect(out.replace(/(?:<wbr>)?&#64;/gu, "@")).toContain(`${local}@b\u00fccher.example`);
  });

  test("in JSON, whose fields alone have the form in which addresses are compared", async () => {
    project = startOffline(live, { "allowlist.yaml": LIST });
    const { out } = await project.run("plan", "--inventory", "inventory.json", "--format", "json");
    const document = JSON.parse(out) as { findings: { code: string; text: string }[]; domains: object };
    expect(document.domains).toEqual({
      "xn--bcher-kva.example": "b\u00fccher.example",
      "xn--mll-hoa.example": "m\u00fcll.example",
    });
    const texts = JSON.stringify(document, (key, value: unknown) =>
      ["subject", "domains", "email", "user", "users"].includes(key) ? undefined : value,
    );
    expect(texts).not.toContain("xn--");
    const codes = document.findings.map(({ code }) => code);
    for (const code of [
      "state-out-of-scope",
      "unmatched-protection",
      "elsewhere",
      "unknown-user",
      "unmatched-ignore",
    ])
      expect(codes).toContain(code);
    expect(out).toContain('"email": "bob@xn--bcher-kva.example"');
  });

  test("in an explanation", async () => {
    project = startOffline(live, { "allowlist.yaml": LIST });
    for (const what of ["r1", "r3", "bob@b\u00fccher.example", "eve@b\u00fccher.example"]) {
      const { out } = await project.run("explain", what, "--inventory", "inventory.json");
      expect(out).toContain("@b\u00fccher.example");
      expect(out).not.toContain("xn--");
    }
  });

  test("by a change", async () => {
    const base = LIST.replace("dan@b\u00fccher.example", "gus@b\u00fccher.example").replace("amy@", "ann@");
    project = startOffline(live, { "allowlist.yaml": LIST, "base.yaml": base });
    const { out } = await project.run("plan", "--inventory", "inventory.json", "--base", "base.yaml");
    expect(out).toContain("the change adds the user dan@b\u00fccher.example");
    expect(out).not.toContain("xn--");
  });

  test("by accept", async () => {
    project = startOffline(live, { "allowlist.yaml": LIST });
    const { out, err } = await project.run("accept", "r1", "--inventory", "inventory.json");
    expect(out).toContain("of bob@b\u00fccher.example");
    expect(out + err).not.toContain("xn--");
    const refused = await project.run("accept", "r2", "--inventory", "inventory.json");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("of cyd@b\u00fccher.example");
  });

  test("by a message about an address that is none", async () => {
    project = startOffline(live, {
      "allowlist.yaml": `version: 1\nprotected: { users: ["a b@b\u00fccher.example"] }\nusers: { ann@example.com: [] }\n`,
    });
    const { out } = await project.run("validate");
    expect(out).toContain("`a b@b\u00fccher.example` is not an e-mail address");
  });

  test("by what Access knows", () => {
    const list = allowlist(LIST);
    const users = [{ id: "u", email: "bob@xn--bcher-kva.example", active_device_count: 7 }];
    const texts = findAccess(list, live.registrations, users).map(({ text }) => text);
    expect(texts).toContain('no Access user has the address "eve@b\u00fccher.example"');
    expect(texts).toContain(
      "Access counts 7 active devices for bob@b\u00fccher.example, but the listing has 1",
    );
  });
});

test("only a whole domain is shown otherwise, and none that the files do not write", () => {
  const show = showDomains(new Map([["xn--bcher-kva.example", "b\u00fccher.example"]]));
  expect(show("of bob@xn--bcher-kva.example, and")).toBe("of bob@b\u00fccher.example, and");
  for (const other of [
    "bob@xn--bcher-kva.example.evil.example",
    "bob@sub.xn--bcher-kva.example",
    "bob@xn--bcher-kva.examples",
    "bob@evil-xn--bcher-kva.example",
    "bob@xn--mll-hoa.example",
  ])
    expect(show(other)).toBe(other);
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
  expect(out).toContain(`the user \`${WRITTEN}\` is already in allowlist/a.yaml:2, spelled \`${ACE}\``);
  project.write("allowlist/a.yaml", "users: {}\n");
  expect((await project.run("validate")).out).toContain("`bob@b\u00fccher.example` is in allowlist/b.yaml");
});
