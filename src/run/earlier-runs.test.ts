import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ACCOUNT, allowlist, NOW, registration } from "../../test/support/world.js";
import type { EarlierRuns } from "../reconcile/decision.js";
import type { ReportDocument } from "../report/document.js";
import { toDocument } from "../report/to-document.js";
import { type Format, render } from "../report/formats.js";
import { HistoryError, ownByAll, ownByHistory, ownByRows, ownByText, ownByVariable } from "./earlier-runs.js";
import { reconcile } from "./reconcile.js";

const AT = "2026-05-10T12:00:00Z";
const later = (minutes: number) => new Date(Date.parse(AT) + minutes * 60_000).toISOString();
const row = (revoked: string | undefined) => ({
  account: ACCOUNT,
  registration: "a",
  live: "revoked",
  ...(revoked !== undefined && { revoked }),
});

const list = (value: string) =>
  allowlist(
    `version: 1\npolicy: { listedRevoked: ${value} }\nusers:\n  ann@example.com:\n    - device: dev-a\n`,
  );

async function planned(value: string, own: EarlierRuns | undefined, revoked = AT): Promise<ReportDocument> {
  const live = registration({ id: "a", email: "ann@example.com", name: "ANN-MBP", revoked });
  const inventory = () => Promise.resolve({ account: ACCOUNT, registrations: [live] });
  const terms = { account: ACCOUNT, env: {}, now: NOW, own: () => Promise.resolve(own) };
  const plan = await reconcile(list(value), inventory, terms);
  return toDocument(plan, { generatedAt: NOW, run: false });
}

const decided = ({ decisions: [one] }: ReportDocument) => [one?.action, one?.reason.code, one?.revokedBy];
const OURS = ownByRows(ACCOUNT, [row(later(1))]);
const NONE = ownByRows(ACCOUNT, []);

describe("listedRevoked: ours", () => {
  test("lets in what this stack revoked", async () =>
    expect(decided(await planned("ours", OURS))).toEqual(["unrevoke", "entry", "this-stack"]));

  test.each([
    ["it knows nothing of", NONE, "revoked outside this stack on 2026-05-10"],
    ["it only recorded as revoked", ownByRows(ACCOUNT, [row(undefined)]), "revoked outside this stack"],
    ["another account's row tells", ownByRows("f".repeat(32), [row(later(1))]), "revoked outside this stack"],
    ["nothing tells who revoked", undefined, "revoked on 2026-05-10 by an unknown party"],
  ])("keeps out what %s, and says so", async (_what, own, text) => {
    const document = await planned("ours", own);
    expect(decided(document)).toEqual(["leave", "listed-revoked", undefined]);
    expect(document.findings.map(({ code }) => code)).toEqual(["listed-revoked"]);
    expect(document.findings[0]?.text).toContain(text);
    expect(document.findings[0]?.text).toContain("policy.listedRevoked is ours");
  });

  test("keeps out what somebody revoked again, after this stack had", async () =>
    expect(decided(await planned("ours", OURS, later(60)))).toEqual(["leave", "listed-revoked", undefined]));
});

describe("by default everything listed is let in, and what undoes somebody's revocation", () => {
  const forms: readonly Format[] = ["text", "markdown", "github", "sarif", "junit"];

  test.each(forms)("is told apart in %s, with when", async (format) => {
    const outside = render(format, await planned("unrevoke", NONE));
    const own = render(format, await planned("unrevoke", OURS));
    expect(outside).toContain("revoked outside this stack on 2026-05-10");
    expect(own).not.toContain("outside this stack");
  });

  test.each(["text", "markdown", "github"] as const)("counts in the headline of %s", async (format) => {
    const headline = async (own: EarlierRuns | undefined) =>
      render(format, await planned("unrevoke", own))
        .split("\n")
        .find((line) => line.includes("WARP registrations"));
    expect(await headline(NONE)).toContain("LETS IN AGAIN 1 revoked outside this stack");
    expect(await headline(undefined)).toContain("LETS IN AGAIN 1 perhaps revoked outside this stack");
    expect(await headline(OURS)).not.toContain("LETS IN AGAIN");
  });

  test("says so of what nobody knows", async () =>
    expect(render("text", await planned("unrevoke", undefined))).toContain("by an unknown party"));

  test("is asked only where something is let in", async () => {
    const live = registration({ id: "a", email: "ann@example.com" });
    const inventory = () => Promise.resolve({ account: ACCOUNT, registrations: [live] });
    const own = () => Promise.reject(new Error("asked"));
    const plan = await reconcile(list("unrevoke"), inventory, { account: ACCOUNT, env: {}, now: NOW, own });
    expect(plan.acts).toEqual([]);
  });
});

