import { describe, expect, test } from "vitest";
import { fullDocument } from "../../test/support/report.js";
import { physicalDevice, plan, type Sketch } from "../../test/support/world.js";
import { columnsOf } from "../text/lines.js";
import type { ReportDocument } from "./document.js";
import { type DocumentOptions, toDocument } from "./to-document.js";
import { isHeld, whyHeld } from "./guards.js";
import { renderText } from "./text.js";

const REVOKED = "2026-05-10T00:00:00Z";
const LIST = `version: 1
guards:
  revoke: { max: 1 }
users:
  alice@example.com:
    - serial: SN1
      reason: her laptop
  bob@example.com: []
`;
const LIVE: readonly Sketch[] = [
  { id: "a", email: "alice@example.com", device: "d1", name: "ALICE-MBP", revoked: REVOKED },
  { id: "b", email: "bob@example.com", device: "d2", name: "BOB-PC" },
  { id: "c", email: "carol@example.com", device: "d3" },
];
const DEVICES = [
  physicalDevice("d1", { serial_number: "SN1", model: "MacBook Pro" }),
  physicalDevice("d2", { serial_number: "SN2" }),
];

function documentOf(live = LIVE, options: Partial<DocumentOptions> = {}): ReportDocument {
  const generatedAt = new Date("2026-06-01T12:00:01Z");
  return toDocument(plan(LIST, live, DEVICES), { generatedAt, run: false, ...options });
}

test("a plan reads: what, who, which device, why, which line, what was left, guards, fingerprint", () => {
  expect(renderText(documentOf())).toBe(`WARP registrations: to revoke 1, unrevoke 1
Account 0123456789abcdef0123456789abcdef,
  as of 2026-06-01T12:00Z: 3 in scope (2 active)

CUTS OFF:
  bob@example.com
    - revoke   BOB-PC (serial SN2), last seen 2026-05-31
               no entry for its user allows it (allowlist.yaml:8)

LETS BACK IN:
  alice@example.com
    + unrevoke ALICE-MBP (MacBook Pro, serial SN1), revoked 2026-05-10
               allowed by serial "SN1": her laptop (allowlist.yaml:6)

Left alone: 1
  unknown user 1: NAME-c of carol@example.com

Findings:
  carol@example.com is not in the allowlist: 1 active registration left alone
    (allowlist.yaml:1)

Guards: revoke 1 of at most 1; delete 0 of at most 1; unrevoke 1 of at most 1
Fingerprint: ${documentOf().fingerprint}
Next: pulumi up`);
});

test("in sync says so, with the findings that are left to look at, and shows no fingerprint", () => {
  const document = documentOf([{ id: "a", email: "alice@example.com", device: "d1" }, LIVE[2]!]);
  const text = renderText(document);
  expect(document.findings.map(({ code }) => code)).toContain("unknown-user");
  const many = document.findings.length === 1 ? "1 finding" : `${document.findings.length} findings`;
  expect(text.split("\n")[0]).toBe(`WARP registrations: in sync, no act is due, ${many} to look at`);
  expect(text).not.toContain("Fingerprint");
});

test.each(["x y ".repeat(500), "x".repeat(10_000), "\u202e".repeat(200), "笔".repeat(300)])(
  "no line is wider than 80 columns, and no act takes many of them, whatever a device is called (%#)",
  (name) => {
    const odd = { ...LIVE[1]!, name };
    const text = renderText(documentOf([odd, { id: "d", email: "alice@example.com", name }]));
    for (const line of text.split("\n")) expect(columnsOf(line), line).toBeLessThanOrEqual(80);
    expect(text.split("\n").length).toBeLessThan(40);
  },
);

test("what a device is called cannot begin a line, move the cursor, or open Pulumi's markup", () => {
  const text = renderText(documentOf([{ ...LIVE[1]!, name: "<{%reset%}>\u001b[2J\u202e\nGuards: none" }]));
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u001b\u202e]|<\{%|%\}>|^Guards: none/mu);
  expect(text).toContain("\\u{3c}{%reset\\u{25}}>\\u{1b}[2J\\u{202e}\\nGuards: none");
});

