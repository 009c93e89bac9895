import { describe, expect, test } from "vitest";
import { fullDocument } from "../../test/support/report.js";
import { plan } from "../../test/support/world.js";
import { codeMarkdown, escapeMarkdown } from "../text/entities.js";
import type { ReportDocument } from "./document.js";
import { toDocument } from "./to-document.js";
import { commentMarker, fitSections, MOST_CHARACTERS, renderMarkdown } from "./markdown.js";

const SMALL = `version: 1
users:
  bob@example.com: []
`;

function small(generatedAt = new Date("2026-06-01T12:00:01Z")): ReportDocument {
  const live = [{ id: "b", email: "bob@example.com", name: "BOB-PC" }];
  return toDocument(plan(SMALL, live), { generatedAt, run: false });
}

/** As {@link small}, with so many devices, each with a name of its own. */
function fleet(size: number, name = (i: number) => `DEVICE-${i}.`): ReportDocument {
  const live = Array.from({ length: size }, (_, i) => ({
    id: `r${i}`,
    email: "bob@example.com",
    name: name(i),
  }));
  return toDocument(plan(SMALL, live), { generatedAt: new Date(), run: false });
}

test("one line says it, the rest is folded away", () => {
  const document = small();
  expect(renderMarkdown(document, { marker: "prod" })).toBe(`<!-- warp-registrations:prod -->
**WARP registrations: to revoke 1** · account <code>0123456789abcdef0123456789abcdef</code>

<details><summary>Guards: ok; fingerprint <code>${document.fingerprint}</code></summary>

| Guard | Due | At most | Verdict | Line |
| --- | --- | --- | --- | --- |
| revoke | 1 | 1 | ok | <code>allowlist.yaml&#58;1</code> |
| delete | 0 | 1 | ok | <code>allowlist.yaml&#58;1</code> |
| unrevoke | 0 | 1 | ok | <code>allowlist.yaml&#58;1</code> |

</details>

<details open><summary>revoke 1: connected; will be cut off</summary>

| User | Device | Why | Line |
| --- | --- | --- | --- |
| <code>bob<wbr>&#64;example.com</code> | <code>BOB-PC</code><br>b, last seen 2026-05-31 | no entry for its user allows it | <code>allowlist.yaml&#58;3</code> |

</details>
`);
});

test("the same plan gives the same bytes, whenever it was made", () => {
  expect(renderMarkdown(small(new Date("2027-01-01T00:00:00Z")))).toBe(renderMarkdown(small()));
});

test("where there is nothing to say, there is nothing to post", () => {
  const list = "version: 1\nusers:\n  bob@example.com:\n    - device: dev-b\n";
  const live = [{ id: "b", email: "bob@example.com" }];
  const inSync = toDocument(plan(list, live), { generatedAt: new Date(), run: false });
  expect(renderMarkdown({ ...inSync, findings: [] })).toBe("");
  expect(renderMarkdown({ ...inSync, findings: fullDocument().findings })).toContain("3 findings");
});

describe("a comment that would be too long", () => {
  test.each([300, 2_000])("is cut at a row, closed, and counts the rest (%i devices)", (size) => {
    const output = renderMarkdown(fleet(size));
    expect(output.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    const shown = output.match(/DEVICE-\d+\./gu)?.length ?? 0;
    expect(shown).toBeGreaterThan(200);
    const [, missing] = /^And (\d+) more: /mu.exec(output) ?? ["", "0"];
    expect(shown + Number(missing)).toBe(size);
    expect(output.match(/<details/gu)).toHaveLength(output.match(/<\/details>/gu)!.length);
    for (const line of output.split("\n"))
      if (line.includes("DEVICE-")) expect(line).toMatch(/^\|(?: [^|]* \|){4}$/u);
  });

  test("is used as far as it goes", () => {
    expect(renderMarkdown(fleet(2_000)).length).toBeGreaterThan(MOST_CHARACTERS - 1_000);
  });

  test("has room for others beside names that grow by escaping", () => {
    const odd = renderMarkdown(fleet(40, (i) => (i < 20 ? "\u0301".repeat(5_000) : `DEVICE-${i}.`)));
    expect(odd.match(/DEVICE-\d+\./gu)).toHaveLength(20);
  });

  test("is never over the budget, wherever the cut falls", () => {
    const rows = Array.from({ length: 30 }, (_, i) => `| ${"x".repeat(i % 3)} |`);
    const section = { title: "t", open: false, head: ["| a |", "| --- |"], rows };
    const whole = fitSections([section, section], Infinity).length;
    for (let budget = 320; budget < whole; budget++)
      expect(fitSections([section, section], budget).length, String(budget)).toBeLessThanOrEqual(budget);
    expect(fitSections([section, section], whole + 200)).not.toContain("more:");
  });

  test("is short enough whatever all of it says", () => {
    const huge = fullDocument((text) => text + "\u{e0041}@".repeat(5_000));
    const decisions = Array.from({ length: 50 }, () => huge.decisions).flat();
    expect(renderMarkdown({ ...huge, decisions }).length).toBeLessThanOrEqual(MOST_CHARACTERS);
  });
});

describe("the marker", () => {
  test("tells stacks apart, and is the whole first line", () => {
    const markers = [
      undefined,
      "prod",
      "a b",
      "a_b",
      "a%20b",
      "a--b",
      "a-%2Db",
      "-->",
      "a\nb",
      "\ud800",
      "-",
    ];
    const lines = markers.map((marker) => renderMarkdown(small(), { marker }).split("\n")[0]);
    expect(lines).toEqual(markers.map(commentMarker));
    expect(new Set(lines).size).toBe(markers.length);
    for (const line of lines) expect(line).toMatch(/^<!-- (?:(?!--|>).)* -->$/u);
  });
});

test("words that a forge acts on stand in code, others as they are", () => {
  expect(escapeMarkdown('allowed by serial "SN1": her laptop')).toBe(
    "allowed by serial &#34;SN1&#34;&#58; her laptop",
  );
  expect(escapeMarkdown("ask @team or see #12")).toBe(
    "ask <code><wbr>&#64;team</code> or see <code>&#35;12</code>",
  );
  expect(escapeMarkdown("deadbeef GH-7 www.x.example")).toBe("<code>deadbeef GH-7 www<wbr>.x.example</code>");
  // Punctuation around such a word is none of it, and what a sentence has in backticks is code without them.
  expect(escapeMarkdown("MacBook Air, Mac15,6, and (`guards.self`).")).toBe(
    "MacBook Air, Mac15,6, and (<code>guards.self</code>).",
  );
  expect(escapeMarkdown("see @team, then `a b` now")).toBe(
    "see <code><wbr>&#64;team</code>, then <code>a b</code> now",
  );
  expect(codeMarkdown("a|b`c")).toBe("<code>a&#124;b&#96;c</code>");
});
