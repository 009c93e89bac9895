import { expect, test } from "vitest";
import { ACCOUNT, allowlist, NOW, registration } from "../../test/support/world.js";
import { makePlan } from "../reconcile/plan.js";
import { toDocument } from "./to-document.js";
import { parseReport, toReviewed } from "./read-back.js";
import { renderText } from "./text.js";
import { hasActs, nextCommand, whatIsDue } from "./words.js";

const live = [registration({ id: "r1", email: "bob@example.com", name: "<{%\u202eBOB" })];
const users = [{ id: "id-bob", email: "bob@example.com", access_seat: true, name: "\u001b[2J" }];

function documentOf(section: string, run = false) {
  const list = allowlist(`version: 1\nusers: { bob@example.com: [registration: r1] }\n${section}`);
  const inventory = { account: ACCOUNT, registrations: live, accessUsers: users };
  return toDocument(makePlan(list, inventory, NOW), { generatedAt: NOW, run });
}

const ABSENT = "accessUsers: { bob@example.com: { state: absent }, new@example.com: {} }\n";

test("what is due on Access users counts as due, and is told with what goes along", () => {
  const document = documentOf(ABSENT);
  expect(hasActs(document)).toBe(true);
  expect(whatIsDue(document)).toBe("to delete 1 Access user, create 1 Access user");
  const text = renderText(document);
  expect(text).toContain("  x delete   bob@example.com (id-bob)\n");
  expect(text).toContain("  + create   new@example.com\n");
  expect(text).toContain("\\u{3c}{%\\u{202e}BOB (r1)");
  expect(text).not.toMatch(/<\{%|\u202e/u);
  expect(text).toContain(`Fingerprint: ${document.fingerprint}`);
  expect(nextCommand(document)).toBe("pulumi up");
});

test("a name of the account is escaped", () => {
  const text = renderText(documentOf("accessUsers: { bob@example.com: { name: Bob } }\n"));
  expect(text).toContain('and should be "Bob"');
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/\u001b/u);
});

test("the document fits the published schema, and a reviewed plan is read back from it", () => {
  for (const lines of [ABSENT, `freeze: { until: 2999-12-31, reason: year end }\n${ABSENT}`]) {
    const document = documentOf(lines, true);
    expect(parseReport(JSON.stringify(document))).toEqual({ ok: true, document });
    const pending = lines !== ABSENT;
    expect(Object.fromEntries(toReviewed(document).accessUsers ?? [])).toEqual({
      "bob@example.com": { action: "delete", id: "id-bob", pending },
      "new@example.com": { action: "create", pending },
    });
  }
  const [one] = documentOf(ABSENT).accessUsers!;
  const wrong = { ...documentOf(ABSENT), accessUsers: [{ ...one, action: "explode" }] };
  expect(parseReport(JSON.stringify(wrong))).toMatchObject({ ok: false });
});

test("users in good order are in sync, and an allowlist without the section says nothing of them", () => {
  for (const section of ["accessUsers: { bob@example.com: {} }\n", ""]) {
    const document = documentOf(section);
    expect(hasActs(document)).toBe(false);
    expect(renderText(document)).not.toContain("Access users:");
    expect("accessUsers" in document).toBe(section !== "");
  }
});

test("what a freeze holds is pending; what a run did is told beside it", () => {
  const frozen = documentOf(`freeze: { until: 2999-12-31, reason: year end }\n${ABSENT}`, true);
  expect(whatIsDue(frozen)).toContain("(2 pending)");
  expect(renderText(frozen)).toContain("pending (frozen): frozen until");
  expect(frozen.accessUserResults).toBeUndefined();
  const { accessUserResults = [], ...document } = documentOf(ABSENT, true);
  expect(accessUserResults.map(({ act, result }) => `${act} ${result}`)).toEqual([
    "delete skipped",
    "create skipped",
  ]);
  const done = accessUserResults.map((one, i) =>
    i === 0 ? { ...one, result: "failed" as const, reason: "no\nway" } : { ...one, result: "done" as const },
  );
  const text = renderText({ ...document, accessUserResults: done });
  expect(text).toContain("failed: no\\nway");
  expect(text).toContain("Results: 1 act done, 1 failed, 0 not attempted");
  const left = accessUserResults.map((one) => ({ ...one, result: "skipped" as const, reason: "stopped" }));
  expect(renderText({ ...document, accessUserResults: left })).toContain("not attempted: stopped");
  expect(text).toContain("Next: pulumi up, which does the remaining 1 act");
});