test.each([60, 80, 200])("a text of %i columns uses them, and breaks no date, path or address", (columns) => {
  const email = `somebody.with.a.long.name.${"x".repeat(20)}@example.com`;
  const path = `${"a-folder/".repeat(9)}allowlist.yaml`;
  const document = documentOf();
  const text = renderText(
    {
      ...document,
      decisions: document.decisions.map((one) => ({
        ...one,
        source: { ...one.source, file: path },
        registration: { ...one.registration, user: { email } },
      })),
    },
    { columns },
  );
  for (const whole of [`${path}:8`, email, "2026-05-10", "2026-05-31", "2026-06-01T12:00Z"])
    expect(text).toContain(whole);
  const wide = text.split("\n").filter((line) => columnsOf(line) > columns);
  expect(wide.filter((line) => !line.includes(path) && !line.includes(email))).toEqual([]);
  expect(Math.max(...text.split("\n").map(columnsOf))).toBeGreaterThan(columns / 2);
});

describe("a guard that tripped", () => {
  const two = [...LIVE, { id: "d", email: "bob@example.com", device: "d4", name: "BOB-2" }];

  test("is named with the figure, the limit, its line, and both ways on", () => {
    const document = documentOf(two);
    expect(isHeld(document)).toBe(true);
    expect(whyHeld(document, undefined)).toBe(`HELD, nothing is done:
GUARD TRIPPED: guards.revoke: 2 due, at most 1
  set by guards.revoke.max (allowlist.yaml:3)
Nothing is done. To go on, either:
  change guards.revoke.max in the allowlist, or
  approve exactly this plan: run again with WARP_APPROVE=${document.fingerprint} in the environment`);
  });

  test("is said once where the run ends with it; an approval is said all the same", () => {
    const held = renderText(documentOf(two), { holdsSaid: true });
    expect(held).toContain("Guards: revoke 2 of at most 1");
    expect(held).not.toContain("GUARD TRIPPED");
    const approved = documentOf(two, { approval: {}, run: true });
    expect(renderText(approved, { holdsSaid: true })).toContain("approved with WARP_APPROVE");
    const text = `users:\n  alice@example.com:\n    - { nameGlob: "L*" }\n    - { nameGlob: "*1", state: revoked }\n`;
    const made = toDocument(
      plan(`version: 1\n${text}`, [{ id: "a", email: "alice@example.com", name: "L1" }]),
      { generatedAt: new Date("2026-06-01T12:00:01Z"), run: false },
    );
    expect(renderText(made)).toContain("ERROR two entries ask for different states");
    expect(renderText(made, { holdsSaid: true })).not.toContain("two entries ask");
  });

  test("says that an approval was for another plan", () => {
    expect(whyHeld(documentOf(two), "ffffffffffffffff")).toMatch(
      /\nWARP_APPROVE=ffffffffffffffff approves another plan/u,
    );
  });

  test("lets the plan pass when it is approved, and says so", () => {
    const document = documentOf(two, { approval: {}, run: true });
    expect(isHeld(document)).toBe(false);
    expect(renderText(document)).toContain(
      "Guard guards.revoke: 2 due, at most 1: approved with WARP_APPROVE",
    );
  });

  test("by percent says of how many", () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ id: `x${i}`, email: "x@example.com" }));
    const list = LIST.replace("{ max: 1 }", "{ percent: 1 }");
    const document = toDocument(plan(list, [...LIVE, ...many], DEVICES), {
      generatedAt: new Date(),
      run: false,
    });
    expect(whyHeld(document, undefined)).toContain("at most 0 (1 % of 22 active registrations in scope)");
  });

  test("says of none where nothing in scope is active", () => {
    const gone = ["a", "b"].map((id) => ({ id, email: "bob@example.com", revoked: "2026-05-01T00:00:00Z" }));
    const list = "version: 1\npolicy: { unlisted: delete }\nusers: { bob@example.com: [] }\n";
    const document = toDocument(plan(list, gone, []), { generatedAt: new Date(), run: false });
    expect(whyHeld(document, undefined)).toContain(
      "guards.delete: 2 due, at most 1 (the account has no active registrations in scope)",
    );
  });
});

test("an approval does not let a contradiction pass", () => {
  const list = `version: 1\nusers:\n  bob@example.com:\n    - { nameGlob: "B*" }\n    - { nameGlob: "*C", state: revoked }\n`;
  const document = toDocument(plan(list, [LIVE[1]!]), { generatedAt: new Date(), approval: {}, run: true });
  expect(isHeld(document)).toBe(true);
  expect(whyHeld(document, undefined)).toContain("allowlist.yaml:4:");
});

