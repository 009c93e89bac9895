import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  allowlist,
  NOW,
  physicalDevice,
  registration,
  type Sketch,
} from "../../test/support/world.js";
import { withChange } from "../reconcile/change.js";
import { type Finding } from "../reconcile/findings/finding.js";
import { type FindingCode, findingKinds } from "../reconcile/findings/kinds.js";
import { makePlan } from "../reconcile/plan.js";
import type { ReportDocument } from "./document.js";
import { toDocument } from "./to-document.js";
import { type Format, render } from "./formats.js";
import { outlineOf } from "./outline.js";

/** What a pull request shows: two allowlists over the same account. */
function changed(before: string, after: string, live: readonly Sketch[]): ReportDocument {
  const [base, head] = [allowlist(before, "base.yaml"), allowlist(after)];
  const devices = live.map(({ device = "" }) => physicalDevice(device, { serial_number: `SN${device}` }));
  const inventory = { account: ACCOUNT, registrations: live.map(registration), devices };
  const plans = { before: makePlan(base, inventory, NOW), after: makePlan(head, inventory, NOW) };
  return toDocument(withChange({ base, head }, plans), { generatedAt: NOW, run: false });
}

const number = (i: number) => String(i).padStart(3, "0");
const hire = (i: number) => `  hire${number(i)}@example.com:\n    - serial: SNnew${i}\n`;
const hires = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => hire(from + i)).join("");
const list = (max: number, protects: string, users: string) =>
  `version: 1\nprotected: { users: [${protects}] }\nguards:\n  revoke: { max: ${max} }\nusers:\n  ann@example.com:\n    - serial: SNd1\n${users}`;
const LIVE: readonly Sketch[] = [{ id: "a", email: "ann@example.com", device: "d1", name: "ANN" }];
const STRANGER = "mallory@evil.example";

/** Every form for people, and SARIF. */
const READ = ["text", "markdown", "html", "github", "sarif", "junit"] as const;

