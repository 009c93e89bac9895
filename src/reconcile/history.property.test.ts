/** What must hold over sequences: apply, let time pass, enrol again, look into the dashboard, change the scope, plan again. */

import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { isNewer } from "../../test/support/device-oracle.js";
import { entriesOf, isInForce, isMeant } from "../../test/support/entry-oracle.js";
import { announceSeed, holds } from "../../test/support/property.js";
import { type AllowlistSketch, type PolicyValues, toAllowlist } from "../../test/support/world-allowlist.js";
import { account } from "../../test/support/world-arbitraries.js";
import { happenings, type Run, runsOf, waits } from "../../test/support/world-history.js";
import {
  apply,
  brief,
  devicesOf,
  isActive,
  isRefusal,
  outcomes,
  planOf,
} from "../../test/support/world-run.js";
import type { Registration } from "../cloudflare/types.js";
import { isAct } from "./decision.js";

// A busy machine is no failure.
vi.setConfig({ testTimeout: 3_600_000 });

beforeAll(announceSeed);

/** What a reader of a failure needs: every run with its moment and acts. */
function story(runs: readonly Run[]): string[] {
  return runs.map(({ at, plan, failing, since }) =>
    [
      ...since.map((happening) => JSON.stringify(happening)),
      at.toISOString(),
      plan.acts.map(brief).join(", "),
      failing.length > 0 ? `failing: ${failing.join(" ")}` : "",
    ].join(" | "),
  );
}

describe("over a history", () => {
  test("an older revoked registration is never revived, whatever became of the newest", () => {
    holds(fc.tuple(account, happenings), ([start, all]) => {
      const runs = runsOf(start, all);
      /** By id: newer registrations of the same device that stand in the account, or that a run deleted. */
      const newer = new Map<string, Set<string>>();
      /** Of what a run deleted as superseded: the newer ones that stood in for it then. */
      const standIns = new Map<string, ReadonlySet<string>>();
      let before: ReadonlySet<string> = new Set();
      for (const { world, at, plan, states } of runs) {
        const present = new Set(world.registrations.map(({ id }) => id));
        // What somebody deleted in the dashboard leaves no trace, nor does what was deleted in its favour.
        const isRemoved = (id: string) => before.has(id) && !present.has(id);
        for (const ids of newer.values())
          for (const id of ids)
            if (isRemoved(id) || [...(standIns.get(id) ?? [])].some(isRemoved)) ids.delete(id);
        const { isSame } = devicesOf(world);
        for (const one of world.registrations)
          for (const other of world.registrations)
            if (isSame(one.id, other.id) === true && isNewer(other, one))
              newer.set(one.id, (newer.get(one.id) ?? new Set()).add(other.id));
        for (const act of plan.acts) {
          if (act.action !== "unrevoke") continue;
          const byId = entriesOf(world, act.user).some(
            (entry) =>
              entry.match.registration !== undefined &&
              isInForce(entry, at) &&
              isMeant(entry, act.registration, world.devices),
          );
          if (!byId)
            expect([story(runs), brief(act), [...(newer.get(act.registration.id) ?? [])]]).toEqual([
              story(runs),
              brief(act),
              [],
            ]);
        }
        const left = states.at(-1) ?? [];
        before = new Set(left.map(({ id }) => id));
        for (const { action, reason, registration } of plan.acts)
          if (action === "delete" && reason.code === "superseded")
            standIns.set(registration.id, new Set(newer.get(registration.id)));
        // What connects when a run deletes the newest is the newest from then on, and none that was kept out.
        for (const one of left.filter(isActive))
          for (const id of present) if (!before.has(id)) newer.get(one.id)?.delete(id);
      }
    });
  });

  test("a plan that was applied and is made again at the same moment is empty", () => {
    holds(fc.tuple(account, happenings), ([start, all]) => {
      const runs = runsOf(start, all);
      for (const { world, at, plan } of runs) {
        const again = planOf({ ...world, registrations: apply(plan, world.registrations) }, undefined, at);
        expect([story(runs), outcomes(again.decisions.filter(isAct))]).toEqual([story(runs), []]);
      }
    });
  });

  test("where some acts fail, the next run does the rest, and undoes nothing", () => {
    holds(fc.tuple(account, happenings), ([start, all]) => {
      const runs = runsOf(start, all);
      for (const { world, at, plan, states, failing } of runs) {
        const registrations = states.at(-1) ?? [];
        const left = new Set(registrations.map(({ id }) => id));
        const again = planOf({ ...world, registrations }, undefined, at);
        const wanted = new Map(plan.acts.map((act) => [act.registration.id, act.action]));
        const undone = again.acts.filter(
          ({ registration: { id }, action }) =>
            !failing.includes(id) && wanted.has(id) && left.has(id) && wanted.get(id) !== action,
        );
        expect([story(runs), undone.map(brief)]).toEqual([story(runs), []]);
      }
    });
  });

  test("who is allowed and connected before and after a run is connected at every moment of it", () => {
    holds(fc.tuple(account, happenings), ([start, all]) => {
      const runs = runsOf(start, all);
      for (const { world, plan, states } of runs) {
        const { groups, unsure } = devicesOf(world);
        const after = apply(plan, world.registrations);
        const refused = new Set(plan.acts.filter(isRefusal).map(({ registration: { id } }) => id));
        const allowed = world.registrations.filter(({ id }) => !refused.has(id));
        for (const group of groups) {
          const connects = (state: readonly Registration[]) =>
            state.some((live) => group.includes(live.id) && isActive(live));
          if (unsure.has(group[0] ?? "") || !connects(allowed) || !connects(after)) continue;
          expect([story(runs), group, states.map(connects)]).toEqual([
            story(runs),
            group,
            states.map(() => true),
          ]);
        }
      }
    });
  });

  test("grace is not renewed by enrolling again under the same device id", () => {
    holds(fc.tuple(account, happenings), ([start, all]) => {
      const runs = runsOf(start, all);
      for (const { world, at, plan } of runs) {
        const { policy, policies } = toAllowlist(world.sketch);
        for (const { registration, reason, user } of plan.decisions) {
          if (reason.code !== "grace") continue;
          const { ms } = (policies.get(user) ?? policy).grace.value;
          const { isSame } = devicesOf(world);
          const family = plan.decisions.filter(
            (other) =>
              // What an entry allows spends no grace, connected or not.
              isSame(registration.id, other.registration.id) === true && other.entry?.state !== "active",
          );
          const first = Math.min(...family.map((other) => Date.parse(other.registration.created_at)));
          expect([story(runs), registration.id, at.getTime() - first < ms]).toEqual([
            story(runs),
            registration.id,
            true,
          ]);
        }
      }
    });
  });
});

