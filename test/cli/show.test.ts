/** `show`: a report that was saved, in every other form, without an account. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { columnsFor } from "../../src/cli/output.js";
import { formatNames, render } from "../../src/report/formats.js";
import { columnsOf } from "../../src/text/lines.js";
import { fullDocument } from "../support/report.js";
import { registration } from "../support/world.js";
import { type Ended, type Offline, startOffline } from "./offline.js";

const full = fullDocument();
const { results: _, accessUserResults: __, ...plan } = full;

let project: Offline;
beforeAll(() => {
  project = startOffline(
    { registrations: [registration({ id: "r1", email: "bob@example.com" })] },
    { "allowlist.yaml": "version: 1\nusers: { bob@example.com: [] }\n", "run.json": JSON.stringify(full) },
  );
});
afterAll(() => project.end());

const show = (...args: readonly string[]) => project.run("show", ...args);

test.each(formatNames)("a run as %s, on standard output and in a file", async (format) => {
  const wanted = render(format, full, { marker: "prod" });
  expect(wanted).not.toBe("");
  const printed = await show("run.json", "--format", format, "--marker", "prod");
  expect(printed).toEqual({ code: 0, out: wanted, err: "" });
  const written = await show(
    "run.json",
    "--output",
    `${format}=out.${format}`,
    "--quiet",
    "--marker",
    "prod",
  );
  expect(written).toEqual({ code: 0, out: "", err: "" });
  expect(project.read(`out.${format}`)).toBe(wanted);
});

test("what plan saves is shown as plan prints it, and drift likewise", async () => {
  for (const command of ["plan", "drift"]) {
    const saved = await project.run(
      ...[command, "--inventory", "inventory.json", "--output", "json=plan.json", "markdown=plan.md"],
    );
    expect(saved.code).toBe(0);
    const text = await show("plan.json");
    expect(text.out).toBe(saved.out);
    expect(text.out).toContain("Next: WARP_EXPECT_PLAN=plan.json pulumi up");
    expect((await show("plan.json", "--format", "markdown")).out).toBe(project.read("plan.md"));
    expect((await show("plan.json", "--format", "json")).out).toBe(project.read("plan.json"));
  }
});

test("a report without all that was added since version 1 began is shown in every form", async () => {
  const { approval, freeze, reviewed, accessUsers, domains, ...rest } = plan;
  expect([approval, freeze, reviewed, accessUsers]).not.toContain(undefined);
  expect(domains).toBeUndefined();
  const old = {
    ...rest,
    findings: rest.findings.map(({ subject: _subject, related: _related, ...finding }) => finding),
    decisions: rest.decisions.map(({ entry: _entry, evidence: _evidence, ...decision }) => ({
      ...decision,
      registration: { ...decision.registration, device: { id: "d", name: "OLD-PC" } },
    })),
  };
  project.write("old.json", JSON.stringify(old));
  for (const format of formatNames) {
    const { code, out, err } = await show("old.json", "--format", format);
    expect([format, code, err]).toEqual([format, 0, ""]);
    expect(out, format).toContain("OLD");
  }
});

test("what a text takes of a terminal is its columns, at least 40; 80 of what is none, or does not say", () => {
  expect(columnsFor({ isTTY: true, columns: 132 })).toBe(132);
  expect(columnsFor({ isTTY: true, columns: 12 })).toBe(40);
  for (const none of [
    { isTTY: true },
    { isTTY: true, columns: 0 },
    { columns: 132 },
    { isTTY: false, columns: 132 },
  ])
    expect(columnsFor(none)).toBeUndefined();
});

test.each([
  ["show", "run.json"],
  ...["plan", "drift", "explain", "who"].map((command) => [
    ...[command, ...(command === "explain" ? ["b1"] : [])],
    ...["--inventory", "wide.json"],
  ]),
])("%s writes a text as wide as the terminal, and 80 columns where there is none", async (...args) => {
  const name = "LAPTOP of the people who sell things in the north of the country ".repeat(2);
  project.write(
    "wide.json",
    JSON.stringify({
      ...{ kind: "warp-inventory", version: 1, account: plan.account, takenAt: plan.asOf, redacted: false },
      ...{ registrations: [registration({ id: "b1", email: "bob@example.com", name })], devices: [] },
    }),
  );
  const widest = ({ out }: Ended) =>
    Math.max(
      ...out
        .split("\n")
        .filter((line) => !line.startsWith("Next: "))
        .map((line) => columnsOf(line)),
    );
  const at = async (columns: number) => widest(await project.runAt(columns, ...args, "--no-color"));
  const [narrow, wide, piped] = [await at(50), await at(120), widest(await project.run(...args))];
  expect(narrow).toBeLessThanOrEqual(50);
  expect(wide).toBeGreaterThan(80);
  expect(wide).toBeLessThanOrEqual(120);
  expect(piped).toBeLessThanOrEqual(80);
  expect(piped).toBeGreaterThan(50);
});

test("evidence is shown only where the environment asks for it", async () => {
  expect((await show("run.json")).out).not.toContain("disk encryption");
  expect(render("text", full, { evidence: true })).toContain("disk encryption");
});

describe("what cannot be shown is one clear message, and 1", () => {
  const decision = plan.decisions[0]!;
  const deep = JSON.stringify(plan).replace("{", `{"more":${"[".repeat(50_000)}${"]".repeat(50_000)},`);
  test.each<[string, string | object, string]>([
    ["no JSON", '{"version": 1,,}', 'it.json:1:15: not JSON: expected a key in double quotes and ":"'],
    ["half a file", JSON.stringify(plan).slice(0, -9), "it.json:1:"],
    ["nothing", "", "it.json:1:1: not JSON: expected a value"],
    ["no report", { version: 1 }, "it.json: the report must have required property 'account'"],
    ["a list", [], "it.json: it is not a report of version 1"],
    ["a later version", { ...plan, version: 2 }, "it is not a report of version 1, but of version 2"],
    [
      "another action",
      { ...plan, decisions: [{ ...decision, action: "burn" }] },
      "decisions[0].action must be",
    ],
    ["another type", { ...plan, findings: {} }, "it.json: findings must be array"],
    ["domains that are none", { ...plan, domains: { "(a+)+$": "x" } }, "it.json: domains must match pattern"],
    ["too deep a file", deep, "it.json: cannot be shown as json: it is nested too deeply"],
  ])("%s", async (_name, content, message) => {
    project.write("it.json", typeof content === "string" ? content : JSON.stringify(content));
    const { code, out, err } = await show("it.json", "--format", "json");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(message);
    expect(err).toContain("fix: give the JSON of a report");
    expect(err).not.toMatch(/^\s+at |this is a bug/mu);
  });

  test.each([
    [["inventory.json"], "inventory.json: it is an inventory, not a report"],
    [["none.json"], "none.json: cannot be read: no such file or folder"],
    [["."], ".: cannot be read: it is a folder"],
    [[], "missing required argument 'report'"],
    [["run.json", "--output", "json=run.json"], "this run reads run.json, and would overwrite it"],
    [["run.json", "--output", "run.csv"], "no format of this command ends in .csv"],
  ])("%j", async (args, message) => {
    const { code, out, err } = await show(...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(message);
  });
});

test("whatever a file says, no form lets a terminal, a forge or a browser obey it", async () => {
  const evil = "\u001b[2J\u202e<script>x</script>\n::error::x\n##[error]<{%";
  const spoil = (value: unknown): unknown => {
    if (typeof value === "string") return value;
    if (Array.isArray(value)) return value.map(spoil);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [
        key,
        typeof child === "string" && !FIXED.has(key) ? child + evil : spoil(child),
      ]),
    );
  };
  project.write("evil.json", JSON.stringify(spoil(full)));
  for (const format of formatNames) {
    const { code, out } = await show("evil.json", "--format", format);
    expect([format, code]).toEqual([format, 0]);
    expect(out, format).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}|<\{%|##\[/u);
    if (format === "html" || format === "markdown") expect(out, format).not.toContain("<script>x");
    if (format !== "github") expect(out, format).not.toMatch(/^\s*::/mu);
  }
});

/** Words of a fixed set, and what must be a time. */
const FIXED: ReadonlySet<string> = new Set([
  "asOf",
  "act",
  "action",
  "live",
  "desired",
  "guard",
  "by",
  "result",
  "why",
  "code",
]);

test("--json is short for --format json, of every command that has both", async () => {
  const saved = ["--inventory", "inventory.json"];
  const asked: Readonly<Record<string, readonly string[]>> = {
    validate: [],
    plan: saved,
    drift: saved,
    show: ["run.json"],
    inventory: saved,
    who: saved,
    explain: ["r1", ...saved],
  };
  const { out } = await project.run("completion", "fish");
  const withJson = [...out.matchAll(/seen_subcommand_from ([a-z]+)(?: [a-z]+)*' -l json /gu)].map(
    ([, name]) => name,
  );
  expect(withJson.sort()).toEqual([...Object.keys(asked), "accept", "simulate"].sort());
  for (const [command, args] of Object.entries(asked)) {
    const short = await project.run(command, ...args, "--json");
    expect([command, short.code]).toEqual([command, 0]);
    expect(JSON.parse(short.out), command).toMatchObject({ version: 1 });
    expect(short).toEqual(await project.run(command, ...args, "--format", "json"));
  }
});