/** What a reader sees, whatever a form makes of punctuation. */
const seen = (text: string) =>
  text
    .replaceAll(/<wbr>|<\/?(?:code|bdi)>/gu, "")
    .replaceAll(/&#(\d+);/gu, (_all, code: string) => String.fromCodePoint(Number(code)));
const firstLine = (format: Format, document: ReportDocument) =>
  seen(render(format, document))
    .split("\n")
    .find((line) => line.includes("WARP registrations:") || line.includes("title=WARP registrations"));

describe("60 hires, and in the same change a guard that is loosened and a stranger who is protected", () => {
  const document = changed(
    list(5, "eve@example.com", hires(0, 60)),
    list(500, `eve@example.com, ${STRANGER}`, hires(0, 120)),
    LIVE,
  );

  test("are 62 findings and no act, and not in sync", () => {
    expect(document.findings.filter(({ code }) => code.startsWith("change-"))).toHaveLength(62);
    expect(document.summary).toMatchObject({ revoke: 0, delete: 0, unrevoke: 0 });
    expect(firstLine("text", document)).not.toContain("in sync");
  });

  test.each(["text", "markdown", "github"] as const)("are named in the headline of %s", (format) =>
    expect(firstLine(format, document)).toMatch(/LOOSENS (?=.*guards\.revoke\.max)(?=.*protected\.users)/u),
  );

  test.each(READ)("both are told in %s, whole", (format) => {
    const text = seen(render(format, document));
    expect(text).toContain("loosens guards.revoke.max: 500 (before: 5)");
    expect(text).toContain(STRANGER);
  });

  test.each(["text", "markdown", "html", "github"] as const)("before any hire in %s", (format) => {
    const text = seen(render(format, document));
    const hired = text.indexOf("hire060@example.com");
    for (const what of ["guards.revoke.max: 500", STRANGER]) expect(text.indexOf(what)).toBeLessThan(hired);
  });

  test("in GitHub's ten warnings", () => {
    const warnings = render("github", document)
      .split("\n")
      .filter((line) => line.startsWith("::warning"))
      .slice(0, 10);
    expect(warnings.some((line) => line.includes("guards.revoke.max"))).toBe(true);
    expect(warnings.some((line) => line.includes(STRANGER))).toBe(true);
  });

  test("hires are one kind, in the order of addresses", () => {
    const [kind] = outlineOf(document).findings;
    expect(kind).toMatchObject({ code: "change-widened", count: 60 });
    const people = kind!.groups.map(({ person }) => person);
    expect(people).toEqual([...people].sort());
  });
});

describe("390 acts, and a guard that is loosened", () => {
  const live = Array.from({ length: 390 }, (_, i) => ({
    id: `r${number(i)}`,
    email: `user${number(i)}@example.com`,
    device: `x${i}`,
    name: `LAPTOP-${number(i)} ${"of the sales team ".repeat(3)}`,
  }));
  const users = live.map(({ email }) => `  ${email}: []\n`).join("");
  const document = changed(list(500, "", users), list(600, STRANGER, users), [...LIVE, ...live]);

  test.each(READ)("leave both findings standing in %s", (format) => {
    const text = seen(render(format, document));
    expect(document.summary.revoke).toBe(390);
    expect(text).toContain("guards.revoke.max: 600 (before: 500)");
    expect(text).toContain(STRANGER);
  });
});

describe("a stranger among 300 who are protected", () => {
  const many = Array.from({ length: 300 }, (_, i) => `user${number(i)}@example.com`);
  const document = changed(list(5, "", ""), list(5, [...many, STRANGER].join(", "), ""), LIVE);

  test.each(READ)("is named in %s", (format) => {
    const text = seen(render(format, document));
    for (const who of [...many, STRANGER]) expect(text).toContain(who);
  });

  test("is one of 301 in the headline", () =>
    expect(firstLine("text", document)).toContain("LOOSENS protected.users (301)"));
});

test("a comment that is full shows what cannot be undone before what can", () => {
  const live = Array.from({ length: 800 }, (_, i) => ({
    id: `r${number(i)}`,
    email: `user${number(i)}@example.com`,
    device: `x${i}`,
    name: `LAPTOP-${number(i)}`,
  }));
  const users = live
    .map(({ email, device }, i) =>
      i < 790 ? `  ${email}: []\n` : `  ${email}:\n    - { serial: SN${device}, state: deleted }\n`,
    )
    .join("");
  const text = `version: 1\nguards: { revoke: { max: 900, percent: 100 }, delete: { max: 900, percent: 100 } }\nusers:\n${users}`;
  const markdown = render("markdown", changed(text, text, live));
  expect(markdown).toMatch(/And \d+ more/u);
  for (let i = 790; i < 800; i++) expect(markdown).toContain(`LAPTOP-${number(i)}`);
});

test("what cannot be undone is told before what cuts off, and few cut-offs stand open in a comment", () => {
  const live = Array.from({ length: 26 }, (_, i) => ({
    id: `r${i}`,
    email: `u${number(i)}@example.com`,
    device: `x${i}`,
  }));
  const users = (gone: number) =>
    live
      .map(({ email, device }, i) =>
        i < live.length - gone
          ? `  ${email}: []\n`
          : `  ${email}: [{ serial: SN${device}, state: deleted }]\n`,
      )
      .join("");
  const of = (gone: number) => {
    const text = `version: 1\nguards: { revoke: { max: 99, percent: 100 }, delete: { max: 99, percent: 100 } }\nusers:\n${users(gone)}`;
    return changed(text, text, live);
  };
  const text = render("text", of(2));
  expect(text).toContain("\nDELETES for good:\n");
  expect(text.lastIndexOf("x delete")).toBeLessThan(text.indexOf("- revoke"));
  expect(render("markdown", of(2))).toContain("<details open><summary>revoke 24:");
  expect(render("markdown", of(0))).toContain("<details><summary>revoke 26:");
});

test("findings of one kind about one person are one thing to read, and name each device", () => {
  const about = (i: number): Finding => ({
    code: "stale",
    subject: [`r${i}`],
    text: `LAPTOP-${i} (r${i}) of zoe@example.com: not seen since 2026-01-01`,
    source: { file: "allowlist.yaml", line: 4, column: 1 },
    registrations: [`r${i}`],
  });
  const live = Array.from({ length: 12 }, (_, i) => ({
    id: `r${i}`,
    email: i < 6 ? "zoe@example.com" : "adam@example.com",
    name: `LAPTOP-${i}`,
  }));
  const made = changed(list(5, "", ""), list(5, "", ""), live);
  const document = { ...made, findings: live.map((_, i) => about(11 - i)) };
  const [kind] = outlineOf(document).findings;
  expect(kind!.groups.map(({ person, findings }) => `${person} ${findings.length}`)).toEqual([
    "adam@example.com 6",
    "zoe@example.com 6",
  ]);
  for (const format of ["text", "github", "html"] as const) {
    const lines = seen(render(format, document)).split("\n");
    expect(lines.filter((line) => line.includes("not seen since"))).toHaveLength(2);
    for (let i = 0; i < 12; i++) expect(lines.join("\n")).toMatch(new RegExp(`LAPTOP-${i}\\b`, "u"));
  }
});

describe("what no entry allows", () => {
  const users = (ann: string) => `users:\n  ann@example.com:\n    - serial: SNd1\n${ann}`;
  const root = "version: 1\npolicy:\n  unlisted: revoke\n";
  const live = [...LIVE, { id: "a2", email: "ann@example.com", device: "d2", name: "ANN-OLD" }];
  const gone = changed(root + users("    - serial: SNd2\n"), root + users(""), live);
  const never = changed(root + users(""), root + users(""), live);

  test("points at its user's line first, where the entry would be added, and at the policy's second", () => {
    const [decision] = never.decisions.filter(({ action }) => action === "revoke");
    expect(decision).toMatchObject({
      source: { file: "allowlist.yaml", line: 5 },
      related: [{ text: "policy.unlisted", source: { file: "allowlist.yaml", line: 3 } }],
    });
  });

  test.each(["text", "markdown", "github", "sarif"] as const)("says so in %s, in that order", (format) => {
    const text = seen(render(format, never)).replaceAll(/\n +/gu, format === "sarif" ? "\n" : " ");
    const places =
      format === "sarif"
        ? /"startLine": 5[\s\S]*relatedLocations[\s\S]*"startLine": 3[\s\S]*policy\.unlisted/u
        : format === "github"
          ? /warning file=allowlist\.yaml,line=5,.*act\/revoke.*policy\.unlisted: allowlist\.yaml:3/u
          : /allowlist\.yaml:5(?:; |<br>)policy\.unlisted: allowlist\.yaml:3/u;
    expect(text).toMatch(places);
  });

  test("says so in a row of the page, in that order", () => {
    const row = /<td class="line">[^\n]*/u.exec(seen(render("html", never)))?.[0] ?? "";
    expect(row).toMatch(/allowlist\.yaml:5.*policy\.unlisted.*allowlist\.yaml:3/u);
  });

  test("since the change removed its entry, has the removed line in its row of the page", () => {
    expect(seen(render("html", gone))).toMatch(
      /<th[^>]*>Removed by this change<(?:(?!<\/table>)[^])*base\.yaml:7/u,
    );
  });

  test.each(["text", "markdown", "github"] as const)(
    "since the change removed its entry, stands at the removed line in %s",
    (format) =>
      expect(seen(render(format, gone)).replaceAll(/\n +/gu, " ")).toContain(
        "removed by this change: base.yaml:7",
      ),
  );

  test("was not removed by a change that has nothing to do with it", () => {
    for (const format of READ)
      expect(render(format, never)).not.toMatch(/<th[^>]*>Removed by this change|removed by this/u);
  });

  test("that follows from a default has one line, the user's", () => {
    const [decision] = changed(`version: 1\n${users("")}`, `version: 1\n${users("")}`, live).decisions.filter(
      ({ action }) => action === "revoke",
    );
    expect(decision).toMatchObject({ source: { line: 3 } });
    expect(decision?.related).toBeUndefined();
  });
});

describe("an entry that misses a device by a letter, and so cuts its user off,", () => {
  const text = "version: 1\nusers:\n  ann@example.com:\n    - serial: SNlaptop01\n";
  const live = [{ id: "a", email: "ann@example.com", device: "laptopO1", name: "ANN" }];
  const document = changed(text, text, live);

  test.each(READ)("is told on the line of the act in %s", (format) => {
    const said = seen(render(format, document)).replaceAll(/\n +/gu, " ");
    expect(document.summary.revoke).toBe(1);
    const act = said.indexOf(format === "markdown" ? "| ann@example.com |" : "revoke");
    const near = said.indexOf("NEAR MISS:", act);
    expect(near).toBeGreaterThan(0);
    expect(said.slice(near, near + 200)).toContain("did you mean");
    if (format === "html") expect(said).toMatch(/<tr>(?:(?!<\/tr>)[^])*>ANN<(?:(?!<\/tr>)[^])*NEAR MISS:/u);
    else if (format !== "text" && format !== "junit")
      expect(said.split("\n").some((line) => line.includes("NEAR MISS:") && line.includes("ANN"))).toBe(true);
  });

  test("and so is an address that misses a person whom no file lists", () => {
    const misspelt = `version: 1\npolicy: { unknownUsers: revoke }\nusers:\n  anne@example.com:\n    - serial: SN1\n`;
    expect(seen(render("github", changed(misspelt, misspelt, live)))).toMatch(
      /act\/revoke.*NEAR MISS: anne@example\.com has no registration; did you mean/u,
    );
  });
});

test("whatever kind a finding is of, it has its place", () => {
  const made = changed(list(5, "", ""), list(5, "", ""), LIVE);
  const findings = [...(Object.keys(findingKinds) as FindingCode[]), "of-a-later-version" as FindingCode].map(
    (code): Finding => ({ code, subject: [code], text: code, registrations: [] }),
  );
  const { loosened, alarms, findings: kinds } = outlineOf({ ...made, findings });
  const placed = [...loosened.map(({ finding }) => finding), ...alarms].map(({ code }) => code as string);
  expect([...placed].sort()).toEqual([
    "change-excepted",
    "change-loosened",
    "change-out-of-scope",
    "elsewhere",
  ]);
  expect([...placed, ...kinds.map(({ code }) => code)].sort()).toEqual(
    findings.map(({ code }) => code).sort(),
  );
  expect(kinds.slice(0, 3).map(({ code }) => code)).toEqual([
    "change-dropped",
    "change-widened",
    "change-withheld",
  ]);
});

test("what is left alone and what is kept tell who connects from who is revoked", () => {
  const text = "version: 1\nusers:\n  ann@example.com:\n    - serial: SNd1\n  bob@example.com: []\n";
  const revoked = "2026-05-10T00:00:00Z";
  const live = [
    ...LIVE,
    { id: "b", email: "bob@example.com", device: "d5", name: "BOB", revoked },
    { id: "c0", email: "carol@example.com", device: "d6", name: "CAROL-OLD", revoked },
    { id: "c1", email: "carol@example.com", device: "d7", name: "CAROL" },
  ];
  const said = render("text", changed(text, text, live)).replaceAll("\n    ", " ");

  expect(said).toContain("unknown user 2 (1 connected, 1 revoked): CAROL of carol@example.com; CAROL-OLD");
  expect(said).toContain("CAROL-OLD of carol@example.com, revoked");
  expect(said).toContain("\nKept: 1 connected, 1 revoked");
});
