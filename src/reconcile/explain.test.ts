import { expect, test } from "vitest";
import { announceSeed, holds } from "../../test/support/property.js";
import { toAllowlist } from "../../test/support/world-allowlist.js";
import { world } from "../../test/support/world-arbitraries.js";
import { ACCOUNT, allowlist, NOW, registration } from "../../test/support/world.js";
import { RULES } from "./decide.js";
import { explain, type Explanation } from "./explain.js";
import { makePlan, needsHardware } from "./plan.js";

type Decided = Extract<Explanation, { kind: "decided" }>;

/** A plan and an explanation of everything in it are made for each. */
const MOST = 3_000;

announceSeed();

test("the explanation is of the plan's own decision, and exactly one rule of the page decides", () => {
  holds(
    world,
    ({ sketch, registrations, devices }) => {
      const allowlist = toAllowlist(sketch);
      const inventory = { account: ACCOUNT, registrations, ...(needsHardware(allowlist) && { devices }) };
      const { decisions, pending } = makePlan(allowlist, inventory, NOW);
      const ids = registrations.map(({ id }) => id);
      const explanations = explain(allowlist, inventory, NOW, ids, { devices });
      expect(explanations).toHaveLength(ids.length);
      const decided = explanations.filter((one): one is Decided => one.kind === "decided");
      const byId = new Map(decisions.map((decision) => [decision.registration.id, decision]));
      expect(decided).toHaveLength(decisions.length);
      for (const { decision, rules, changes, pending: waits } of decided) {
        expect(decision).toEqual(byId.get(decision.registration.id));
        expect(rules.map(({ place }) => place)).toEqual(RULES.map((_, at) => at + 1));
        const deciding = rules.filter(({ outcome }) => outcome === "decides");
        expect(deciding.map(({ text }) => text)).toEqual([decision.reason.text]);
        const place = deciding[0]?.place ?? 0;
        for (const rule of rules.slice(0, place - 1)) expect(rule.outcome).not.toBe("not-asked");
        for (const rule of rules.slice(place)) expect(rule.outcome).toBe("not-asked");
        for (const { text } of rules) expect(text).not.toMatch(/undefined|\[object|^$/u);
        for (const text of changes) expect(text).not.toMatch(/undefined|\[object|^$/u);
        expect(changes.length).toBeGreaterThan(0);
        const held = pending.find((one) => one.decision.registration.id === decision.registration.id);
        expect(waits).toBe(held?.text);
      }
    },
    MOST,
  );
});

function one(
  sketch: Parameters<typeof toAllowlist>[0],
  id: string,
  registrations: Parameters<typeof registration>[0][],
) {
  const inventory = { account: ACCOUNT, registrations: registrations.map(registration), devices: [] };
  const [found] = explain(toAllowlist(sketch), inventory, NOW, [id]);
  if (found?.kind !== "decided") throw new Error("not decided");
  return found;
}

const ALICE = "alice@example.com";

test("a rule that narrows what an entry allows is asked before it", () => {
  const { rules } = one(
    {
      policy: { superseded: "revoke" },
      users: [[ALICE, { entries: [{ match: { device: "d1" }, state: "active" }] }]],
    },
    "old",
    [
      {
        id: "old",
        email: ALICE,
        device: "d1",
        created: "2026-05-01T00:00:00Z",
        lastSeen: "2026-05-01T09:00:00Z",
      },
      { id: "new", email: ALICE, device: "d1", created: "2026-05-02T00:00:00Z" },
    ],
  );
  expect(rules.slice(12, 16).map(({ name, outcome }) => [name, outcome])).toEqual([
    ["too many devices", "passes"],
    ["superseded", "decides"],
    ["entry that allows", "not-asked"],
    ["grace", "not-asked"],
  ]);
});

test("what is to come by time is told with its day", () => {
  const { changes } = one(
    {
      policy: { stale: { days: 90, action: "revoke", includeListed: true } },
      users: [[ALICE, { entries: [{ match: { device: "d1" }, state: "active" }] }]],
    },
    "r1",
    [{ id: "r1", email: ALICE, device: "d1", lastSeen: "2026-05-01T00:00:00Z" }],
  );
  expect(changes).toContain("revoke is due after 2026-07-30, unless it is seen again (allowlist.yaml:1)");
});

test("ids that the account does not have are left out, and each is found by its own", () => {
  const list = toAllowlist({ users: [], scope: { emailDomains: ["example.org"] } });
  const registrations = ["a", "b"].map((id) => registration({ id, email: ALICE }));
  const found = explain(list, { account: ACCOUNT, registrations }, NOW, ["nobody's", "b"]);
  expect(found.map((one) => one.kind === "out-of-scope" && one.registration.id)).toEqual(["b"]);
});

test("without the devices an entry is proposed by the device's id", () => {
  const inventory = {
    account: ACCOUNT,
    registrations: [registration({ id: "a", email: ALICE, device: "d1" })],
  };
  const [found] = explain(toAllowlist({ users: [] }), inventory, NOW, ["a"]);
  expect(found?.kind === "decided" && found.changes).toEqual([
    'add an entry by device "d1": warp-registrations accept a',
  ]);
});

test("out of a scope without profiles, and of one with several types", () => {
  const why = (scope: string, sketch: Parameters<typeof registration>[0]) => {
    const list = allowlist(`version: 1\nscope: { ${scope} }\nusers: { ${ALICE}: [] }\n`);
    const inventory = { account: ACCOUNT, registrations: [registration(sketch)] };
    const [found] = explain(list, inventory, NOW, [sketch.id]);
    return found?.kind === "out-of-scope" ? found.why : "";
  };
  expect(why("emailDomains: [example.com]", { id: "a", email: "bob@example.org" })).toBe(
    "scope.emails and scope.emailDomains do not list bob@example.org",
  );
  expect(why("registrationTypes: [warp, browser_extension]", { id: "a", email: ALICE, type: "new" })).toBe(
    "its type is new, but the scope has only warp and browser_extension",
  );
  expect(why("policyIds: [p1]", { id: "a", email: ALICE })).toBe(
    "its device profile is not known, which scope.policyIds does not list",
  );
});

test("each reason to be out of scope, in the order in which they are asked", () => {
  const whys = [
    { id: "a", email: ALICE, deleted: "2026-05-01T00:00:00Z", type: "browser_extension" },
    { id: "b", email: ALICE, type: "browser_extension" },
    { id: "c", email: ALICE, policy: "p2" },
    { id: "d", email: "bob@example.org", policy: "p1" },
    { id: "e", policy: "p1" },
  ].map((sketch) => {
    const allowlist = toAllowlist({ users: [], scope: { policyIds: ["p1"], emailDomains: ["example.com"] } });
    const inventory = { account: ACCOUNT, registrations: [registration(sketch)] };
    const [found] = explain(allowlist, inventory, NOW, [sketch.id]);
    return found?.kind === "out-of-scope" ? found.why : "";
  });
  expect(whys).toEqual([
    "it was deleted on 2026-05-01",
    "its type is browser_extension, but the scope has only warp",
    "its device profile is p2, which scope.policyIds does not list",
    "scope.emails and scope.emailDomains do not list bob@example.org",
    "scope.emails and scope.emailDomains do not list registrations without a user",
  ]);
});
