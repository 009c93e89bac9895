import { execFileSync } from "node:child_process";
import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type Offline, startOffline } from "../../../test/cli/offline.js";
import { allowlist, physicalDevice, registration } from "../../../test/support/world.js";

const BOB = "bob@example.com";
const SAVED = ["--inventory", "inventory.json"];

const ACCOUNT = {
  registrations: [
    registration({ id: "r1", email: BOB, device: "d1", name: "BOB-THINKPAD" }),
    registration({
      id: "r2",
      email: BOB,
      device: "d2",
      name: "BOB-PHONE",
      created: "2026-04-01T00:00:00Z",
    }),
    registration({ id: "r3", email: "carol@example.com", device: "d3", name: "CAROL" }),
    registration({ id: "r4", email: "carol@example.com", device: "d4", revoked: "2026-05-20T00:00:00Z" }),
    registration({ id: "r5", name: "TOKEN" }),
    registration({ id: "r6", email: BOB, type: "browser_extension" }),
  ],
  devices: [
    physicalDevice("d1", { serial_number: "0012345" }),
    physicalDevice("d2", { serial_number: "None", hardware_id: "HW-2" }),
  ],
};

const LISTED = `version: 1
# who may have what
users:
  alice@example.com: []
  # Bob's machines
  ${BOB}:
    - serial: "0012345" # the ThinkPad

  dave@example.com: []
`;

let project: Offline;
afterEach(() => project.end());

test("the entry goes by the strongest key, to its user, and only lines are added", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { code, out, err } = await project.run(
    "accept",
    "r2",
    ...SAVED,
    "--expires",
    "2026-12-31",
    "--ticket",
    "IT-1",
  );
  expect({ code, out }).toEqual({
    code: 0,
    out: `allowlist.yaml:8: added hardwareId "HW-2" of ${BOB}\n`,
  });
  expect(err).toBe(`BOB-PHONE (r2) of ${BOB}: keep, before: leave (allowed by hardware)\n`);
  expect(project.read("allowlist.yaml")).toBe(
    LISTED.replace(
      "# the ThinkPad\n",
      '# the ThinkPad\n    - hardwareId: "HW-2"\n      expires: 2026-12-31\n      ticket: "IT-1"\n',
    ),
  );
});

test("--diff shows the patch and writes nothing", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { code, out } = await project.run("accept", "d2", ...SAVED, "--diff");
  expect(code).toBe(0);
  expect(out).toBe(`--- a/allowlist.yaml
+++ b/allowlist.yaml
@@ -5,5 +5,6 @@
   # Bob's machines
   bob@example.com:
     - serial: "0012345" # the ThinkPad
+    - hardwareId: "HW-2"
 
   dave@example.com: []
`);
  expect(project.read("allowlist.yaml")).toBe(LISTED);
});

test("--diff shows a last line that does not end as git does, so that the patch applies", async () => {
  project = startOffline(ACCOUNT, {
    "allowlist.yaml": `version: 1\nusers:\n  ${BOB}:\n    - serial: "0012345"`,
  });
  const { out } = await project.run("accept", "d2", ...SAVED, "--diff");
  expect(out).toBe(`--- a/allowlist.yaml
+++ b/allowlist.yaml
@@ -1,4 +1,5 @@
 version: 1
 users:
   bob@example.com:
-    - serial: "0012345"
\\ No newline at end of file
+    - serial: "0012345"
+    - hardwareId: "HW-2"
`);
  execFileSync("git", ["apply"], { cwd: project.folder, input: out });
  expect(project.read("allowlist.yaml")).toBe(
    `version: 1\nusers:\n  ${BOB}:\n    - serial: "0012345"\n    - hardwareId: "HW-2"\n`,
  );
});

test("a user who is not listed is added in the order of the file, with every device that is connected", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { code } = await project.run("accept", "Carol@Example.com", ...SAVED, "--quiet");
  expect(code).toBe(0);
  expect(project.read("allowlist.yaml")).toBe(
    LISTED.replace("  dave@", '  carol@example.com:\n    - device: "d3"\n\n  dave@'),
  );
});

