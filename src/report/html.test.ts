import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Chromium, findChromium } from "../../test/support/chromium.js";
import { AT_FORGE } from "../../test/support/fleet.js";
import { fullDocument } from "../../test/support/report.js";
import type { ReportDocument, ReportedDecision } from "./document.js";
import { renderHtml } from "./html.js";
import { palettes, type Palette } from "./html-style.js";

const hostile = (text: string) =>
  `</bdi></td></script><script>document.title="taken"</script>${text}${"W".repeat(300)}`;

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(["light", "dark"] as const)("%s colours", (scheme) => {
  const palette: Palette = palettes[scheme];
  const inks = ["text", "quiet", "revoke", "delete", "unrevoke", "keep", "leave"] as const;
  test.each(inks.flatMap((ink) => [[ink, "page"] as const, [ink, "card"] as const]))(
    "%s on %s has the contrast of WCAG AA",
    (ink, ground) => expect(contrast(palette[ink], palette[ground])).toBeGreaterThanOrEqual(4.5),
  );
  test("an alert has it too", () =>
    expect(contrast(palette.onAlert, palette.alert)).toBeGreaterThanOrEqual(4.5));
});

test("the contrast is computed as WCAG does", () => {
  expect(contrast("#000000", "#ffffff")).toBe(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("nothing is loaded, one script runs, and no style stands outside the sheet: the policy names both by hash", () => {
  const html = renderHtml({ ...fullDocument(), ...AT_FORGE });
  const inline = (name: string) =>
    [...html.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, "gu"))].map(([, text = ""]) => text);
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const [[style = "", ...styles], [script = "", ...scripts]] = [inline("style"), inline("script")];
  expect([...styles, ...scripts]).toEqual([]);
  expect(html).toContain(
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; `,
  );
  expect(style).not.toMatch(/url\(|@import/iu);
  expect(script).not.toMatch(
    /innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|fetch|XMLHttp|https?:/u,
  );
  const rest = html.replace(style, "").replace(`<script>${script}</script>`, "");
  expect(rest).not.toMatch(
    /<(?:script|link|img|iframe|object|embed|form|base)\b|\s(?:style|src|on\w+)=|url\(|@import/iu,
  );
  const links = [...rest.matchAll(/href="([^"]*)"/gu)].map(([, to = ""]) => to);
  expect(links.filter((to) => !/^#[a-z-]+$/u.test(to))).toEqual([
    AT_FORGE.origin.pullRequestUrl,
    AT_FORGE.origin.pullRequestUrl,
    AT_FORGE.origin.runUrl,
  ]);
  for (const to of links.filter((one) => one.startsWith("#")))
    expect(rest.split(`id="${to.slice(1)}"`)).toHaveLength(2);
});

test.each(["javascript:alert(1)", "data:text/html,x", "//git.example/1", "12"])(
  "an address that is none of the web is a text: %s",
  (runUrl) => {
    const html = renderHtml({ ...fullDocument(), origin: { runUrl } });
    expect(html).not.toMatch(/href="(?!#)/u);
    expect(html).toContain("<dt>Run</dt>");
  },
);

test("an address of the web is one attribute, whatever is in it", () => {
  const html = renderHtml({
    ...fullDocument(),
    origin: { runUrl: `https://a.example/"><img src=x onerror='b'>` },
  });
  expect(html).toContain(
    '<a href="https://a.example/%22%3E%3Cimg%20src&#61;x%20onerror&#61;&#39;b&#39;%3E" rel=',
  );
});

