import { expect, test } from "vitest";
import { at } from "../../test/support/world-allowlist.js";
import { registration } from "../../test/support/world.js";
import type { ActDecision, RuleCode } from "./decision.js";
import { formDevices } from "./people.js";
import { byUrgency } from "./schedule.js";

function act(
  id: string,
  action: ActDecision["action"],
  code: RuleCode,
  lastSeen = "2026-05-01T00:00:00Z",
): ActDecision {
  const live = action === "unrevoke" ? "revoked" : "active";
  const one = registration({ id, created: "2026-01-01T00:00:00Z", lastSeen });
  const [candidate] = formDevices([one]).get("")?.devices[0]?.registrations ?? [];
  return {
    registration: one,
    candidate: candidate!,
    user: "",
    hardware: undefined,
    live,
    desired: "as-is",
    action,
    reason: { code, text: "" },
    source: at(1),
    entry: undefined,
  };
}

const gone = (id: string): ActDecision => ({ ...act(id, "delete", "offboarded"), live: "revoked" });

test.each<[string, ActDecision, ActDecision]>([
  ["cutting off before letting in", act("z", "revoke", "stale"), act("a", "unrevoke", "entry")],
  ["deleting what connects before letting in", act("z", "delete", "stale"), act("a", "unrevoke", "entry")],
  ["letting in before deleting what cannot connect", act("z", "unrevoke", "entry"), gone("a")],
  ["cutting off before deleting what cannot connect", act("z", "revoke", "stale"), gone("a")],
  ...(["offboarded", "suspended", "entry"] as const).map((rule): [string, ActDecision, ActDecision] => [
    `${rule} before what no entry allows`,
    act("z", "revoke", rule),
    act("a", "revoke", "unlisted"),
  ]),
  ...(["max-devices", "superseded", "stale", "revoked-age"] as const).flatMap(
    (rule): [string, ActDecision, ActDecision][] => [
      [`what no entry allows before ${rule}`, act("z", "revoke", "unlisted"), act("a", "revoke", rule)],
      [`what was asked for by name before ${rule}`, act("z", "revoke", "entry"), act("a", "revoke", rule)],
    ],
  ),
  [
    "what was seen last",
    act("z", "revoke", "unlisted", "2026-05-02T00:00:00Z"),
    act("a", "revoke", "unlisted", "2026-05-01T00:00:00Z"),
  ],
  ["by id, where all else is the same", act("a", "revoke", "unlisted"), act("b", "revoke", "unlisted")],
])("most urgent first: %s", (_, first, second) => {
  expect([second, first].sort(byUrgency)).toEqual([first, second]);
  expect([first, second].sort(byUrgency)).toEqual([first, second]);
});

test.each(["condition", "expired", "unknown-user", "no-user"] as const)(
  "%s is as urgent as unlisted",
  (rule) => {
    const [first, second] = [act("a", "revoke", rule), act("b", "revoke", "unlisted")];
    expect([second, first].sort(byUrgency)).toEqual([first, second]);
    const [other, last] = [act("a", "revoke", "unlisted"), act("b", "revoke", rule)];
    expect([last, other].sort(byUrgency)).toEqual([other, last]);
  },
);