test("what is listed of a user already is left out, the rest is added", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { code, out, err } = await project.run("accept", BOB, ...SAVED);
  expect(code).toBe(0);
  expect(out).toBe(`allowlist.yaml:8: added hardwareId "HW-2" of ${BOB}\n`);
  expect(err).toContain(
    "not added: BOB-THINKPAD (r1) of bob@example.com: the entry at allowlist.yaml:7 already allows it",
  );
});

test("a revoked registration that is named is let in by the next run", async () => {
  project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
  const { code, err } = await project.run("accept", "r4", ...SAVED);
  expect(code).toBe(0);
  expect(err).toContain("unrevoke, before: leave");
});

describe("which file", () => {
  const FILES = {
    "allowlist.yaml": `version: 1\nowns:\n  "allowlist/c*.yaml": [carol@example.com]\nusers: {}\n`,
    "allowlist/bob.yaml": `users:\n  ${BOB}:\n    - serial: "0012345"\n`,
    "allowlist/c-team.yaml": "users: {}\n",
  };

  test("the one where the user stands", async () => {
    project = startOffline(ACCOUNT, FILES);
    expect((await project.run("accept", "r2", ...SAVED)).code).toBe(0);
    expect(project.read("allowlist/bob.yaml")).toBe(
      `${FILES["allowlist/bob.yaml"]}    - hardwareId: "HW-2"\n`,
    );
    const other = await project.run("accept", "r2", ...SAVED, "--file", "allowlist.yaml");
    expect(other.code).toBe(1);
  });

  test("the one that owns the address", async () => {
    project = startOffline(ACCOUNT, FILES);
    expect((await project.run("accept", "r3", ...SAVED)).code).toBe(0);
    expect(project.read("allowlist/c-team.yaml")).toBe('users:\n  carol@example.com:\n    - device: "d3"\n');
  });

  test("--file, as far as `owns` lets it", async () => {
    project = startOffline(ACCOUNT, FILES);
    const { code, err } = await project.run("accept", "r3", ...SAVED, "--file", "allowlist/bob.yaml");
    expect(code).toBe(1);
    expect(err).toContain("[allowlist/not-owned]");
    expect(project.read("allowlist/bob.yaml")).toBe(FILES["allowlist/bob.yaml"]);
    const missing = await project.run("accept", "r3", ...SAVED, "--file", "allowlist/new.yaml");
    expect(missing.err).toContain("is not a file of this allowlist");
    expect((await project.run("accept", "r3", ...SAVED, "--file", "allowlist.yaml")).code).toBe(0);
  });
});

describe("is refused, and nothing is written:", () => {
  test.each([
    ["what is allowed", "r1", LISTED, "the entry at allowlist.yaml:7 already allows it"],
    [
      "what an entry refuses",
      "r1",
      LISTED.replace('"0012345"', '"0012345"\n      state: revoked'),
      'serial "0012345" must be revoked',
    ],
    [
      "what is protected",
      "r2",
      `${LISTED}protected: { registrations: [r2] }\n`,
      "protected registration, never touched (allowlist.yaml:10)",
    ],
    ["the operator's own", "r2", `${LISTED}guards: { self: [${BOB}] }\n`, "its user runs this tool"],
    ["what is ignored", "r2", `${LISTED}ignore:\n  - { device: d2, reason: the MDM }\n`, "ignored: the MDM"],
    [
      "a device of a suspended user",
      "r3",
      `${LISTED}  carol@example.com: { state: suspended, reason: on leave }\n`,
      "its user is suspended: on leave (allowlist.yaml:10)",
    ],
    [
      "what entries contradict about",
      "r1",
      LISTED.replace("# the ThinkPad", "\n    - hardwareId: HW-1\n      state: revoked").replace(
        "0012345",
        "0012345",
      ),
      "ask for different states",
    ],
    ["what belongs to no person", "r5", LISTED, "it belongs to no person"],
    ["what is out of scope", "r6", LISTED, "it is out of the allowlist's scope"],
    [
      "one device too many",
      "r2",
      `${LISTED}policy: { maxDevices: 1, overMaxDevices: revoke }\n`,
      "(max-devices, allowlist.yaml:10)",
    ],
    ["an unknown id", "r44", LISTED, 'did you mean "r4"?'],
    ["a device's name", "BOB-PHONE", LISTED, "users choose names"],
    ["an allowlist that is not valid", "r2", "version: 2\n", "[allowlist/"],
  ])("%s", async (_, what, text, why) => {
    const devices = [
      ...ACCOUNT.devices.slice(1),
      physicalDevice("d1", { serial_number: "0012345", hardware_id: "HW-1" }),
    ];
    project = startOffline({ ...ACCOUNT, devices }, { "allowlist.yaml": text });
    const { code, out, err } = await project.run("accept", what, ...SAVED);
    expect(err).toContain(why);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).not.toContain("    at ");
    expect(project.read("allowlist.yaml")).toBe(text);
  });

  test.each([
    [["r2", "--expires", "2026-05-31"], "that day is in the past"],
    [["r2", "--expires", "soon"], "Expected a day"],
    [["r2", "--note", "x".repeat(1001)], "[allowlist/"],
    [[], "nothing to accept is given"],
    [["r2", "--undo", "run.json"], "--undo already sets what is accepted"],
    [["r2", "--write"], "--write is only for --undo"],
    [["--undo", "missing.json"], "missing.json"],
  ])("%j", async (args, why) => {
    project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
    const { code, err } = await project.run("accept", ...args, ...SAVED);
    expect(code).toBe(1);
    expect(err).toContain(why);
    expect(err).not.toContain("    at ");
    expect(project.read("allowlist.yaml")).toBe(LISTED);
  });
});