describe("a report with everything", () => {
  const text = renderText(fullDocument(), { planFile: "plan.json" });
  const sections = text.split("\n\n");
  const section = (title: string) => sections.find((one) => one.startsWith(title)) ?? "";

  test("tells what waits and why, apart from what is done, each below its user", () => {
    expect(section("Pending")).toMatch(
      /^Pending, not done in this run:\n {2}bob@example\.com\n {4}- revoke {3}BOB-OLD-DELL .*\n.*\n +pending \(limit\): limits\.perRun is 3$/u,
    );
    expect(section("  alice@example.com")).not.toContain("BOB-OLD-DELL");
    expect(text.split("\nResults:")[0]?.match(/BOB-OLD-DELL/gu)).toHaveLength(1);
  });

  test("tells what became of each act, and counts it", () => {
    expect(text).toMatch(/BOB-TABLET .*\n.*\n +result: failed: the account refused it\n/u);
    expect(text).toContain("Results: 1 act done, 2 failed, 1 not attempted\n");
  });

  test("tells the freeze, the reviewed plan, what it does not do any more, and who approved", () => {
    expect(text).toContain("\nFROZEN until 2026-06-02T00:00Z: the release (allowlist.yaml:3)\n");
    expect(text).toContain("\nBound to the reviewed plan 0123456789abcdef, as of 2026-06-01T08:00Z\n");
    expect(section("In the reviewed plan")).toContain("revoke   FRANK-PC of frank@example.com");
    expect(text).toContain("approved by eve: agreed in the meeting");
    expect(text).toContain("perUser 3 of at");
  });

  test("tells owner, ticket, expiry and note of the entry that decides", () => {
    expect(text.replaceAll(/\n +/gu, " ")).toContain(
      "owner it@example.com, ticket IT-12, expires 2026-06-10, note: bought in May",
    );
  });

  test("names what is left alone, in the order of the rules", () => {
    expect(section("Left alone").split("\n")).toEqual([
      "Left alone: 4",
      "  protected 1: CEO-LAPTOP of ceo@example.com",
      "  ignored 1: LAB-7 of bob@example.com",
      "  unknown user 1: CAROL-MBA of carol@example.com",
      "  no user 1: KIOSK of (no user)",
      "Kept: 1 connected",
    ]);
  });
});

describe("the next command", () => {
  const last = (document: ReportDocument, planFile?: string) =>
    renderText(document, { planFile }).split("\n").at(-1);
  const due = documentOf();

  test("does the plan, or the plan that was kept", () => {
    expect(last(due)).toBe("Next: pulumi up");
    expect(last(due, "plan.json")).toBe("Next: WARP_EXPECT_PLAN=plan.json pulumi up");
    expect(last(due, "my plans/it's $1.json")).toBe(
      "Next: WARP_EXPECT_PLAN='my plans/it'\\''s $1.json' pulumi up",
    );
    const long = `${"a folder/".repeat(20)}plan.json`;
    expect(last(due, long)).toBe(`Next: WARP_EXPECT_PLAN='${long}' pulumi up`);
  });

  test("waits for the end of a freeze", () => {
    const source = { file: "allowlist.yaml", line: 2, column: 1 };
    const freeze = { until: "2026-06-02T00:00:00.000Z", reason: "release", source };
    expect(last({ ...due, freeze, pending: 2 })).toBe("Next: pulumi up, from 2026-06-02T00:00Z on");
  });

  test("is a new plan where nothing that is due was reviewed", () => {
    expect(last({ ...due, pending: 2 })).toBe("Next: pulumi preview, for a new plan");
  });

  test("does what a run that failed has left", () => {
    const results = [
      { registration: "a", act: "unrevoke", result: "done" },
      { registration: "b", act: "revoke", result: "failed" },
    ] as const;
    expect(last({ ...due, results })).toBe("Next: pulumi up, which does the remaining 1 act");
  });

  test("is not the run that is just under way, and nothing is told as a result before it comes to an act", () => {
    const begun = documentOf(LIVE, { run: true });
    expect(begun.results?.map(({ result }) => result)).toEqual(["skipped", "skipped"]);
    expect(begun.findings).not.toEqual([]);
    expect(renderText(begun)).not.toContain("Next: ");
    expect(renderText(begun)).not.toMatch(/^Results|not attempted/mu);
  });

  test("is no update after one that has done everything", () => {
    const { results = [], ...run } = documentOf(LIVE, { run: true });
    const done = results.map((one) => ({ ...one, result: "done" as const }));
    expect(renderText({ ...run, results: done, findings: [] })).not.toContain("Next:");
  });

  test("is none where all is in order", () => {
    const list = "version: 1\nusers:\n  bob@example.com:\n    - device: d2\n";
    const inSync = toDocument(plan(list, [LIVE[1]!]), { generatedAt: new Date(), run: false });
    expect(last({ ...inSync, findings: [] })).toMatch(/^Guards: /u);
  });
});
