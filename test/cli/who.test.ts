/** `who`: who may connect, since when, and why. */

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";
import type { ReportDocument } from "../../src/report/document.js";
import { LIST as SMALL_LIST, SMALL } from "../e2e/small-account.js";
import { physicalDevice, registration } from "../support/world.js";
import { GIT_ENV, type Repository, startRepository } from "./repository.js";
import { startCliTrial } from "./trial.js";

const LIST = `version: 1
protected: { devices: [d-ceo] }
scope: { emailDomains: [example.com] }
users:
  ann@example.com:
    - serial: SN1
    - serial: SN2
  bob@example.com: []
`;

const EVIL = `=HYPERLINK("http://evil.example")\u202e;+x,"@y\n<script>`;

const REGISTRATIONS: readonly Registration[] = [
  {
    ...registration({
      id: "r1",
      email: "ann@example.com",
      device: "d1",
      name: "ANN-MBP",
      policy: "Engineering",
    }),
    key_type: "secp256r1",
    tunnel_type: "masque",
    virtual_ipv4: "100.96.0.1",
    virtual_ipv6: "2606:4700::1",
  },
  registration({ id: "r2", email: "ann@example.com", device: "d2", revoked: "2026-05-20T00:00:00Z" }),
  registration({ id: "r3", email: "bob@example.com", device: "d3", name: EVIL, clientVersion: "2026.4.1" }),
  registration({ id: "r4", email: "bob@example.com", device: "d4", revoked: "2026-05-20T00:00:00Z" }),
  registration({ id: "r5", email: "ceo@example.com", device: "d-ceo", name: "CEO" }),
  registration({ id: "r6", email: "eve@elsewhere.example", name: "EVE" }),
  registration({ id: "r7", email: "eve@elsewhere.example", deleted: "2026-05-20T00:00:00Z" }),
  registration({ id: "r8", email: "zoe@example.com", name: "ZOE" }),
];

const DEVICES: readonly PhysicalDevice[] = [
  physicalDevice("d1", {
    ...{ serial_number: "SN1", model: "MacBook Pro", device_type: "mac" },
    ...{ os_version: "15.6.1", mac_address: "02:00:00:00:00:01", client_version: "2026.5.2" },
  }),
  physicalDevice("d2", { serial_number: "SN2" }),
];

let project: Repository;
beforeEach(() => {
  project = startRepository({ registrations: REGISTRATIONS, devices: DEVICES });
  project.write({ "allowlist.yaml": LIST });
});
afterEach(() => project.end());

interface Told {
  readonly registration: {
    readonly id: string;
    readonly device: Readonly<Record<string, unknown>>;
    readonly [field: string]: unknown;
  };
  readonly status: string;
  readonly why: { readonly code: string };
  readonly source?: { readonly file: string; readonly line: number };
  readonly listed?: Readonly<Record<string, string>>;
}

async function told(...args: readonly string[]): Promise<readonly Told[]> {
  const { code, out, err } = await project.run(["who", ...args, "--format", "json"]);
  expect([code, err]).toEqual([0, ""]);
  return (JSON.parse(out) as { registrations: Told[] }).registrations;
}

test("whatever is connected, on whatever grounds, and what the next update lets in; nothing else", async () => {
  const rows = await told();
  expect(rows.map(({ registration: { id }, status, why }) => [id, status, why.code])).toEqual([
    ["r1", "allowed", "entry"],
    ["r2", "to-unrevoke", "entry"],
    ["r3", "to-revoke", "unlisted"],
    ["r5", "left-alone", "protected"],
    ["r6", "out-of-scope", "out-of-scope"],
    ["r8", "left-alone", "unknown-user"],
  ]);
  expect(rows.map(({ source }) => source?.line)).toEqual([6, 7, 8, 2, undefined, 1]);
});

