import { expect, test } from "vitest";
import { fullDocument } from "../../test/support/report.js";
import type { Message } from "../allowlist/messages.js";
import type { Finding } from "../reconcile/findings/finding.js";
import { renderGithub, renderGithubMessages } from "./github.js";

const message = (more: Partial<Message>): Message => ({
  code: "allowlist/bad-value",
  text: "not so",
  source: { file: "allowlist/a.yaml", line: 7, column: 3 },
  ...more,
});

test("a message stands on its line, with its fix below it", () => {
  expect(renderGithubMessages([message({ fix: "write it so" })])).toBe(
    "::error file=allowlist/a.yaml,line=7,col=3,title=allowlist/bad-value::not so%0Afix: write it so\n",
  );
  expect(renderGithubMessages([{ code: "allowlist/no-files", text: "none" }])).toBe(
    "::error title=allowlist/no-files::none\n",
  );
  expect(renderGithubMessages([])).toBe("");
});

test("what ends a property, a line or an escape is encoded, and a line break of the text is shown as one", () => {
  const source = { file: "a,b:c%2C.yaml", line: 1, column: 1 };
  expect(renderGithubMessages([message({ text: "100%\n::error::x", source })])).toBe(
    "::error file=a%2Cb%3Ac%252C.yaml,line=1,col=1,title=allowlist/bad-value::100%25\\n\\u{3a}:error\\u{3a}:x\n",
  );
});

test("what holds the plan up is an error, drift a warning, the rest a notice", () => {
  const lines = renderGithub({ ...fullDocument(), approved: false })
    .trimEnd()
    .split("\n");
  const levels = lines.map((line) => /^::(\w+).*title=([^:]+)::/u.exec(line)?.slice(1).join(" "));
  expect(levels[0]).toBe("error WARP registrations");
  for (const one of [
    "error allowlist/contradiction",
    "error guard/revoke",
    "error act/revoke",
    "warning act/unrevoke",
    "notice act/revoke",
    "notice finding/no-user",
  ])
    expect(levels).toContain(one);
});

test("a refused device that is connected is a warning", () => {
  const finding: Finding = {
    code: "elsewhere",
    subject: ["r"],
    text: "connected under another user",
    registrations: ["r"],
  };
  const lines = renderGithub({ ...fullDocument(), findings: [finding] }).split("\n");
  // The first of them: GitHub shows ten.
  expect(lines.find((line) => line.startsWith("::warning "))).toBe(
    "::warning title=finding/elsewhere::connected under another user",
  );
});

test("many findings are counted beyond fifty, and hide no error", () => {
  const about = (i: number): Finding => ({
    code: "stale",
    subject: [`person-${i}@example.com`],
    text: "old",
    registrations: [],
  });
  const lines = renderGithub({
    ...fullDocument(),
    findings: Array.from({ length: 500 }, (_, i) => about(i)),
  }).split("\n");
  expect(lines.filter((line) => line.includes("title=finding/stale"))).not.toHaveLength(0);
  expect(
    lines.filter((line) => line.startsWith("::notice ") && !line.includes("WARP registrations")),
  ).toHaveLength(50);
  expect(lines.at(-2)).toMatch(/^::notice::and \d+ more: finding\/stale \d+$/u);
  // With the first line, since errors hold it.
  expect(lines.filter((line) => line.startsWith("::error "))).toHaveLength(4);
});

test("where there is nothing to say, nothing is written", () => {
  const document = fullDocument();
  const summary = { ...document.summary, revoke: 0, delete: 0, unrevoke: 0 };
  const quiet = { ...document, summary, accessUsers: [], findings: [], problems: [], skipped: [] };
  expect(renderGithub(quiet)).toBe("");
});