test("an entry that expired is followed by one that begins today", async () => {
  const text = LISTED.replace("# the ThinkPad", "\n      expires: 2026-05-01");
  project = startOffline(ACCOUNT, { "allowlist.yaml": text });
  const { code, err } = await project.run("accept", "r1", ...SAVED);
  expect({ code, err }).toMatchObject({ code: 0 });
  expect(project.read("allowlist.yaml")).toContain('    - serial: "0012345"\n      from: 2026-06-01\n');
});

test("where a rule yields to a registration's own id, the entry goes by that", async () => {
  const registrations = [
    registration({
      id: "old",
      email: BOB,
      device: "d1",
      created: "2026-05-01T00:00:00Z",
      lastSeen: "2026-05-01T09:00:00Z",
    }),
    registration({ id: "new", email: BOB, device: "d1", created: "2026-05-02T00:00:00Z" }),
  ];
  const text = `version: 1\npolicy: { superseded: revoke, unlisted: report }\nusers:\n  ${BOB}: []\n`;
  project = startOffline({ registrations }, { "allowlist.yaml": text });
  expect((await project.run("accept", "old", ...SAVED)).out).toContain('added registration "old"');
});

test("so is one whose device an entry by that very key allows already", async () => {
  const at = { email: BOB, device: "d1" };
  const registrations = [
    registration({
      ...at,
      id: "old",
      created: "2026-05-01T00:00:00Z",
      lastSeen: "2026-05-01T09:00:00Z",
    }),
    registration({ ...at, id: "new", created: "2026-05-02T00:00:00Z" }),
  ];
  const text = `version: 1\npolicy: { superseded: revoke }\nusers:\n  ${BOB}:\n    - device: d1\n`;
  project = startOffline({ registrations }, { "allowlist.yaml": text });
  expect((await project.run("accept", "old", ...SAVED)).out).toContain('added registration "old"');
});

test.each([
  ["begins later", "from: 2026-06-02", 'serial "0012345" applies from 2026-06-02'],
  [
    "requires what is not known",
    "requires: { platform: mac }",
    'its hardware is not known, and an entry for its user matches by serial "0012345" and requires platform',
  ],
])("an entry that %s is not repeated, but named", async (_, keys, why) => {
  const text = `version: 1\nusers:\n  ${BOB}:\n    - serial: "0012345"\n      ${keys}\n`;
  project = startOffline(ACCOUNT, { "allowlist.yaml": text });
  const { code, err } = await project.run("accept", "r1", ...SAVED);
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringContaining(`the entry at allowlist.yaml:4 has the same match: ${why}`) as string,
  });
  expect(err).toContain("fix: change that entry");
  expect(project.read("allowlist.yaml")).toBe(text);
});

