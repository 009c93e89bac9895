import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import { formatNames } from "../../src/report/formats.js";
import { LIST, NO_LIMITS, SMALL } from "../e2e/small-account.js";
import { registration } from "../support/world.js";
import { startOffline } from "./offline.js";
import { type CliTrial, NOW, startCliTrial, TOKEN } from "./trial.js";

/** In good order with the small account, but for what the test changes. */
const IN_SYNC = `version: 1
policy: { unlisted: report, listedRevoked: report }
scope: { emails: [alice@example.com] }
users:
  alice@example.com:
    - serial: SN-d1
    - serial: SN-d2
`;

let trial: CliTrial;
beforeEach(async () => {
  trial = await startCliTrial(SMALL, { "allowlist.yaml": LIST + NO_LIMITS });
});
afterEach(() => trial.end());

function document(file: string): ReportDocument {
  return JSON.parse(trial.read(file)) as ReportDocument;
}

test("nothing but GET reaches the account, and the token is in no output and no file", async () => {
  const everything = formatNames.map((name) => `--output ${name}=report.${name}`).join(" ");
  const runs = [
    await trial.run(`plan ${everything}`, { env: { WARP_EVIDENCE: "output" }, terminal: true }),
    await trial.run("plan --base allowlist.yaml"),
    await trial.run("drift --history h.json --write-baseline b.yaml"),
    await trial.run("inventory --output i.json --access-users"),
    await trial.run("inventory --redact"),
    await trial.run("validate"),
  ];
  const files = [...formatNames.map((name) => `report.${name}`), "h.json", "b.yaml", "i.json"].map(
    trial.read,
  );
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...new Set(trial.simulator.log().map(({ method }) => method))]).toEqual(["GET"]);
  for (const text of [...runs.flatMap(({ out, err }) => [out, err]), ...files])
    expect(text).not.toContain(TOKEN);
});

test("acts, files side by side, and standard output as ever", async () => {
  const { code, out, err } = await trial.run(
    "plan --output json=plan.json markdown=plan.md --output html=p.html",
  );
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("to revoke 2, delete 1, unrevoke 1");
  expect(document("plan.json").summary).toMatchObject({ revoke: 2, delete: 1, unrevoke: 1 });
  expect(trial.read("plan.md")).toContain("<details>");
  expect(trial.read("p.html")).toMatch(/^<!doctype html>/iu);
  expect(statSync(join(trial.folder, "plan.json")).mode & 0o777).toBe(0o600);
});

test("a file without a format takes the place of standard output; its name tells the format", async () => {
  expect((await trial.run("plan --output plan.json")).out).toBe("");
  expect(document("plan.json").version).toBe(1);
  await trial.run("plan --format json --output plan.txt");
  expect(document("plan.txt").version).toBe(1);
  await trial.run("plan --output plan.txt");
  expect(trial.read("plan.txt")).toMatch(/^WARP registrations: /);
});

test("all files are written, or none", async () => {
  trial.write("plan.json", "before");
  const { code, err } = await trial.run("plan --output json=plan.json markdown=nowhere/plan.md");
  expect([code, err]).toEqual([1, "error: nowhere/plan.md: cannot be written: no such file or folder\n"]);
  expect(trial.read("plan.json")).toBe("before");
});

test("exit codes: 0 without --exit-code, 2 with it for acts and for findings alone, 0 in sync", async () => {
  expect((await trial.run("plan")).code).toBe(0);
  expect((await trial.run("plan --exit-code")).code).toBe(2);
  trial.write("allowlist.yaml", IN_SYNC);
  expect((await trial.run("plan --exit-code")).code).toBe(0);
  trial.write("allowlist.yaml", `${IN_SYNC}    - serial: NOBODYS\n`);
  expect((await trial.run("plan --exit-code")).code).toBe(2);
});

test("a guard that trips is 3, with the plan shown; the approval of exactly this plan is 0", async () => {
  trial.write("allowlist.yaml", `${LIST}guards: { revoke: { max: 1 } }\n`);
  const held = await trial.run("plan --output json=plan.json");
  expect(held.code).toBe(3);
  expect(held.out).toContain("ALICE-OLD");
  expect(held.err).toContain("GUARD TRIPPED: guards.revoke: 2 due, at most 1");
  const { fingerprint } = document("plan.json");
  expect((await trial.run("plan", { env: { WARP_APPROVE: fingerprint } })).code).toBe(0);
  const other = await trial.run("plan", { env: { WARP_APPROVE: "0123456789abcdef" } });
  expect(other.code).toBe(3);
  expect(other.err).toContain("approves another plan");
});