describe("what this stack revoked is read from", () => {
  const state = (outputs: object) =>
    JSON.stringify({
      version: 3,
      deployment: { resources: [{ type: "pulumi-nodejs:dynamic/warp:Revocation", outputs }, { type: "x" }] },
    });

  test("an export of the state: whole", () =>
    expect(ownByText(ACCOUNT, state(row(AT)))).toEqual(ownByRows(ACCOUNT, [row(AT)])));

  test("the report of a run: what it revoked, and no more", async () => {
    const made = await planned("unrevoke", undefined);
    const results = [
      { registration: "a", act: "revoke", result: "done" },
      { registration: "b", act: "revoke", result: "failed" },
      { registration: "c", act: "delete", result: "done" },
    ] as const;
    const own = ownByText(ACCOUNT, JSON.stringify({ ...made, generatedAt: later(-5), results }));
    expect([...own!.made.keys()]).toEqual(["a"]);
    expect(own!.isWhole).toBe(false);
    expect(decided(await planned("ours", own))).toEqual(["unrevoke", "entry", "this-stack"]);
    expect(decided(await planned("ours", own, later(600)))).toEqual(["leave", "listed-revoked", undefined]);
  });

  test("a history: the very revocations", () => {
    const text = {
      kind: "warp-history",
      version: 1,
      account: ACCOUNT,
      asOf: AT,
      since: {},
      revoked: { a: AT },
    };
    expect(ownByText(ACCOUNT, JSON.stringify(text))).toEqual(ownByHistory({ revoked: { a: AT } }));
    expect(ownByText("f".repeat(32), JSON.stringify(text))).toBeUndefined();
  });

  test.each(["", "{}", "[]", "null", '{"deployment": {}}'])("no other text: %j", (text) =>
    expect(ownByText(ACCOUNT, text)).toBeUndefined(),
  );

  test("several of them together", () => {
    expect(ownByAll([])).toBeUndefined();
    const all = ownByAll([ownByHistory({ revoked: { a: AT, b: AT } }), OURS])!;
    expect([...all.made.keys()]).toEqual(["a", "b"]);
    expect(all.isWhole).toBe(true);
    expect(all.made.get("a")!.until).toBeGreaterThan(Date.parse(AT));
    expect(all.enrolled).toEqual(new Map());
    expect(ownByAll([OURS, undefined])?.enrolled).toBeUndefined();
  });

  test("of several histories the first enrolment counts, and what is no time is left out", () => {
    const [first, second] = [
      ownByHistory({ enrolled: { a: { first: later(5) }, b: { first: AT }, c: { first: "soon" }, d: 5 } }),
      ownByHistory({ enrolled: { a: { first: AT }, b: { first: later(5) } } }),
    ];
    const all = new Map([
      ["a", AT],
      ["b", AT],
    ]);
    expect(ownByAll([first, second])?.enrolled).toEqual(all);
    expect(ownByAll([second, first])?.enrolled).toEqual(all);
  });
});

describe("the history that the environment names", () => {
  const folder = mkdtempSync(join(tmpdir(), "warp-history-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const history = { kind: "warp-history", version: 1, account: ACCOUNT, asOf: AT, since: {} };
  const read = (text: string | undefined, name = "h.json") => {
    if (text !== undefined) writeFileSync(join(folder, name), text);
    return ownByVariable(ACCOUNT, { WARP_HISTORY: ` ${join(folder, name)} ` });
  };

  test("is read, and none is named by nothing", () => {
    expect(read(JSON.stringify({ ...history, enrolled: { a: { first: AT, seen: AT } } }))?.enrolled).toEqual(
      new Map([["a", AT]]),
    );
    expect(read(JSON.stringify(history))?.enrolled).toEqual(new Map());
    expect(ownByVariable(ACCOUNT, {})).toBeUndefined();
    expect(ownByVariable(ACCOUNT, { WARP_HISTORY: " " })).toBeUndefined();
  });

  test.each([
    ["{}", "is not a history of account"],
    [JSON.stringify({ ...history, account: "f".repeat(32) }), `is not a history of account ${ACCOUNT}`],
    [undefined, "cannot be read: no such file or folder"],
  ])("%s is an error that says what to do", (text, why) => {
    const use = () => read(text, text === undefined ? "none.json" : "h.json");
    expect(use).toThrow(HistoryError);
    expect(use).toThrow(`WARP_HISTORY: ${folder}`);
    expect(use).toThrow(why);
    expect(use).toThrow("fix: name a file that drift --history wrote, or unset WARP_HISTORY");
  });
});