/** Where nothing but age depends on the moment, and no device makes room for another as it ages. */
function timeless(sketch: AllowlistSketch): AllowlistSketch {
  const calm = (policy: PolicyValues | undefined) =>
    policy && { ...policy, ...((policy.stale ?? policy.graceHours ?? 0) !== 0 && { maxDevices: undefined }) };
  const root = calm(sketch.policy);
  return {
    ...sketch,
    policy: root,
    users: sketch.users.map(([email, { state, entries, policy }]) => {
      const own = calm({ ...root, ...policy });
      return [
        email,
        {
          ...(state && !state.since && { state }),
          policy: own,
          entries: entries.map(({ match, state: wanted, requires }) => ({
            match,
            state: wanted,
            ...(requires && { requires }),
          })),
        },
      ];
    }),
  };
}

describe("while neither files nor devices change", () => {
  const AGES = ["stale", "revoked-age"];
  /** What a grace that is over leaves to. */
  const AFTER_GRACE = ["unlisted", "unknown-user", "no-user", "condition"];

  test("nothing swings: later plans do only what an age or a grace explains, and let nobody in", () => {
    holds(fc.tuple(account, waits), ([start, all]) => {
      const runs = runsOf({ ...start, sketch: timeless(start.sketch) }, all);
      const { policy, policies } = toAllowlist(timeless(start.sketch));
      // What was only revoked until others were gone is deleted then.
      const waited = new Set<string>();
      for (const { plan } of runs) {
        for (const { code, registrations } of plan.findings)
          if (code === "tombstone") for (const id of registrations) waited.add(id);
        if (plan === runs[0]?.plan) continue;
        const unexplained = plan.acts.filter(({ registration, action, live, reason: { code }, user }) => {
          if (action === "delete" && live === "revoked" && waited.has(registration.id)) return false;
          // Where an age takes away the newest, what it left behind is superseded by the next one.
          const byAge = plan.acts.some((act) => act.user === user && AGES.includes(act.reason.code));
          if (code === "superseded" && byAge) return false;
          const graced = (policies.get(user) ?? policy).grace.value.ms > 0;
          return action === "unrevoke" || !(AGES.includes(code) || (graced && AFTER_GRACE.includes(code)));
        });
        expect([story(runs), unexplained.map(brief)]).toEqual([story(runs), []]);
      }
    });
  });

  test("nothing swings within one moment either, whatever the dates", () => {
    holds(fc.tuple(account, waits), ([start, all]) => {
      const runs = runsOf(start, all);
      for (const { world, at, plan } of runs) {
        let { registrations } = world;
        for (const made of [
          plan,
          planOf({ ...world, registrations: apply(plan, registrations) }, undefined, at),
        ])
          registrations = apply(made, registrations);
        const last = planOf({ ...world, registrations }, undefined, at);
        expect([story(runs), last.acts.map(brief)]).toEqual([story(runs), []]);
      }
    });
  });

  test("a plan does not depend on the order of the listing", () => {
    const shuffled = account.chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.shuffledSubarray([...one.registrations], { minLength: one.registrations.length }),
        fc.shuffledSubarray([...one.devices], { minLength: one.devices.length }),
      ),
    );
    holds(shuffled, ([one, registrations, devices]) => {
      const { acts, decisions, findings } = planOf({ ...one, registrations, devices });
      const plain = planOf(one);
      expect([outcomes(acts), outcomes(decisions), findings]).toEqual([
        outcomes(plain.acts),
        outcomes(plain.decisions),
        plain.findings,
      ]);
    });
  });
});
