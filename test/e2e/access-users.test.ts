/** `accessUsers`: who is created, adopted, renamed, deleted, and forgotten. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import type { AccessUserRecord, World } from "../../src/simulator/index.js";
import { TOKEN, type Trial } from "../support/trial.js";
import { ACCOUNT, registration } from "../support/world.js";
import { callsOf, scenario } from "./trace.js";

const AT = "2026-05-01T08:00:00Z";
const person = (name: string, more: Partial<AccessUserRecord> = {}): AccessUserRecord => ({
  id: `id-${name}`,
  email: `${name}@example.com`,
  name: name.toUpperCase(),
  access_seat: true,
  gateway_seat: true,
  created_at: AT,
  updated_at: AT,
  ...more,
});

/** Bob has two registrations, which go with him; nobody else has any. */
const WORLD: World = {
  account_id: ACCOUNT,
  registrations: [
    registration({ id: "bob-1", email: "bob@example.com", name: "BOB-1" }),
    registration({ id: "bob-2", email: "bob@example.com", name: "BOB-2" }),
  ].map((one) => ({ ...one, user: { id: "id-bob", email: "bob@example.com" } })),
  physical_devices: [],
  access_users: [person("bob"), person("carol"), person("dave", { name: "Dave" })],
};

const HEAD = "version: 1\nusers: { zoe@example.com: [] }\n";

const options = (section: string, settings: Partial<Trial["simulator"]["settings"]> = {}) => ({
  account: { world: WORLD, settings },
  files: { "allowlist.yaml": `${HEAD}${section}` },
});

/** `POST`, `PUT id-bob`, `DELETE id-bob`: what was written to the Access users. */
function userWrites({ simulator }: Trial): string[] {
  return simulator
    .log()
    .filter(({ method, path }) => method !== "GET" && path.includes("/access/users"))
    .map(({ method, path }) => `${method} ${path.replace(/^.*\/access\/users\/?/u, "")}`.trim());
}

const userOf = ({ simulator }: Trial, email: string) =>
  simulator.world().access_users?.find((one) => one.email === email);

const reporting = ({ folder }: Trial) => ({ WARP_REPORT: join(folder, "report.json") });

async function reportOf(trial: Trial): Promise<ReportDocument> {
  return JSON.parse(await readFile(reporting(trial).WARP_REPORT, "utf8")) as ReportDocument;
}

async function upDone(trial: Trial, env: Record<string, string> = {}): Promise<string> {
  const up = await trial.stack.up({ skipPreview: true, env });
  expect(up.exitCode, up.output).toBe(0);
  return up.output;
}

async function expectInSync({ stack }: Trial): Promise<void> {
  const preview = await stack.preview({ expectNoChanges: true });
  expect(preview.exitCode, preview.output).toBe(0);
}

const rowsOf = async ({ stack }: Trial) =>
  (await stack.state()).resources.filter(({ type }) => type.endsWith(":AccessUser"));

scenario(
  "one is created, one adopted as it is, one renamed; then all is in sync",
  options(`accessUsers:
  Carol@Example.com: {}
  dave@example.com: { name: Dave Dent }
  new@example.com: { name: New }
`),
  async (trial) => {
    const preview = await trial.stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    expect(preview.output).toContain("to create 1 Access user, rename 1 Access user");
    expect(preview.output).toContain(`its name is "Dave", and should be "Dave Dent"`);
    expect(userWrites(trial)).toEqual([]);
    await upDone(trial, reporting(trial));
    expect(userWrites(trial).sort()).toEqual(["POST", "PUT id-dave"]);
    expect(userOf(trial, "new@example.com")).toMatchObject({ name: "New" });
    expect(userOf(trial, "dave@example.com")).toMatchObject({ name: "Dave Dent", access_seat: true });
    expect(userOf(trial, "carol@example.com")).toMatchObject({ name: "CAROL" });
    expect((await reportOf(trial)).accessUserResults).toEqual([
      { email: "dave@example.com", id: "id-dave", act: "rename", result: "done" },
      { email: "new@example.com", act: "create", result: "done" },
    ]);
    const adopted = (await rowsOf(trial)).find(({ id }) => id === "carol@example.com");
    expect(adopted?.outputs).toMatchObject({ email: "carol@example.com", user: "id-carol" });
    await expectInSync(trial);

    // Somebody renames in the dashboard: it is shown, and set right.
    const path = `${trial.simulator.url}/accounts/${ACCOUNT}/access/users/id-dave`;
    const body = JSON.stringify({ email: "dave@example.com", name: "<{%reset%}>" });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(path, { method: "PUT", headers, body })).status).toBe(200);
    const drifted = await trial.stack.preview({ expectNoChanges: true, diff: true });
    expect(drifted.exitCode).toBe(7);
    expect(drifted.output).not.toMatch(/<\{%|%\}>/u);
    await upDone(trial);
    expect(userOf(trial, "dave@example.com")).toMatchObject({ name: "Dave Dent" });
    // Somebody deletes in the dashboard: the user is created anew, under the same row.
    trial.simulator.deleteUser("id-carol");
    await upDone(trial);
    expect(userOf(trial, "carol@example.com")).toMatchObject({ access_seat: false });
    await expectInSync(trial);
  },
);