test("list is the same command, and what the account tells of a device is all there", async () => {
  const { out } = await project.run(["list", "--format", "json"]);
  expect(JSON.parse(out)).toMatchObject({ version: 1, asOf: "2026-06-01T12:00:00.000Z" });
  const [first] = (JSON.parse(out) as { registrations: Told[] }).registrations;
  expect(first?.registration).toMatchObject({
    user: { email: "ann@example.com" },
    device: {
      ...{ id: "d1", name: "ANN-MBP", serial: "SN1", model: "MacBook Pro", deviceType: "mac" },
      ...{ osVersion: "15.6.1", macAddress: "02:00:00:00:00:01", clientVersion: "2026.5.2" },
    },
    times: { created: "2026-05-01T08:00:00.000000Z", lastSeen: "2026-05-31T08:00:00.000000Z" },
    profile: { name: "Engineering", default: false, deleted: false },
    ...{ keyType: "secp256r1", tunnelType: "masque", virtualIpv4: "100.96.0.1", virtualIpv6: "2606:4700::1" },
  });
});

test("as text: people, and under each their devices with why", async () => {
  const { code, out } = await project.run(["who"]);
  expect(code).toBe(0);
  expect(out.replace(/\s+/gu, " ")).toContain(
    "Who may connect: 6 registrations of 5 people (1 allowed, 2 left alone, 1 out of scope, 1 to be revoked, 1 to be let in) Account ",
  );
  expect(out).toContain(`
ann@example.com
  ANN-MBP (MacBook Pro, serial SN1): allowed
    enrolled 2026-05-01T08:00Z, last seen 2026-05-31T08:00Z
    allowed by hardware (allowlist.yaml:6)
    profile Engineering, client 2026.5.2, tunnel masque, os mac 15.6.1
`);
  expect(out).not.toMatch(/\u202e|^\s*<script>/mu);
});

/** RFC 4180 read back. */
function readCsv(text: string): readonly (readonly string[])[] {
  const rows = text.split("\r\n");
  expect(rows.pop()).toBe("");
  return rows.map((row) => {
    expect(row).toMatch(/^"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*$/u);
    return [...row.matchAll(/"((?:[^"]|"")*)"(?:,|$)/gu)].map(([, cell = ""]) => cell.replaceAll('""', '"'));
  });
}