test("of what stays as it is a bounded number is told, what is due is whole", () => {
  const document = fullDocument();
  const find = (action: string) => document.decisions.find((one) => one.action === action)!;
  const many = (count: number, name: string, like: ReportedDecision) =>
    Array.from({ length: count }, (_, i) => ({
      ...like,
      registration: { ...like.registration, id: `${name}${i}`, device: { id: "d", name: `${name}-${i}.` } },
    }));
  const decisions = [
    ...many(5200, "KEPT", find("keep")),
    ...many(700, "REVOKED", { ...find("keep"), live: "revoked" }),
    ...many(700, "ACT", { ...find("delete"), live: "revoked" }),
  ];
  const html = renderHtml({ ...document, decisions, problems: [] });
  expect(html.match(/KEPT-\d+\./gu)).toHaveLength(5000);
  expect(html.match(/REVOKED-\d+\./gu)).toHaveLength(500);
  expect(html.match(/And 200 more: the JSON report has them all\./gu)).toHaveLength(2);
  expect(html.match(/ACT-\d+\./gu)).toHaveLength(700);
});

const path = findChromium();
if (path === undefined) console.warn("Chromium is not installed: the HTML report is not opened in a browser");

describe.skipIf(path === undefined)("in Chromium", () => {
  let browser: Chromium;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "warp-html-"));
    browser = new Chromium(path ?? "");
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  async function show(document: ReportDocument): Promise<void> {
    const file = join(folder, "report.html");
    await writeFile(file, renderHtml(document));
    browser.complaints.length = 0;
    await browser.open(pathToFileURL(file).href);
    await browser.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
  }

  test.each([
    ["plain", fullDocument()],
    ["hostile", fullDocument(hostile)],
    ["long-winded", fullDocument((text) => `${text}${"x".repeat(80)}`)],
  ])("a %s page fits a phone, and the browser complains of nothing", async (_name, document) => {
    await show(document);
    for (const width of [360, 500, 1000, 1100, 1217, 1280]) {
      await browser.look({ width, scheme: "light" });
      const widest = await browser.evaluate(
        "Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll('body *')].map((one) => one.getBoundingClientRect().right))",
      );
      expect(widest).toBeLessThanOrEqual(width);
      const outside = await browser.evaluate(
        "[...document.querySelectorAll('dd code, td code')].filter((one) => one.getBoundingClientRect().right > one.closest('dd, td').getBoundingClientRect().right + 1).length",
      );
      expect(outside).toBe(0);
    }
    expect(browser.complaints).toEqual([]);
    expect(await browser.evaluate("document.scripts.length")).toBe(1);
    expect(await browser.evaluate("document.title")).toContain("WARP registrations");
  });

  test("the style is applied, in both schemes", async () => {
    await show(fullDocument());
    const ground = "getComputedStyle(document.body).backgroundColor";
    await browser.look({ width: 1100, scheme: "light" });
    expect(await browser.evaluate(ground)).toBe("rgb(246, 247, 249)");
    await browser.look({ width: 1100, scheme: "dark" });
    expect(await browser.evaluate(ground)).toBe("rgb(18, 22, 28)");
    expect(browser.complaints).toEqual([]);
  });

  test("headings go down one at a time, and tables say what they are", async () => {
    await show(fullDocument());
    const levels = (await browser.evaluate(
      "[...document.querySelectorAll('h1,h2,h3,h4')].map((one) => Number(one.tagName[1]))",
    )) as number[];
    expect(levels[0]).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.slice(1).forEach((level, at) => expect(level - levels[at]!).toBeLessThanOrEqual(1));
    const bad =
      "[...document.querySelectorAll('table')].filter((one) => !one.caption?.textContent.trim()).length";
    expect(await browser.evaluate(bad)).toBe(0);
    expect(await browser.evaluate("document.querySelectorAll('th:not([scope])').length")).toBe(0);
    expect(await browser.evaluate("document.documentElement.lang")).toBe("en");
  });

  test("what a device is called is one text in its cell, with nothing of it made an element", async () => {
    await show(fullDocument(hostile));
    const texts =
      "[...document.querySelectorAll('tbody th > bdi')].map((one) => one.textContent.slice(0, 30))";
    const names = (await browser.evaluate(texts)) as string[];
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(name).toBe("</bdi></td></script><script>do");
  });
});