test("lines end, and the file begins, as they did; and who may read it stays", async () => {
  const text = `\ufeff${LISTED}`.replaceAll("\n", "\r\n");
  project = startOffline(ACCOUNT, { "allowlist.yaml": text });
  const path = join(project.folder, "allowlist.yaml");
  chmodSync(path, 0o644);
  expect((await project.run("accept", "r2", ...SAVED)).code).toBe(0);
  expect(project.read("allowlist.yaml")).toBe(
    text.replace("ThinkPad\r\n", 'ThinkPad\r\n    - hardwareId: "HW-2"\r\n'),
  );
  expect(statSync(path).mode & 0o777).toBe(0o644);
});

test("what is written in flow style is refused, with what to add by hand", async () => {
  const text = `version: 1\nusers:\n  ${BOB}: [{ serial: A1 }]\n`;
  project = startOffline(ACCOUNT, { "allowlist.yaml": text });
  const { code, err } = await project.run("accept", "r2", ...SAVED);
  expect(code).toBe(1);
  expect(err).toContain(
    "allowlist.yaml: cannot be changed by this command: it is written in flow style (`[…]` or `{…}`)",
  );
  expect(err).toContain('- hardwareId: "HW-2"');
  expect(project.read("allowlist.yaml")).toBe(text);
});