test("WARP_EXPECT_PLAN binds the plan as it binds the program's", async () => {
  await trial.run("plan --output json=reviewed.json");
  trial.write("allowlist.yaml", LIST.replace("    - serial: SN-d1\n", "    - serial: SN-d2\n") + NO_LIMITS);
  const env = { WARP_EXPECT_PLAN: join(trial.folder, "reviewed.json") };
  await trial.run("plan --output json=now.json", { env });
  const now = document("now.json");
  const pending = now.decisions
    .filter((decision) => decision.pending)
    .map(({ registration }) => registration.id);
  expect(pending).toEqual(["alice-laptop"]);
  expect(now.reviewed?.asOf).toBe(NOW);
});

test("an inventory gives the same plan as the account that it was taken of", async () => {
  await trial.run("inventory --output i.json");
  await trial.run("plan --output live.json");
  await trial.run("plan --inventory i.json --output saved.json", { now: "2027-01-01T00:00:00Z" });
  const { generatedAt: _live, ...live } = document("live.json");
  const { generatedAt: _saved, ...saved } = document("saved.json");
  expect(saved).toEqual(live);
});

test("no account is asked for while a file is wrong, or with an inventory", async () => {
  await trial.run("inventory --output i.json");
  const before = trial.simulator.log().length;
  expect((await trial.run("plan --inventory i.json", { env: { CLOUDFLARE_API_TOKEN: "" } })).code).toBe(0);
  trial.write("allowlist.yaml", `${LIST}\nuser: {}\n`);
  expect((await trial.run("plan")).code).toBe(1);
  expect((await trial.run("plan --allowlist nothing.yaml")).code).toBe(1);
  expect(trial.simulator.log()).toHaveLength(before);
});

test("--now decides as of that moment", async () => {
  trial.write("allowlist.yaml", `${IN_SYNC}      expires: 2026-06-10\n`);
  const unlisted = async (now: string) => {
    await trial.run(`plan --output plan.json --now ${now}`);
    return document("plan.json").decisions.find(({ registration }) => registration.id === "alice-old")?.reason
      .code;
  };
  expect(await unlisted("2026-06-10T23:59:59Z")).toBe("entry");
  expect(await unlisted("2026-06-11")).toBe("expired");
});

test("--base tells what the change lets through, and stands outside the project where it likes", async () => {
  trial.write("base.yaml", `${LIST}  erin@example.com:\n    - serial: SN-d7\n${NO_LIMITS}`);
  const { out, code } = await trial.run("plan --base base.yaml --exit-code");
  expect(code).toBe(2);
  expect(out.replace(/\s+/gu, " ")).toContain(
    "the change drops erin@example.com from the allowlist, and 1 active registration stays connected",
  );
  const elsewhere = await startCliTrial(SMALL, { "allowlist.yaml": LIST + NO_LIMITS });
  const outside = await elsewhere.run(`plan --base ${join(trial.folder, "base.yaml").replaceAll(" ", "?")}`);
  expect(outside.out).toContain("the change drops erin@example.com");
  await elsewhere.end();
});