scenario(
  "removing one from the file forgets it, and destroy forgets all, without a call",
  options("accessUsers: { carol@example.com: {}, dave@example.com: {} }\n"),
  async (trial) => {
    await upDone(trial);
    expect(await rowsOf(trial)).toHaveLength(2);
    await trial.write("allowlist.yaml", `${HEAD}accessUsers: { carol@example.com: {} }\n`);
    await upDone(trial);
    expect((await rowsOf(trial)).map(({ id }) => id)).toEqual(["carol@example.com"]);
    await expectInSync(trial);
    const before = trial.simulator.log().length;
    const destroyed = await trial.stack.destroy({ skipPreview: true });
    expect(destroyed.exitCode, destroyed.output).toBe(0);
    expect(callsOf(trial.simulator, before)).toEqual([]);
    expect(userWrites(trial)).toEqual([]);
    expect(trial.simulator.world().access_users).toHaveLength(3);
  },
);

scenario(
  "refresh reads any number of rows with one listing, and forgets who is gone",
  options("accessUsers: { carol@example.com: { name: CAROL }, dave@example.com: {} }\n"),
  async (trial) => {
    await upDone(trial);
    trial.simulator.deleteUser("id-dave");
    const before = trial.simulator.log().length;
    const refreshed = await trial.stack.refresh({ skipPreview: true });
    expect(refreshed.exitCode, refreshed.output).toBe(0);
    const calls = callsOf(trial.simulator, before).filter((call) => call.includes("/access/users"));
    expect(calls).not.toEqual([]);
    // A listing by numbers ends with an empty page; none is asked for twice.
    expect(new Set(calls).size).toBe(calls.length);
    expect((await rowsOf(trial)).map(({ id }) => id)).toEqual(["carol@example.com"]);
  },
);

for (const [title, settings] of [
  ["the row goes", { user_delete_row: "goes", user_delete_registrations: "deleted" }],
  ["the row stays", { user_delete_row: "stays", user_delete_registrations: "deleted" }],
  ["its devices are only revoked", { user_delete_row: "stays", user_delete_registrations: "revoked" }],
] as const) {
  scenario(
    `absent: ${title}; the plan says what goes along, and it is done once`,
    options(
      "accessUsers: { bob@example.com: { state: absent }, gone@example.com: { state: absent } }\n",
      settings,
    ),
    async (trial) => {
      const preview = await trial.stack.preview();
      expect(preview.exitCode, preview.output).toBe(0);
      const flat = preview.output.replaceAll(/\s+/gu, " ");
      expect(flat).toContain("x delete bob@example.com (id-bob)");
      expect(flat).toContain("together with its Access seat, its Gateway seat, its tokens and sessions");
      expect(flat).toContain(
        "all its 2 registrations (2 active) may go with the seat: BOB-1 (bob-1), BOB-2 (bob-2)",
      );
      expect(userWrites(trial)).toEqual([]);
      await upDone(trial, reporting(trial));
      expect(userWrites(trial)).toEqual(["DELETE id-bob"]);
      expect((await reportOf(trial)).accessUserResults).toEqual([
        { email: "bob@example.com", id: "id-bob", act: "delete", result: "done" },
      ]);
      await expectInSync(trial);
      await upDone(trial);
      expect(userWrites(trial)).toHaveLength(1);
      expect(await rowsOf(trial)).toEqual([]);
    },
  );
}

scenario(
  "absent: who keeps a device is not absent, and the run fails by name",
  options("accessUsers: { bob@example.com: { state: absent } }\n", {
    user_delete_row: "stays",
    user_delete_registrations: "kept",
  }),
  async (trial) => {
    const up = await trial.stack.up({ skipPreview: true, env: reporting(trial) });
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toContain("delete-user bob@example.com (id-bob): The deletion did not take effect");
    expect(up.output).toContain("the user still holds 2 active devices");
    expect((await reportOf(trial)).accessUserResults).toMatchObject([{ result: "failed" }]);
  },
);

const BOTH = "accessUsers: { bob@example.com: { state: absent }, carol@example.com: { state: absent } }\n";

scenario(
  "the guard of deletions trips, an approval lets just this plan pass",
  options(`guards: { deleteUsers: 1 }\n${BOTH}`),
  async (trial) => {
    const { stack, simulator } = trial;
    const env = reporting(trial);
    const preview = await stack.preview({ env });
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain("x delete   bob@example.com");
    expect(preview.output).toContain("GUARD TRIPPED: guards.deleteUsers: 2 Access users due, at most 1");
    expect(preview.output).toContain("set by guards.deleteUsers (allowlist.yaml:3)");
    const { fingerprint } = await reportOf(trial);
    const held = await stack.up({ skipPreview: true, env });
    expect(held.exitCode).not.toBe(0);
    expect(userWrites(trial)).toEqual([]);
    // Bob enrols another device: what was approved is not what would go.
    const phone = simulator.enrol({ email: "bob@example.com", device_name: "BOB-3" });
    const stale = await stack.up({ skipPreview: true, env: { ...env, WARP_APPROVE: fingerprint } });
    expect(stale.exitCode).not.toBe(0);
    expect(stale.output).toContain("approves another plan");
    simulator.delete(phone.id);
    await upDone(trial, { ...env, WARP_APPROVE: fingerprint });
    expect(userWrites(trial)).toEqual(["DELETE id-bob", "DELETE id-carol"]);
    await expectInSync(trial);
  },
);