test("no text of the command line or of a device becomes anything but a text", async () => {
  const note = 'x\n- serial: forged\n---\n"#{} : - !!tag &a *a <<: \u202e\u001b[31m<{%%}> ##[error]';
  const name = `\u001b[31m\u202e${"N".repeat(10_000)}\n::error::`;
  const registrations = [registration({ id: "r2", email: BOB, device: "d2", name })];
  project = startOffline({ registrations }, { "allowlist.yaml": LISTED });
  const diff = await project.run("accept", "r2", ...SAVED, "--diff", "--note", note);
  const shown = await project.run("accept", "r2", ...SAVED, "--note", note);
  for (const { out, err } of [diff, shown]) {
    expect(out + err).not.toMatch(/[^\n\P{C}]|^::|##\[|<\{%/mu);
    expect(err.length).toBeLessThan(500);
  }
  const { users } = allowlist(project.read("allowlist.yaml") ?? "");
  expect(users.get(BOB)?.entries).toMatchObject([{}, { match: { device: "d2" }, note }]);
});

describe("--undo", () => {
  /** The account after a run that revoked r2 and deleted r4. */
  const AFTERWARDS = {
    ...ACCOUNT,
    registrations: ACCOUNT.registrations
      .filter(({ id }) => id !== "r4")
      .map((one) => (one.id === "r2" ? { ...one, revoked_at: "2026-05-31T00:00:00Z" } : one)),
  };

  async function ran(results: readonly object[]): Promise<void> {
    project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
    await project.run("plan", ...SAVED, "--output", "json=run.json");
    const document = JSON.parse(project.read("run.json") ?? "") as object;
    project.write("run.json", JSON.stringify({ ...document, results }));
    const after = startOffline(AFTERWARDS, {});
    project.write("inventory.json", after.read("inventory.json") ?? "");
    after.end();
  }

  test("shows what brings back what the run revoked, and says what cannot come back", async () => {
    await ran([
      { registration: "r2", act: "revoke", result: "done" },
      { registration: "r3", act: "revoke", result: "failed" },
      { registration: "r4", act: "delete", result: "done" },
    ]);
    const { code, out, err } = await project.run("accept", "--undo", "run.json", ...SAVED);
    expect(code).toBe(0);
    expect(out.split("\n").filter((line) => /^[+-] /u.test(line))).toEqual(['+    - hardwareId: "HW-2"']);
    expect(err).toContain("(r2) of bob@example.com: unrevoke, before: leave");
    expect(err).toContain("(r4) of carol@example.com: was deleted, which cannot be undone");
    expect(project.read("allowlist.yaml")).toBe(LISTED);
  });

  test("--write writes it", async () => {
    await ran([{ registration: "r2", act: "revoke", result: "done" }]);
    expect((await project.run("accept", "--undo", "run.json", ...SAVED, "--write")).code).toBe(0);
    expect(project.read("allowlist.yaml")).toContain('    - hardwareId: "HW-2"\n');
  });

  test("a report of another account is refused", async () => {
    await ran([{ registration: "r2", act: "revoke", result: "done" }]);
    const report = JSON.parse(project.read("run.json") ?? "") as object;
    project.write("run.json", JSON.stringify({ ...report, account: "f".repeat(32) }));
    const { code, err } = await project.run("accept", "--undo", "run.json", ...SAVED);
    expect({ code, named: err.includes(`run.json: is a report of account ${"f".repeat(32)}`) }).toEqual({
      code: 1,
      named: true,
    });
  });

  test("what cannot come back, and what is allowed again already, is told to the fiftieth line", async () => {
    const many = Array.from({ length: 60 }, (_, at) => `m${at}`);
    const account = {
      registrations: many.map((id) => registration({ id, email: BOB, device: `d-${id}` })),
      devices: [],
    };
    // Whoever reverts the change first has every entry back before --undo is asked.
    const entries = many.map((id) => `    - registration: ${id}\n`).join("");
    project = startOffline(account, { "allowlist.yaml": `version: 1\nusers:\n  ${BOB}:\n${entries}` });
    await project.run("plan", ...SAVED, "--output", "json=run.json");
    const document = JSON.parse(project.read("run.json") ?? "") as object;
    for (const act of ["revoke", "delete"]) {
      const results = many.map((id) => ({ registration: id, act, result: "done" }));
      project.write("run.json", JSON.stringify({ ...document, results }));
      const { err } = await project.run("accept", "--undo", "run.json", ...SAVED);
      expect(err.split("\n").filter((line) => line.includes(`of ${BOB}: `))).toHaveLength(50);
      expect(err).toMatch(/^ *and 10 more$/mu);
    }
  });

  test("a run that revoked nothing, and a plan, have nothing to undo", async () => {
    await ran([{ registration: "r3", act: "revoke", result: "failed" }]);
    expect((await project.run("accept", "--undo", "run.json", ...SAVED)).err).toContain(
      "revoked and deleted nothing",
    );
    await project.run("plan", ...SAVED, "--output", "json=plan.json");
    const plan = await project.run("accept", "--undo", "plan.json", ...SAVED);
    expect(plan).toMatchObject({ code: 1 });
    expect(plan.err).toContain("which did nothing");
  });
});

describe("--json", () => {
  const ask = async (project: Offline, ...args: readonly string[]) => {
    const { code, out } = await project.run("accept", ...args, ...SAVED, "--json");
    expect(code).toBe(0);
    return JSON.parse(out) as Readonly<Record<string, unknown>>;
  };

  test("says what it would add and changes nothing with --diff, and what it added without", async () => {
    const project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
    const added = { user: BOB, match: { hardwareId: "HW-2" } };
    // Its hardware names no serial, so that it was left alone.
    const effects = [`BOB-PHONE (r2) of ${BOB}: keep, before: leave (allowed by hardware)`];
    const rest = { files: ["allowlist.yaml"], effects, lost: [], refused: [] };
    expect(await ask(project, "r2", "--diff")).toEqual({
      version: 1,
      written: false,
      added: [added],
      ...rest,
    });
    expect(project.read("allowlist.yaml")).toBe(LISTED);
    expect(await ask(project, "r2")).toEqual({
      version: 1,
      written: true,
      added: [{ ...added, source: { file: "allowlist.yaml", line: 8, column: 7 } }],
      ...rest,
    });
    expect(project.read("allowlist.yaml")).toContain('    - hardwareId: "HW-2"');
    project.end();
  });

  test("says what it refuses beside what it adds", async () => {
    const project = startOffline(ACCOUNT, { "allowlist.yaml": LISTED });
    const { added, refused } = await ask(project, BOB, "--diff");
    expect(added).toHaveLength(1);
    expect(refused).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ registration: "r1", user: BOB, device: "BOB-THINKPAD" }),
      ]),
    );
    project.end();
  });
});
