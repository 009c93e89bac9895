import { describe, expect, test } from "vitest";
import { fullDocument } from "../../test/support/report.js";
import { type Element, readXml } from "../../test/support/xml.js";
import type { Message } from "../allowlist/messages.js";
import type { ReportDocument } from "./document.js";
import { renderJunit, renderJunitMessages } from "./junit.js";

/** What Jenkins' schema of JUnit reports, the strictest in use, lets each element have, and what it must have. */
const RULES: Readonly<
  Record<string, { may: readonly string[]; must: readonly string[]; holds: readonly string[] }>
> = {
  testsuites: { must: [], may: ["name", "time", "tests", "failures", "errors"], holds: ["testsuite"] },
  testsuite: {
    must: ["name", "tests", "failures", "errors"],
    may: ["name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"],
    holds: ["testcase"],
  },
  testcase: { must: ["name"], may: ["name", "classname", "time"], holds: ["failure", "system-out"] },
  failure: { must: [], may: ["type", "message"], holds: [] },
  "system-out": { must: [], may: [], holds: [] },
};

function misfits({ name, attributes, children }: Element): string[] {
  const rule = RULES[name];
  if (!rule) return [`<${name}>`];
  return [
    ...Object.keys(attributes)
      .filter((key) => !rule.may.includes(key))
      .map((key) => `${name} ${key}`),
    ...rule.must.filter((key) => !(key in attributes)).map((key) => `${name} without ${key}`),
    ...children.filter((child) => !rule.holds.includes(child.name)).map((child) => `${name} > ${child.name}`),
    ...children.flatMap(misfits),
  ];
}

const casesOf = (xml: string) => readXml(xml).children[0]!.children;
const failed = (xml: string) =>
  casesOf(xml)
    .filter(({ children }) => children[0]?.name === "failure")
    .map(({ attributes: { classname, name } }) => `${classname}:${name}`);

const EMPTY: ReportDocument = {
  ...fullDocument(),
  approved: true,
  decisions: [],
  accessUsers: [],
  findings: [],
  problems: [],
  skipped: [],
};
const MESSAGE: Message = {
  code: "allowlist/bad-value",
  text: 'not <so> & "so"',
  fix: "write it so",
  source: { file: "a.yaml", line: 7, column: 3 },
};

describe.each([
  ["a plan", renderJunit(fullDocument())],
  ["an empty plan", renderJunit(EMPTY)],
  ["messages", renderJunitMessages([MESSAGE, { code: "allowlist/no-files", text: "there is none" }])],
  ["no messages", renderJunitMessages([])],
])("of %s", (_name, xml) => {
  test("elements and attributes are those of JUnit", () => expect(misfits(readXml(xml))).toEqual([]));

  test("the counts are right, of the suite and of all", () => {
    const root = readXml(xml);
    const tests = casesOf(xml).length;
    const counts = { tests: String(tests), failures: String(failed(xml).length), errors: "0" };
    expect(tests).toBeGreaterThan(0);
    expect(root.attributes).toMatchObject(counts);
    expect(root.children[0]?.attributes).toMatchObject(counts);
  });
});

test("acts and problems fail, each in a test case of its kind; findings are told in cases that pass", () => {
  const xml = renderJunit(fullDocument());
  const codes = [...new Set(fullDocument().findings.map(({ code }) => code))].sort();
  const passed = casesOf(xml).filter(({ attributes }) => attributes.classname === "warp.finding");
  expect(passed.map(({ attributes }) => attributes.name)).toEqual(codes);
  for (const { children } of passed) expect(children.map(({ name }) => name)).toEqual(["system-out"]);
  expect(passed.map(({ children }) => children[0]?.text).join("\n")).toContain("carol@example.com");
  expect(failed(xml)).toEqual([
    "warp.allowlist/contradiction:allowlist.yaml:3:5",
    "warp.act:revoke",
    "warp.act:delete",
    "warp.act:unrevoke",
    "warp.access-user:create",
    "warp.access-user:delete",
    "warp.skipped:revoke",
  ]);
});

test("in sync, everything passes; a tripped guard fails unless it is approved", () => {
  expect(failed(renderJunit(EMPTY))).toEqual([]);
  expect(failed(renderJunit({ ...EMPTY, approved: false }))).toEqual([
    "warp.guard:revoke",
    "warp.guard:perUser",
  ]);
});

test("a failure names every device, and the line", () => {
  const [revoke] = casesOf(renderJunit(fullDocument())).filter(
    ({ attributes }) => attributes.classname === "warp.act" && attributes.name === "revoke",
  );
  const lines = revoke!.children[0]!.text.split("\n");
  expect(lines.map((line) => /revoke (\S+)/u.exec(line)?.[1])).toEqual([
    "BOB-PC",
    "BOB-TABLET",
    // It waits: what this run does comes first.
    "BOB-OLD-DELL",
  ]);
  for (const line of lines) expect(line).toMatch(/\(allowlist\.yaml:\d+:\d+\)$/u);
});

test("a message is a test case at its place; a valid allowlist is one that passes", () => {
  const [only] = casesOf(renderJunitMessages([MESSAGE]));
  expect(only?.attributes.name).toBe("a.yaml:7:3");
  expect(only?.children[0]?.attributes.message).toBe('not <so> & "so"');
  expect(only?.children[0]?.text).toBe('- not <so> & "so"; fix: write it so (a.yaml:7:3)');
  expect(failed(renderJunitMessages([]))).toEqual([]);
});

test.each([
  "<a>",
  "<a></b>",
  '<a b="1" b="2"/>',
  "<a>&x</a>",
  "<a/><b/>",
  "<a>\u0000</a>",
  "<a b=1/>",
  "<a>]]><!--",
])("the reader of these tests refuses %j", (xml) =>
  expect(() => readXml(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`)).toThrow(),
);