scenario(
  "a freeze and a reviewed plan hold deletions and creations; when they are reviewed they are done",
  options(`freeze: { until: 2999-12-31, reason: year end }\n${BOTH}`),
  async (trial) => {
    const frozen = await upDone(trial);
    expect(frozen).toContain("frozen until");
    const plan = join(trial.folder, "plan.json");
    await trial.write("allowlist.yaml", `${HEAD}accessUsers: { bob@example.com: { state: absent } }\n`);
    await trial.stack.preview({ env: { WARP_REPORT: plan } });
    await trial.write("allowlist.yaml", `${HEAD}${BOTH.replace(" }\n", ", new@example.com: {} }\n")}`);
    const bound = await upDone(trial, { WARP_EXPECT_PLAN: plan, ...reporting(trial) });
    expect(bound.replaceAll(/\s+/gu, " ")).toContain(
      "not in the reviewed plan, which did not cover this Access user",
    );
    expect(userWrites(trial)).toEqual(["DELETE id-bob"]);
    expect(
      (await reportOf(trial)).accessUsers?.map(({ email, pending }) => `${email} ${pending?.why ?? "-"}`),
    ).toEqual(["bob@example.com -", "carol@example.com not-reviewed", "new@example.com not-reviewed"]);
    await trial.stack.preview({ env: { WARP_REPORT: plan } });
    await upDone(trial, { WARP_EXPECT_PLAN: plan });
    expect(userWrites(trial)).toEqual(["DELETE id-bob", "DELETE id-carol", "POST"]);
    await expectInSync(trial);
  },
);

scenario(
  "whoever is protected is never deleted: both lines are named",
  options(`protected: { users: [bob@example.com] }\n${BOTH}`),
  async (trial) => {
    const preview = await trial.stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain("allowlist.yaml:4:");
    expect(preview.output).toContain("is protected at allowlist.yaml:3");
    expect((await trial.stack.up({ skipPreview: true })).exitCode).not.toBe(0);
    expect(userWrites(trial)).toEqual([]);
  },
);

scenario(
  "without the permission the run stops, and says which one and why; without the section nobody asks",
  options("accessUsers: { bob@example.com: {} }\n", { access_users: "forbidden" }),
  async (trial) => {
    const preview = await trial.stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain(`"Access: Audit Logs Read"`);
    expect(preview.output).toContain("asked for because of `accessUsers` (allowlist.yaml:3)");
    expect(preview.output).not.toMatch(/\n\s+at .*\.js/u);
    await trial.write(
      "allowlist.yaml",
      "version: 1\nusers: { bob@example.com: [{ registration: bob-1 }, { registration: bob-2 }] }\n",
    );
    const without = await trial.stack.preview();
    expect(without.exitCode, without.output).toBe(0);
  },
);

scenario(
  "names say nothing to Pulumi or to a CI runner, arrive as they are, and the token is in no file",
  options(`accessUsers:
  carol@example.com: { name: "<{%reset%}> \\\\u{3c} ::error::x" }
  new@example.com: { name: "##[debug]\\u202egpj\\n::add-mask::x" }
`),
  async (trial) => {
    const env = reporting(trial);
    for (const run of [
      await trial.stack.preview({ diff: true, env }),
      await trial.stack.up({ skipPreview: true, diff: true, env }),
    ]) {
      expect(run.exitCode, run.output).toBe(0);
      expect(run.output).toContain("carol@example.com");
      expect(run.output).toContain("new@example.com");
      // eslint-disable-next-line no-control-regex
      expect(run.output).not.toMatch(/[\u001b\u202a-\u202e]|<\{%|%\}>|::(?:error|add-mask)::|##\[/u);
      expect(run.output).not.toContain(TOKEN);
    }
    expect(userOf(trial, "carol@example.com")?.name).toBe("<{%reset%}> \\u{3c} ::error::x");
    expect(userOf(trial, "new@example.com")?.name).toBe("##[debug]\u202egpj\n::add-mask::x");
    await expectInSync(trial);
    const rows = await rowsOf(trial);
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(JSON.stringify(row).length).toBeLessThan(2_000);
    const files = await readdir(trial.folder, { withFileTypes: true, recursive: true });
    for (const file of files.filter((entry) => entry.isFile()))
      expect(await readFile(join(file.parentPath, file.name), "latin1"), file.name).not.toContain(TOKEN);
  },
);
