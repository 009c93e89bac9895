import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Chromium, findChromium, type View } from "../../test/support/chromium.js";
import {
  allDone,
  AT_FORGE,
  fleetDocument,
  FOUR_HUNDRED,
  hiresDocument,
  OWNER,
  TWELVE,
} from "../../test/support/fleet.js";
import { fullDocument } from "../../test/support/report.js";
import type { ReportDocument } from "./document.js";
import { renderHtml } from "./html.js";

const APPROVED = { by: "Grace Hopper", reason: "CHG-1234" };

/** Twelve acts that a run did, and four hundred that a guard holds. */
const done = allDone(fleetDocument(TWELVE, { ...AT_FORGE, owner: OWNER, run: true, approval: APPROVED }));
const held = fleetDocument(FOUR_HUNDRED, { ...AT_FORGE, owner: OWNER });

/** The same, by a change that took their entries away and raised a guard. */
const CUT = fleetDocument({ ...FOUR_HUNDRED, changed: true }, { ...AT_FORGE, owner: OWNER });

/** The page's text, one piece a line. */
function textOf(html: string): string {
  return html
    .replaceAll(/<(style|script)>[^]*?<\/\1>/gu, "")
    .replaceAll(/<\/?(?:bdi|a|code|b|strong|span)\b[^>]*>/gu, "")
    .replaceAll(/<[^>]*>/gu, "\n")
    .replaceAll(/&#(\d+);/gu, (_all, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\n+/gu, "\n");
}

/** The HTML of one part of the page. */
function sectionOf(html: string, id: string): string {
  return new RegExp(`<section><h2 id="${id}">[^]*?</section>`, "u").exec(html)?.[0] ?? "";
}

describe("the head", () => {
  test("says in one sentence what was done, by which pull request, approved by whom", () => {
    expect(textOf(renderHtml(done))).toContain(
      "\n3 deleted, 8 cut off, 1 let back in, by pull request 12, approved by Grace Hopper.\n",
    );
  });

  test("says what is to be done, of a plan, and what would be, of one that is held", () => {
    const plan = fleetDocument({ lost: 1, strangers: 1, back: 0, kept: 30 });
    expect(textOf(renderHtml(plan))).toContain("\n1 to be deleted, 1 to be cut off.\n");
    expect(textOf(renderHtml(held))).toContain(
      "\n10 would be deleted, 370 would be cut off, 20 would be let back in, by pull request 12.\n",
    );
  });

  test("counts what a run failed to do", () => {
    const results = (done.results ?? []).map((one, at) =>
      at > 1 ? one : { ...one, result: at === 0 ? ("failed" as const) : ("skipped" as const) },
    );
    expect(textOf(renderHtml({ ...done, results }))).toContain(
      "\n1 deleted, 8 cut off, 1 let back in, 1 failed, 1 not attempted, by pull request 12, approved",
    );
  });

  test("begins with HELD, and says what now", () => {
    const text = textOf(renderHtml(held));
    expect(text.trimStart()).toMatch(/^WARP registrations: HELD by guard revoke, nothing is done; /u);
    const head = text.trimStart().replace(/^.*\n/u, "");
    expect(head).toMatch(/^WARP registrations: HELD, nothing is done\n/u);
    expect(head).toContain("would be deleted");
    expect(text).toContain("HELD by the guard revoke.");
    expect(text).toContain(`run again with WARP_APPROVE=${held.fingerprint} in the environment`);
    expect(textOf(renderHtml(done))).not.toContain("HELD");
  });

  test("names stack, commit, run and approver", () => {
    const text = textOf(renderHtml(done));
    for (const [name, value] of [
      ["Account", done.account],
      ["Stack", "warp-registrations/production"],
      ["Commit", AT_FORGE.origin.commit],
      ["Pull request", "12"],
      ["Run", AT_FORGE.origin.runUrl],
      ["Approved by", "Grace Hopper"],
    ])
      expect(text).toContain(`\n${name}\n${value}\n`);
  });

  test("what the change loosens stands before all else, in the title and in the sentence", () => {
    const hires = hiresDocument();
    const text = textOf(renderHtml(hires));
    const keys = "protected.users, guards.revoke.max loosened";
    expect(text.trimStart().split("\n")[0]).toBe(
      `WARP registrations: ${keys}; no act is due, 121 findings to look at`,
    );
    expect(text).toContain(`\n${keys}; no act is due, 121 findings to look at.\n`);
    const found = hires.findings.filter(
      ({ code }) => code === "change-loosened" || code === "change-excepted",
    );
    expect(found.map(({ text: what }) => what.slice(0, 40))).toHaveLength(2);
    const hire = text.indexOf("new.hire0@example.com");
    for (const what of ["guards.revoke", "stranger@example.net"]) {
      expect(text.indexOf(what)).toBeGreaterThan(0);
      expect(text.indexOf(what)).toBeLessThan(hire);
    }
    for (let at = 0; at < 60; at++) expect(text).toContain(`new.hire${at}@example.com`);
    expect(textOf(renderHtml({ ...done, findings: found }))).toContain(
      `\n${keys}; 3 deleted, 8 cut off, 1 let back in, by pull request 12`,
    );
    const both = textOf(renderHtml({ ...done, findings: hires.findings }));
    expect(both.indexOf("stranger@example.net")).toBeLessThan(both.indexOf("Removed for good"));
  });
});

/** A plan that lets in three; who revoked two of them is not known, or somebody else. */
function lettingIn(): ReportDocument {
  const made = fleetDocument({ lost: 1, strangers: 2, back: 3, kept: 3 });
  const [, ...others] = made.decisions.filter(({ action }) => action === "unrevoke");
  const decisions = made.decisions.map((one) =>
    others.includes(one) ? { ...one, revokedBy: "outside" as const } : one,
  );
  return { ...made, decisions };
}

describe("what was revoked outside this stack, and is let in,", () => {
  const html = renderHtml(lettingIn());
  const text = textOf(html);

  test("counts in the sentence and in the title", () => {
    const words = "3 to be let back in, 2 of them revoked outside this stack";
    expect(text).toContain(`\n1 to be deleted, 2 to be cut off, ${words}.\n`);
    expect(text.trimStart().split("\n")[0]).toContain(words);
  });

  test("stands apart, before what is cut off, and says when it was revoked", () => {
    const [apart, rest] = [textOf(sectionOf(html, "let-in-again")), textOf(sectionOf(html, "returns"))];
    expect(apart.match(/\nRevoked outside this stack on 2026-05-20:\s/gu)).toHaveLength(2);
    expect(rest).toContain("\nReturns 1\n");
    expect(rest).not.toContain("outside this stack");
    const ids = [...html.matchAll(/<h2 id="([^"]*)"/gu)].map(([, id]) => id);
    expect(ids.slice(0, 4)).toEqual(["deletions", "let-in-again", "cut-offs", "returns"]);
  });

  test("counts in the sentence of a run where it was done", () => {
    const made = lettingIn();
    const results = made.decisions
      .filter(({ action }) => action === "unrevoke")
      .map(({ registration, revokedBy }) => ({
        ...{ registration: registration.id, act: "unrevoke" as const },
        result: revokedBy === "outside" ? ("done" as const) : ("failed" as const),
      }));
    expect(textOf(renderHtml({ ...made, results }))).toContain(
      "\n2 let back in, revoked outside this stack, 1 failed.\n",
    );
  });
});

test("a row has its user's line and the removed one; the policy's, which many have in common, is told once", () => {
  const html = renderHtml(CUT);
  const table = sectionOf(html, "cut-offs");
  const [sectionHead = ""] = table.split("<table");
  const [, row = ""] = /<tr>(<td class="person"><bdi>alexandra\.[^]*?)<\/tr>/u.exec(table) ?? [];
  // Eight lines stand before the users, one for each.
  const line = 9 + Number(/alexandra\.\D+(\d+)@/u.exec(row)?.[1]);
  expect(row).toContain(`<td class="removed"><code><bdi>allowlist.yaml:${line + 1}</bdi></code></td>`);
  expect(row).toContain(`<td class="line"><code><bdi>allowlist.yaml:${line}</bdi></code></td>`);
  expect(row).toContain('<td class="why">unlisted</td>');
  expect(table.match(/allowlist\.yaml:3</gu)).toHaveLength(1);
  expect(textOf(sectionHead).replaceAll(/\s+/gu, " ")).toContain(
    " unlisted (370): no entry for its user allows it; policy.unlisted allowlist.yaml:3 ",
  );
});

test("findings stand by kind and person, and what is due and waits stands by itself", () => {
  const made = fleetDocument({ lost: 1, strangers: 2, back: 0, kept: 12 });
  const kept = made.decisions.filter(({ action }) => action === "keep");
  const findings = kept.map(({ registration: { id } }, at) => ({
    ...{ code: at % 2 === 0 ? ("stale" as const) : ("grace" as const), subject: [id] },
    ...{ text: `finding ${id}`, registrations: [id] },
  }));
  const owner = (id: string) =>
    kept.find(({ registration }) => registration.id === id)?.registration.user.email ?? "";
  const html = renderHtml({ ...made, findings: [...findings].reverse() });
  const ids = [...textOf(sectionOf(html, "findings")).matchAll(/^finding (r\d+)$/gmu)].map(
    ([, id = ""]) => id,
  );
  const kinds = ids.map((id) => findings.find(({ subject }) => subject[0] === id)?.code);
  expect(kinds).toEqual([...Array<string>(6).fill("grace"), ...Array<string>(6).fill("stale")]);
  for (const half of [ids.slice(0, 6), ids.slice(6)]) expect(half.map(owner)).toEqual(half.map(owner).sort());
  const frozen = made.decisions.map((one) =>
    one.action === "keep" ? one : { ...one, pending: { why: "frozen" as const, text: "until June" } },
  );
  const waits = textOf(renderHtml({ ...made, decisions: frozen, pending: 3 }));
  expect(waits).toContain("\nPending 3\n");
  expect(waits).not.toMatch(/\n(?:Deletions|Cut-offs) /u);
});

test("no backtick is shown: keys are code, other words stand in quotes", () => {
  const findings = [
    {
      code: "warning" as const,
      subject: [],
      text: "`guards.self` is empty; did you mean `bob@example.com`? `",
      registrations: [],
    },
  ];
  const html = renderHtml({ ...done, findings });
  expect(html).toContain(
    "<bdi><code>guards.self</code> is empty; did you mean “bob@example.com”? &#96;</bdi>",
  );
});

describe("who may connect", () => {
  const devices = (document: ReportDocument) => {
    const html = renderHtml(document);
    return [...sectionOf(html, "who-may-connect").matchAll(/<th scope="row"[^>]*><bdi>([^<]*)<\/bdi>/gu)].map(
      ([, name]) => name,
    );
  };

  test("holds those who stay, whom the run let in, and whom it failed to cut off", () => {
    const names = (document: ReportDocument) => devices(document).sort();
    // BOB-PC is cut off, BOB-TABLET failed, BOB-OLD-DELL waits, ALICE-MBP was not attempted: it is not let in yet.
    const others = ["ALICE-PHONE", "CAROL-MBA", "CEO-LAPTOP", "KIOSK", "LAB-7", "dave-ipad"];
    expect(names({ ...fullDocument(), problems: [] })).toEqual(
      [...others, "BOB-OLD-DELL", "BOB-TABLET"].sort(),
    );
    const results = [{ registration: "a1", act: "unrevoke" as const, result: "done" as const }];
    expect(names({ ...fullDocument(), problems: [], results })).toContain("ALICE-MBP");
  });

  test("is everybody who connects now, of a plan that is held", () => {
    expect(devices(held)).toHaveLength(420);
    expect(devices({ ...held, approved: true })).toHaveLength(60);
    expect(renderHtml({ ...held, approved: true }).match(/<strong>Let back in:<\/strong>/gu)).toHaveLength(
      20,
    );
  });

  test("has a column for what some row has, and for nothing else", () => {
    const heads = (document: ReportDocument) => {
      const section = /<h2 id="who-may-connect">[^]*?<\/thead>/u.exec(renderHtml(document))?.[0] ?? "";
      return [...section.matchAll(/<th scope="col"[^>]*>([^<]*)</gu)].map(([, title]) => title);
    };
    const columns = ["Person", "Device", "Model", "Serial or id", "Enrolled", "Last seen", "Why"];
    expect(heads(done)).toEqual([...columns, "Line", "System"].sort(byPlace));
    const [first, ...rest] = done.decisions.filter(({ action }) => action === "keep");
    const registration = {
      ...first!.registration,
      profile: { id: "p", name: "Laptops" },
      tunnelType: "masque",
    };
    expect(heads({ ...done, decisions: [{ ...first!, registration }, ...rest] })).toEqual(
      [...columns, "Line", "System", "Profile", "Tunnel"].sort(byPlace),
    );
  });

  test("says since when and by which commit each is listed, where git was asked", () => {
    const [first, second, ...rest] = done.decisions.filter(({ action }) => action === "keep");
    const decisions = [
      { ...first!, listed: { since: "2026-01-15", commit: "5d35baa0c4e1f8f1d1d0", author: "Ann" } },
      { ...second!, listed: { unknown: "not committed" } },
      ...rest,
    ];
    const section = sectionOf(renderHtml({ ...done, decisions }), "who-may-connect");
    expect(section).toContain('<th scope="col" class="listed">Listed since</th>');
    expect(section).toContain(
      '<td class="listed"><bdi>2026-01-15</bdi> <code><bdi>5d35baa0</bdi></code></td>',
    );
    expect(section).toContain('<td class="listed"><bdi>not committed</bdi></td>');
    expect(section.match(/<td class="listed none">/gu)).toHaveLength(rest.length);
  });

  const ORDER =
    "Person Device Model Serial Enrolled Last Revoked Why System Client Profile Tunnel Line".split(" ");
  const byPlace = (a: string, b: string) =>
    ORDER.indexOf(a.split(" ")[0] ?? "") - ORDER.indexOf(b.split(" ")[0] ?? "");
});

const path = findChromium();
if (path === undefined)
  console.warn(
    "Chromium is not installed: the HTML report is neither measured, filtered nor looked through for barriers",
  );

const DESKTOP: View = { width: 1280, scheme: "light" };
const PRINT: View = { width: 1000, scheme: "light", media: "print" };
const VIEWS: readonly (readonly [string, View])[] = [
  ["desktop", DESKTOP],
  ["phone", { width: 360, scheme: "light" }],
  ["dark", { width: 1280, scheme: "dark" }],
  ["print", PRINT],
];

describe.skipIf(path === undefined)("in Chromium", () => {
  let browser: Chromium;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "warp-page-"));
    browser = new Chromium(path ?? "");
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  async function show(document: ReportDocument, view = DESKTOP): Promise<void> {
    const file = join(folder, "report.html");
    await writeFile(file, renderHtml(document));
    browser.complaints.length = 0;
    await browser.open(pathToFileURL(file).href);
    await browser.look(view);
  }

  /** How many elements that a selector finds are drawn. */
  function drawn(selector: string): Promise<unknown> {
    const list = `[...document.querySelectorAll(${JSON.stringify(selector)})]`;
    return browser.evaluate(
      `${list}.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height > 0).length`,
    );
  }

  test("twelve acts take three screens, four hundred take ten", async () => {
    const height = "document.documentElement.scrollHeight";
    await show(done);
    expect(await browser.evaluate(height)).toBeLessThanOrEqual(3 * 800);
    for (const many of [held, { ...held, approved: true }, CUT]) {
      await show(many);
      expect(await drawn("#cut-offs ~ div tbody tr")).toBe(370);
      expect(await browser.evaluate(height)).toBeLessThanOrEqual(10 * 800);
    }
  });

  test("what is folded on the screen is printed, and so is what is filtered out", async () => {
    await show(held);
    expect(await drawn("tbody tr")).toBe(400 + 3 + 1);
    await browser.look(PRINT);
    expect(await drawn("tbody tr")).toBe(400 + 3 + 1 + 420);
    // A page repeats the heads of a table that goes on, but not what is a control in them.
    expect(await browser.evaluate("getComputedStyle(document.querySelector('thead button')).display")).toBe(
      "contents",
    );
    await filter("nobody has this");
    expect(await drawn("tbody tr")).toBe(400 + 3 + 1 + 420);
    expect(await drawn("input, label, summary")).toBe(0);
  });

  function filter(words: string): Promise<unknown> {
    return browser.evaluate(
      `(() => { const one = document.getElementById("filter"); one.value = ${JSON.stringify(words)}; one.dispatchEvent(new Event("input")); })()`,
    );
  }

  test("the filter takes rows that have all its words, opens what holds one, and closes it again", async () => {
    await show(held);
    await filter("chiara ERIKSSON392");
    expect(await drawn("tbody tr")).toBe(1);
    expect(await browser.evaluate("document.querySelector('[role=status]').textContent")).toBe(
      "1 of 824 rows",
    );
    await filter("grace");
    expect(await browser.evaluate("document.querySelectorAll('details[open]').length")).toBe(1);
    await filter("");
    expect(await drawn("tbody tr")).toBe(404);
    expect(await browser.evaluate("document.querySelector('[role=status]').textContent")).toBe("");
    expect(browser.complaints).toEqual([]);
  });

  test("a column sorts up, down, and back", async () => {
    await show(done);
    const column = (name: string) =>
      browser.evaluate(
        `[...document.querySelectorAll("#cut-offs ~ div td.${name}")].map((one) => one.textContent)`,
      ) as Promise<string[]>;
    const press = () => browser.evaluate(`document.querySelector("#cut-offs ~ div th.line button").click()`);
    const before = await column("line");
    const sorted = [10, 11, 12, 13, 14, 15, 16, 17].map((line) => `allowlist.yaml:${line}`);
    expect(before).not.toEqual(sorted);
    await press();
    expect(await column("line")).toEqual(sorted);
    expect(await drawn("[aria-sort=ascending]")).toBe(1);
    await press();
    expect(await column("line")).toEqual([...sorted].reverse());
    await press();
    expect(await column("line")).toEqual(before);
    expect(await drawn("[aria-sort]")).toBe(0);
  });

  test("an address is not broken where there is room for it", async () => {
    for (const document of [done, held]) {
      await show(document);
      const tall =
        "[...document.querySelectorAll('.person bdi')].filter((one) => one.checkVisibility() && one.getBoundingClientRect().height > 25).length";
      expect(await browser.evaluate(tall)).toBe(0);
    }
  });

  describe.each([
    ["12 acts", done],
    ["400 acts", held],
    ["400 acts of a change", CUT],
    ["everything", fullDocument()],
    ["60 hires", hiresDocument(AT_FORGE)],
  ])("with %s", (_name, document) => {
    test.each(VIEWS)(
      "a %s has no barriers that axe finds, and nothing sticks out",
      async (_view, view) => {
        await show(document, view);
        const axe = createRequire(__filename).resolve("axe-core/axe.min.js");
        await browser.evaluate(`${readFileSync(axe, "utf8")}; 0`);
        const found = (await browser.evaluate(
          `axe.run({ resultTypes: ["violations"] }).then(({ violations, passes }) => ({ passed: passes.length, bad: violations.map((one) => one.id + " " + one.nodes[0].html) }))`,
        )) as { readonly passed: number; readonly bad: readonly string[] };
        expect(found.bad).toEqual([]);
        expect(found.passed).toBeGreaterThan(10);
        expect(await browser.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
          view.width,
        );
        expect(browser.complaints).toEqual([]);
      },
      120_000,
    );
  });
});