test("colour and progress on a terminal only", async () => {
  const esc = "\u001b[";
  const plain = await trial.run("plan");
  expect([plain.out.includes(esc), plain.err]).toEqual([false, ""]);
  const shown = await trial.run("plan", { terminal: true });
  // What cannot be undone looks otherwise than what can, and so does what lets in against somebody's revocation.
  expect(shown.out).toContain(`${esc}33m    - revoke`);
  expect(shown.out).toContain(`${esc}1m${esc}31m    x delete`);
  expect(shown.out).toContain(`${esc}1m${esc}35mLET IN AGAIN`);
  expect(shown.err).toContain("Listing account");
  const quiet = await trial.run("plan --quiet", { terminal: true });
  expect([quiet.out, quiet.err]).toEqual(["", ""]);
  const sober = await trial.run("plan", { terminal: true, env: { NO_COLOR: "1" } });
  expect(sober.out).not.toContain(esc);
  const without = await trial.run("plan --no-color", { terminal: true, env: { FORCE_COLOR: "1" } });
  expect(without.out).not.toContain(esc);
  const forced = await trial.run("plan", { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
  expect(forced.out).toContain(esc);
});

test("a device's name forges no line, on the terminal or in an error", async () => {
  trial.simulator.rename({ id: "alice-old" }, "x\u001b[2J\r\n::error::forged <{%reset%}>");
  const { out } = await trial.run("plan", { terminal: true, env: { NO_COLOR: "1" } });
  expect(out).toContain("\\u{1b}[2J");
  expect(out).not.toContain("\u001b");
  expect(out).not.toMatch(/^::error|<\{%/mu);
});

describe("two listings that contradict each other are not whole", () => {
  const empty = {
    success: true,
    errors: [],
    messages: [],
    result: [],
    result_info: { count: 0, cursor: "" },
  };
  test.each([
    ["no registrations beside devices", "registrations$", "users: { bob@example.com: [{ serial: SN-d3 }] }"],
    ["no registrations, where no entry asks for devices", "registrations$", "users: { bob@example.com: [] }"],
    [
      "no devices beside registrations",
      "physical-devices$",
      "users: { bob@example.com: [{ serial: SN-d3 }] }",
    ],
  ])("%s", async (_, path, users) => {
    trial.write("allowlist.yaml", `version: 1\n${users}\n`);
    trial.simulator.addFaults({ kind: "body", body: empty, match: { path }, times: 9 });
    const { code, err } = await trial.run("plan");
    expect(code).toBe(1);
    expect(err).toContain("contradict each other, so one of them is not complete");
  });
});

test("of very many contradictions fifty are told, and the rest is counted", async () => {
  const live = Array.from({ length: 60 }, (_, at) =>
    registration({ id: `r${at}`, email: "ann@example.com", name: `a${at}b` }),
  );
  const project = startOffline(
    { registrations: live },
    {
      "allowlist.yaml":
        'version: 1\nusers:\n  ann@example.com:\n    - nameGlob: "a*"\n    - { nameGlob: "*b", state: revoked }\n',
    },
  );
  const { err } = await project.run("plan", "--inventory", "inventory.json", "--format", "github");
  project.end();
  expect(err.match(/^ {2}fix: /gmu)).toHaveLength(50);
  expect(err).toContain("10 more contradictions are not listed");
});

test("plan and drift name a stolen device that is connected under another user first, with both ways on", async () => {
  const name = "STOLEN ".repeat(20);
  const owner = `${"a".repeat(60)}@example.com`;
  const offline = startOffline(
    {
      registrations: [
        registration({ id: "alices", email: "alice@example.com", device: "d1" }),
        registration({ id: "stolen", email: owner, device: "d2", name }),
        registration({ id: "erins", email: "erin@example.com", device: "d3" }),
      ],
    },
    {
      "allowlist.yaml":
        "version: 1\nusers:\n  alice@example.com: [{ device: d1 }, { device: nowhere }, { device: d2, state: deleted }]\n",
    },
  );
  // Where the first finding begins in each, and what it ends with.
  const first: Record<string, readonly [RegExp, string]> = {
    text: [/^REFUSED, but connected:\n {2}! (?=device "d2" )/mu, "list there (allowlist.yaml:3)"],
    markdown: [
      /<summary>REFUSED, but connected<\/summary>\n\n\| What .*\n.*\n(?=\| device )/u,
      "list there |",
    ],
    github: [/^::notice title=WARP .*\n(?=::warning .*=finding\/elsewhere)/mu, "list there"],
  };
  for (const command of ["plan", "drift"]) {
    const args = Object.keys(first).map((format) => `${format}=report.${format}`);
    const { code } = await offline.run(command, "--inventory", "inventory.json", "--output", ...args);
    expect(code).toBe(0);
    for (const [format, [before, end]] of Object.entries(first)) {
      const [, rest = ""] = (offline.read(`report.${format}`) ?? "").split(before);
      const where = `${command} ${format}`;
      const told = rest.replace(/\s+/gu, " ").replaceAll("&#39;", "'");
      expect(told, where).toContain("must be deleted, but is connected under another user");
      expect(told, where).toContain("refuse it under that user too (with the same entry); if");
      expect(told, where).toContain(`move the user's whole ${end}`);
    }
  }
  offline.end();
});
