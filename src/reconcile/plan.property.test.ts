import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  NOW,
  allowlist,
  physicalDevice,
  registration,
  type Sketch,
} from "../../test/support/world.js";
import type { Registration } from "../cloudflare/types.js";
import { isAct } from "./decision.js";
import { makePlan, type Plan } from "./plan.js";

const RUNS = { numRuns: 500 };

const emails = [
  "alice@example.com",
  "bob@example.com",
  "carol@example.com",
  "svc@t.cloudflareaccess.com",
  undefined,
];
const day = fc.integer({ min: 1, max: 28 }).map((n) => `2026-04-${String(n).padStart(2, "0")}T00:00:00Z`);

const sketch = fc.record(
  {
    email: fc.constantFrom(...emails),
    device: fc.constantFrom("d1", "d2", "d3", "d4"),
    name: fc.constantFrom("L1", "L2", "PHONE"),
    created: day,
    revoked: fc.option(day, { nil: undefined }),
    type: fc.constantFrom(undefined, "warp", "browser_extension"),
  },
  { requiredKeys: ["device", "name", "created"] },
);

const fleet = fc
  .array(sketch, { maxLength: 12 })
  .map((sketches) => sketches.map((one, i) => registration({ ...(one as Omit<Sketch, "id">), id: `r${i}` })));

const entry = fc
  .tuple(
    fc.constantFrom(
      "serial: S1",
      "hardwareId: H2",
      "device: d1",
      "device: d2",
      "name: L1",
      "name: PHONE",
      "nameGlob: L*",
      "registration: r0",
    ),
    fc.constantFrom("active", "revoked", "deleted"),
  )
  .map(([key, state]) => `    - { ${key}, state: ${state} }`);

const users = fc.dictionary(
  fc.constantFrom("alice@example.com", "bob@example.com"),
  fc.uniqueArray(entry, { maxLength: 3, selector: (text) => text.replace(/, state.*/u, "") }),
  { minKeys: 1 },
);

const list = fc
  .record({
    unlisted: fc.constantFrom("revoke", "delete", "report"),
    unknownUsers: fc.constantFrom("revoke", "delete", "report"),
    noUser: fc.constantFrom("revoke", "delete", "report"),
    listedRevoked: fc.constantFrom("unrevoke", "report"),
    users,
    protectedDevice: fc.constantFrom("[]", "[d3]"),
  })
  .map(({ users: byEmail, protectedDevice, ...policy }) => {
    const lines = Object.entries(byEmail).map(([email, entries]) =>
      entries.length === 0 ? `  ${email}: []` : `  ${email}:\n${entries.join("\n")}`,
    );
    return `version: 1\npolicy: ${JSON.stringify(policy)}\nprotected: { devices: ${protectedDevice} }\nusers:\n${lines.join("\n")}\n`;
  });

const devices = [
  physicalDevice("d1", { serial_number: "S1", hardware_id: "H1" }),
  physicalDevice("d2", { serial_number: null, hardware_id: "H2" }),
  physicalDevice("d3", { serial_number: "None" }),
];

function planOf(text: string, registrations: readonly Registration[]): Plan {
  return makePlan(allowlist(text), { account: ACCOUNT, registrations, devices }, NOW);
}

/** What the account looks like after every act of a plan. */
function apply({ acts }: Plan, registrations: readonly Registration[]): Registration[] {
  const act = new Map(acts.map(({ registration: { id }, action }) => [id, action]));
  return registrations
    .filter(({ id }) => act.get(id) !== "delete")
    .map((one) => {
      const due = act.get(one.id);
      if (due === "revoke") return { ...one, revoked_at: NOW.toISOString(), updated_at: NOW.toISOString() };
      return due === "unrevoke" ? { ...one, revoked_at: null, updated_at: NOW.toISOString() } : one;
    });
}

describe("whatever the allowlist and the account", () => {
  test("each registration in scope has one decision, and no other has any", () => {
    fc.assert(
      fc.property(list, fleet, (text, live) => {
        const inScope = live
          .filter((one) => (one.registration_type ?? "warp") === "warp")
          .map(({ id }) => id);
        expect(
          planOf(text, live)
            .decisions.map(({ registration: { id } }) => id)
            .sort(),
        ).toEqual(inScope.sort());
      }),
      RUNS,
    );
  });

  test("a plan applied and made again is empty", () => {
    fc.assert(
      fc.property(list, fleet, (text, live) => {
        const first = planOf(text, live);
        expect(planOf(text, apply(first, live)).acts).toEqual([]);
      }),
      RUNS,
    );
  });

  test("a protected device has no act", () => {
    fc.assert(
      fc.property(list, fleet, (text, live) => {
        const guarded = text.replace("devices: []", "devices: [d3]");
        expect(
          planOf(guarded, live).acts.filter(({ registration: { device } }) => device.id === "d3"),
        ).toEqual([]);
      }),
      RUNS,
    );
  });

  test("the order of a listing never changes the plan", () => {
    fc.assert(
      fc.property(list, fleet, (text, live) => {
        expect(planOf(text, [...live].reverse())).toEqual(planOf(text, live));
      }),
      RUNS,
    );
  });

  test("a user who is added changes nobody else's decision", () => {
    fc.assert(
      fc.property(list, fleet, (text, live) => {
        const of = (plan: Plan) =>
          plan.decisions
            .filter(({ user }) => user !== "carol@example.com")
            .map((one) => [one.registration.id, one.action, one.reason.code]);
        expect(of(planOf(`${text}  carol@example.com:\n    - name: L1\n`, live))).toEqual(
          of(planOf(text, live)),
        );
      }),
      RUNS,
    );
  });

  test("an act never leaves a registration as it is", () => {
    fc.assert(
      fc.property(list, fleet, (text, live) => {
        for (const { action, live: state } of planOf(text, live).decisions.filter(isAct)) {
          expect(`${action} ${state}`).toMatch(/^(revoke active|unrevoke revoked|delete (active|revoked))$/u);
        }
      }),
      RUNS,
    );
  });
});