test("as CSV: no cell is a formula, whatever separates cells for its reader", async () => {
  const { out } = await project.run(["who", "--format", "csv"]);
  const [head = [], ...rows] = readCsv(out);
  const column = (name: string) => rows.map((row) => row[head.indexOf(name)]);
  expect(column("person")).toEqual([
    ...["ann@example.com", "ann@example.com", "bob@example.com"],
    ...["ceo@example.com", "eve@elsewhere.example", "zoe@example.com"],
  ]);
  expect(column("virtual ipv6")[0]).toBe("2606:4700::1");
  expect(column("device")[2]).toBe(`'=HYPERLINK("http://evil.example")\\u{202e};'+x,"'@y\\n<script>`);
  for (const row of rows) for (const cell of row) expect(cell).not.toMatch(/(?:^|[,;|"])\s*[=+\-@]/u);
  expect(head).toEqual(
    expect.arrayContaining(["enrolled", "listed since", "why", "last seen", "profile", "client"]),
  );
});

test("a file's ending tells the form", async () => {
  expect((await project.run(["who", "--output", "who.csv", "html=who.html", "--quiet"])).code).toBe(0);
  const read = (name: string) => execFileSync("cat", [join(project.folder, name)], { encoding: "utf8" });
  expect(read("who.csv")).toMatch(/^"person",/u);
  expect(read("who.html")).toMatch(/^<!doctype html>/u);
});

test("as a page: a table, and what devices are called is text in it", async () => {
  const { out } = await project.run(["who", "--format", "html"]);
  expect(out.match(/<tr>/gu)).toHaveLength(7);
  expect(out).toContain("<bdi>ANN-MBP</bdi><small><bdi>MacBook Pro, serial SN1</bdi></small>");
  expect(out).toContain("allowlist.yaml:6");
  expect(out).not.toMatch(/<script|\u202e|href|src=/u);
  expect(out).toMatch(/default-src 'none'; style-src 'sha256-/u);
});

test("of what no entry allows the line is its user's, where the entry would be added", async () => {
  const list = LIST.replace("protected:", "policy:\n  unlisted: revoke\nprotected:");
  project.write({ "allowlist.yaml": list });
  const [row] = (await told()).filter(({ registration }) => registration.id === "r3");
  expect(row).toMatchObject({ status: "to-revoke", source: { line: 10 } });
});

describe("--blame", () => {
  test("takes the day and the commit from the line of each entry, or of what protects it", async () => {
    const first = project.commit(
      { "allowlist.yaml": LIST.replace("    - serial: SN2\n", "") },
      "2025-11-02T23:30:00-05:00",
    );
    const second = project.commit({ "allowlist.yaml": LIST }, "2026-01-15T08:00:00Z");
    const rows = await told("--blame");
    const listed = (id: string) => rows.find(({ registration }) => registration.id === id)?.listed;
    // 23:30 at New York is the next day in UTC.
    expect(listed("r1")).toEqual({ since: "2025-11-03", commit: first, author: "T" });
    expect(listed("r2")).toEqual({ since: "2026-01-15", commit: second, author: "T" });
    expect(listed("r5")).toEqual({ since: "2025-11-03", commit: first, author: "T" });
    for (const id of ["r3", "r6", "r8"]) expect(listed(id)).toBeUndefined();
    const text = await project.run(["who", "--blame"]);
    expect(text.out).toContain(
      `enrolled 2026-05-01T08:00Z, last seen 2026-05-31T08:00Z, listed since\n      2025-11-03 (${first.slice(0, 12)})`,
    );
    const page = await project.run(["who", "--blame", "--format", "html"]);
    expect(page.out).toContain(`<bdi>2026-01-15</bdi><small><code>${second.slice(0, 12)}</code></small>`);
    const csv = await project.run(["who", "--blame", "--format", "csv"]);
    expect(csv.out).toContain(`"2026-01-15","${second}"`);
  });

  test("tells the same in a report of plan and of drift, and on its page", async () => {
    const commit = project.commit({ "allowlist.yaml": LIST }, "2026-01-15T08:00:00Z");
    for (const command of ["plan", "drift"]) {
      const { out } = await project.run([command, "--blame", "--format", "json"]);
      const { decisions } = JSON.parse(out) as ReportDocument;
      const listed = decisions.flatMap(({ registration: { id }, listed: one }) => (one ? [[id, one]] : []));
      const known = { since: "2026-01-15", commit, author: "T" };
      expect(Object.fromEntries(listed)).toEqual({ r1: known, r2: known, r5: known });
      const page = await project.run([command, "--blame", "--format", "html"]);
      expect(page.out).toContain(`<bdi>2026-01-15</bdi> <code><bdi>${commit.slice(0, 8)}</bdi></code>`);
      expect((await project.run([command, "--format", "json"])).out).not.toContain('"listed": {');
    }
  });

  test("says of lines and files that no commit has that they are not committed", async () => {
    const rows = async () =>
      (await told("--blame")).filter(({ listed }) => listed).map(({ listed }) => listed);
    const none = { unknown: "not committed" };
    expect(await rows()).toEqual([none, none, none]);
    project.commit({ "README.md": "x\n" });
    project.git("rm", "--quiet", "--cached", "allowlist.yaml");
    project.git("commit", "--quiet", "--message", "x");
    expect(await rows()).toEqual([none, none, none]);
    project.commit({ "allowlist.yaml": LIST });
    project.write({ "allowlist.yaml": LIST.replace("serial: SN2", "{ serial: SN2, note: new }") });
    expect((await rows()).map((one) => one?.unknown)).toEqual([undefined, "not committed", undefined]);
  });

  test("takes a file's name for a name, whatever it looks like", async () => {
    const users = "users:\n  ann@example.com:\n    - serial: SN1\n    - serial: SN2\n";
    project.commit({
      "allowlist.yaml": "version: 1\n",
      "allowlist/--output=x.yaml": users,
      "allowlist/$(touch stolen);.yaml": "users: { bob@example.com: [] }\n",
      "allowlist/ü [1].yaml": "users: { ceo@example.com: [{ device: d-ceo }] }\n",
    });
    const rows = await told("--blame");
    expect(
      rows.filter(({ listed }) => listed?.since !== undefined).map(({ source }) => source?.file),
    ).toEqual(["allowlist/--output=x.yaml", "allowlist/--output=x.yaml", "allowlist/ü [1].yaml"]);
    expect(project.git("status", "--porcelain")).toBe("");
  });

  test("works in a folder of the repository, and runs no filter of its configuration", async () => {
    project.commit({ "infra/warp/allowlist.yaml": LIST, ".gitattributes": "*.yaml diff=evil\n" });
    project.git("config", "diff.evil.textconv", `touch '${join(project.base, "stolen")}'; cat`);
    const { out } = await project.run(["who", "--blame", "--format", "json"], {
      folder: join(project.folder, "infra", "warp"),
    });
    expect(out).toContain('"since": "');
    expect(() => execFileSync("ls", [join(project.base, "stolen")], { stdio: "pipe" })).toThrow();
  });

  test("does not blame a shallow clone's oldest commit for what came before it", async () => {
    project.commit({ "allowlist.yaml": LIST }, "2025-11-02T00:00:00Z");
    project.commit({ "README.md": "x\n" }, "2026-01-15T00:00:00Z");
    const shallow = join(project.base, "shallow");
    execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${project.folder}`, shallow], {
      env: GIT_ENV,
    });
    const { out } = await project.run(["who", "--blame"], { folder: shallow });
    expect(out.replace(/\s+/gu, " ")).toContain("listed since before 2026-01-15 (the clone is shallow)");
  });

  test("without git or a repository it says so", async () => {
    const empty = join(project.base, "empty");
    mkdirSync(empty);
    const none = await project.run(["who", "--blame"], { env: { PATH: empty } });
    expect([none.code, none.out]).toEqual([1, ""]);
    expect(none.err).toContain(
      "error: git is not on the PATH\n  fix: install git, or omit the option that needs it",
    );
    project.write({ "allowlist.yaml": LIST }, empty);
    const outside = await project.run(["who", "--blame"], { folder: empty });
    expect(outside.code).toBe(1);
    expect(outside.err).toContain(
      "error: --blame: git cannot read this folder's repository: not a git repository",
    );
  });

  test("a linked file is told by what git knows of it", async () => {
    project.write({
      "lists/real.yaml": "users: { ann@example.com: [{ serial: SN1 }] }\n",
      "allowlist.yaml": "version: 1\n",
    });
    mkdirSync(join(project.folder, "allowlist"));
    symlinkSync("../lists/real.yaml", join(project.folder, "allowlist", "a.yaml"));
    project.commit({});
    const [row] = await told("--blame");
    expect(row?.listed).toBeDefined();
  });
});

test("a connector and a registration without a user are listed, and are no people", async () => {
  const other = startRepository({
    registrations: [
      registration({ id: "r1", email: "ann@example.com" }),
      registration({ id: "r2", email: "warp_connector@team.cloudflareaccess.com", name: "GATEWAY" }),
      registration({ id: "r3", name: "KIOSK" }),
    ],
  });
  other.write({ "allowlist.yaml": "version: 1\nusers: { ann@example.com: [{ registration: r1 }] }\n" });
  const { out } = await other.run(["who"]);
  other.end();
  expect(out).toContain("Who may connect: 3 registrations of 1 person (1 allowed, 2 left alone)");
  expect(out).toContain("\n(no user)\n  KIOSK (r3): left alone\n");
});

test("works on the live account, with nothing but GET", async () => {
  const trial = await startCliTrial(SMALL, { "allowlist.yaml": SMALL_LIST });
  const { code, out, err } = await trial.run("who");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^Who may connect: \d+ registrations of \d+ people/u);
  expect(out).toContain("alice@example.com\n");
  expect([...new Set(trial.simulator.log().map(({ method }) => method))]).toEqual(["GET"]);
  await trial.end();
});

test("what is wrong with the allowlist, or another account, is said before anything else", async () => {
  project.write({ "allowlist.yaml": "version: 1\nusers: { ann@example.com: nonsense }\n" });
  const { code, out, err } = await project.run(["who"]);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain("allowlist.yaml:2:");
});
