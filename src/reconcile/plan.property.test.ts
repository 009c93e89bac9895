import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { ALICE, BOB, guards, user } from "../../test/support/allowlist-arbitraries.js";
import { announceSeed, CASES, holds } from "../../test/support/property.js";
import { type AllowlistSketch, type PolicyValues, toAllowlist } from "../../test/support/world-allowlist.js";
import { world, type World } from "../../test/support/world-arbitraries.js";
import { apply, outcomes, planOf, toReviewed } from "../../test/support/world-run.js";
import { ACCOUNT, NOW } from "../../test/support/world.js";
import { type Decision, isAct, type RuleCode, ruleMeanings } from "./decision.js";
import { makePlan, needsHardware, type Plan } from "./plan.js";

beforeAll(announceSeed);

const same = (a: Plan, b: Plan) => {
  expect(outcomes(a.decisions)).toEqual(outcomes(b.decisions));
  expect(outcomes(a.acts)).toEqual(outcomes(b.acts));
  expect(ids(a.pending.map(({ decision }) => decision))).toEqual(
    ids(b.pending.map(({ decision }) => decision)),
  );
  expect(a.fingerprint).toBe(b.fingerprint);
};

const ids = (decisions: readonly Decision[]) => decisions.map(({ registration: { id } }) => id);

describe("every registration", () => {
  const seen = new Map<RuleCode, number>();

  test("in scope has exactly one decision, and no other has any", () => {
    holds(world, (one) => {
      const { decisions } = planOf(one);
      for (const { reason } of decisions) seen.set(reason.code, (seen.get(reason.code) ?? 0) + 1);
      expect(ids(decisions)).toEqual(
        one.registrations
          .filter((live) => inScope(one, live))
          .map(({ id }) => id)
          .sort(),
      );
    });
  });

  test("is met by every rule in some of the cases: none of these properties is empty", () => {
    console.log(
      [...seen]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([rule, count]) => `${rule} ${count}`)
        .join(", "),
    );
    const wanted = CASES < 10_000 ? [] : Object.keys(ruleMeanings);
    expect(wanted.filter((rule) => !seen.has(rule as RuleCode))).toEqual([]);
  });

  test("that is acted on was listed, in the state that the act is for", () => {
    holds(world, (one) => {
      const listed = new Map(one.registrations.map((live) => [live.id, live]));
      for (const { registration, action } of planOf(one).acts) {
        const live = listed.get(registration.id);
        expect(live).toBe(registration);
        expect(live?.deleted_at).toBeUndefined();
        if (action !== "delete") expect(live?.revoked_at == null).toBe(action === "revoke");
      }
    });
  });

  test("that is protected, the operator's own or ignored has no act", () => {
    holds(world, (one) => {
      for (const { registration, user: email } of planOf(one).acts) {
        const { sketch } = one;
        expect(sketch.protectedUsers).not.toContain(email);
        expect(sketch.protectedDevices).not.toContain(registration.device.id);
        expect(sketch.protectedRegistrations).not.toContain(registration.id);
        expect(sketch.self).not.toContain(email);
        expect(sketch.ignore?.some((match) => "user" in match && match.user === email)).toBe(false);
        expect(sketch.ignore?.some((match) => match.emailDomain === (email.split("@")[1] ?? ""))).toBe(false);
        expect(sketch.ignore?.some((match) => match.device === registration.device.id)).toBe(false);
        const kiosk = registration.policy?.id === "p2" && registration.device.name === "PHONE";
        expect(kiosk && sketch.ignore?.some((match) => match.policyId === "p2")).toBe(false);
      }
    });
  });
});

describe("the acts that are performed", () => {
  test("never exceed a guard without an approval", () => {
    holds(fc.tuple(world, guards, fc.constantFrom(undefined, 1, 3)), ([one, values, perRun]) => {
      const plan = planOf({ ...one, sketch: { ...one.sketch, guards: values, perRun } });
      if (plan.guards.some(({ tripped }) => tripped)) return;
      const active = one.registrations.filter((live) => inScope(one, live) && live.revoked_at == null).length;
      const all = one.registrations.filter((live) => inScope(one, live)).length;
      for (const act of ["revoke", "delete", "unrevoke"]) {
        // A deletion that is only a revocation in this run was judged as a deletion.
        const count = plan.acts.filter(
          ({ action, together }) => (action === "revoke" && together ? "delete" : action) === act,
        ).length;
        const of = act === "unrevoke" ? all : active;
        const percent = of < 10 && values.percent > 0 ? Math.max(values.percent, 50) : values.percent;
        const least = of < 10 && values.percent > 0 ? 1 : 0;
        expect(count).toBeLessThanOrEqual(
          Math.min(values.max, Math.max(least, Math.floor((of * percent) / 100))),
        );
      }
      for (const email of new Set(plan.acts.map((act) => act.user))) {
        const count = plan.acts.filter((act) => act.user === email).length;
        expect(count).toBeLessThanOrEqual(values.perUser ?? Infinity);
      }
      holdsLimit(plan, perRun ?? Infinity);
    });
  });

  test("leave nothing to do for the same moment", () => {
    holds(world, (one) => {
      const rest = planOf({ ...one, registrations: apply(planOf(one), one.registrations) });
      expect(outcomes(rest.acts)).toEqual([]);
    });
  });

  test("come to an end in rounds, where one run may only do so many", () => {
    holds(fc.tuple(world, fc.integer({ min: 1, max: 3 })), ([one, perRun]) => {
      const limited = { ...one, sketch: { ...one.sketch, perRun } };
      let plan = planOf(limited);
      let { registrations } = one;
      // Each registration is revoked or let in at most once, and deleted at most once.
      for (let left = 2 * registrations.length; left > 0 && plan.acts.length > 0; left--) {
        holdsLimit(plan, perRun);
        registrations = apply(plan, registrations);
        plan = planOf({ ...limited, registrations });
      }
      expect(outcomes(plan.decisions.filter(isAct))).toEqual([]);
    });
  });

  test("are those that are due, or pending, and none while a freeze holds", () => {
    const until = fc.constantFrom(-1, 0, 1).map((ms) => new Date(NOW.getTime() + ms));
    holds(fc.tuple(world, until, fc.constantFrom(undefined, 1)), ([one, frozenUntil, perRun]) => {
      const plan = planOf({ ...one, sketch: { ...one.sketch, frozenUntil, perRun } });
      const waiting = plan.pending.map(({ decision }) => decision);
      expect(ids([...plan.acts, ...waiting]).sort()).toEqual(ids(plan.decisions.filter(isAct)));
      if (frozenUntil > NOW) expect(plan.acts).toEqual([]);
    });
  });

  test("are among those that were reviewed", () => {
    holds(fc.tuple(world, world, fc.constantFrom(undefined, 1)), ([then, now, perRun]) => {
      const reviewed = planOf({ ...then, sketch: { ...then.sketch, perRun } });
      const wanted = new Set(reviewed.acts.map(({ registration: { id }, action }) => `${id}: ${action}`));
      const plan = planOf(now, { reviewed: toReviewed(reviewed) });
      const done = plan.acts.map(({ registration: { id }, action }) => `${id}: ${action}`);
      // A deletion that may not outrun another one is only a revocation.
      const weaker = plan.acts
        .filter(({ registration: { id }, action }) => action === "revoke" && wanted.has(`${id}: delete`))
        .map(({ registration: { id } }) => `${id}: revoke`);
      expect(done.filter((act) => !wanted.has(act) && !weaker.includes(act))).toEqual([]);
      const due = plan.decisions.filter(isAct);
      expect(plan.pending.map(({ why }) => why)).toEqual(due.slice(done.length).map(() => "not-reviewed"));
      // What was to be done is done or named.
      const agreed = done.filter((act) => wanted.has(act));
      const named = [
        ...agreed,
        ...plan.skipped.map(({ registration: id, act }) => `${id}: ${act}`),
        ...plan.pending.map(({ decision: { registration, action } }) => `${registration.id}: ${action}`),
      ];
      expect([...wanted].filter((act) => !named.includes(act))).toEqual([]);
    });
  });
});

describe("the plan does not depend on", () => {
  test("the order in which the account is listed", () => {
    const shuffled = world.chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.shuffledSubarray([...one.registrations], { minLength: one.registrations.length }),
        fc.shuffledSubarray([...one.devices], { minLength: one.devices.length }),
      ),
    );
    holds(shuffled, ([one, registrations, devices]) => {
      expect(planOf({ ...one, registrations, devices })).toEqual(planOf(one));
    });
  });

  test("the order of users, entries and rules in the allowlist", () => {
    holds(world, (one) => {
      const { sketch } = one;
      const users = sketch.users
        .map(([email, own]) => [email, { ...own, entries: [...own.entries].reverse() }] as const)
        .reverse();
      const ignore = [...(sketch.ignore ?? [])].reverse();
      same(planOf({ ...one, sketch: { ...sketch, users, ignore } }), planOf(one));
    });
  });

  test("what other users' entries, state and policy are", () => {
    holds(fc.tuple(world, user), ([one, bob]) => {
      const others = one.sketch.users.filter(([email]) => email !== BOB);
      const changed = planOf({ ...one, sketch: { ...one.sketch, users: [...others, [BOB, bob]] } });
      const ofOthers = ({ decisions }: Plan) => decisions.filter(({ user: email }) => email !== BOB);
      expect(outcomes(ofOthers(changed))).toEqual(outcomes(ofOthers(planOf(one))));
    });
  });
});

describe("where the physical devices need not be listed", () => {
  const relied = ({ acts }: Plan) => acts.map(({ relies, together }) => ({ relies, together }));
  let unlisted = 0;

  test("they would change nothing", () => {
    holds(fc.tuple(world, fc.boolean()), ([{ sketch, ...one }, isLimited]) => {
      const quiet = { ...one, sketch: { ...ofRegistrations(sketch), perRun: isLimited ? 1 : undefined } };
      const allowlist = toAllowlist(quiet.sketch);
      if (needsHardware(allowlist)) return;
      unlisted++;
      const { registrations, devices } = one;
      const knowing = makePlan(allowlist, { account: ACCOUNT, registrations, devices }, NOW);
      same(knowing, planOf(quiet));
      expect(relied(knowing)).toEqual(relied(planOf(quiet)));
    });
    expect(unlisted).toBeGreaterThan(CASES / 10);
  });
});

describe("nobody is cut off", () => {
  test("by a newer registration that does not go on to connect", () => {
    holds(world, (one) => {
      const { decisions } = planOf(one);
      for (const { registration, reason, user: email } of decisions) {
        if (reason.code !== "superseded") continue;
        const id = /^\S+/u.exec(reason.text)?.[0];
        const decided = decisions.find((other) => other.registration.id === id);
        const newer = one.registrations.find((other) => other.id === id);
        // What is out of scope stays as it is.
        const connects = decided
          ? decided.desired === "active" || (decided.action === "leave" && decided.live === "active")
          : newer?.revoked_at == null;
        expect([newer?.user?.email?.toLowerCase() ?? "", connects]).toEqual([email, true]);
        expect(newer && newer.created_at >= registration.created_at).toBe(true);
      }
    });
  });

  test("by a limit of devices that the remaining ones do not reach", () => {
    holds(world, (one) => {
      const { decisions } = planOf(one);
      const { policy, policies } = toAllowlist(one.sketch);
      for (const email of [ALICE, BOB]) {
        const own = decisions.filter((decision) => decision.user === email);
        // What is only not let in, since machines out of scope count too, is not cut off.
        if (!own.some(({ reason, desired }) => reason.code === "max-devices" && desired !== "as-is"))
          continue;
        const most = (policies.get(email) ?? policy).maxDevices.value ?? Infinity;
        const kept = own.filter(
          (decision) => decision.desired === "active" || decision.reason.code === "superseded",
        );
        expect(new Set(kept.map(({ registration: { device } }) => device.id)).size).toBeGreaterThanOrEqual(
          most,
        );
      }
    });
  });
});

/** The same allowlist without what speaks of devices; mostly it deletes nothing either. */
function ofRegistrations({ policy, users, ignore, ...sketch }: AllowlistSketch): AllowlistSketch {
  return {
    ...sketch,
    policy: withoutAges(policy),
    users: users.map(([email, user]) => [
      email,
      {
        ...user,
        policy: user.policy && withoutAges(user.policy),
        entries: user.entries.filter(
          ({ match, requires }) => requires === undefined && Object.keys(match).join() === "registration",
        ),
      },
    ]),
    ignore: (ignore ?? []).filter((match) => (match.device ?? match.name ?? match.serial) === undefined),
    protectedDevices: [],
    protectedSerials: [],
    protectedHardwareIds: [],
  };
}

function withoutAges(policy: PolicyValues = {}): PolicyValues {
  const { unlisted, unknownUsers, noUser, listedRevoked, overMaxDevices, unknownHardware, machines } = policy;
  return { unlisted, unknownUsers, noUser, listedRevoked, overMaxDevices, unknownHardware, machines };
}

/** Only what lets in and what relies on it may be more than a run does, alone. */
function holdsLimit({ acts }: Plan, perRun: number): void {
  if (acts.length > perRun) expect(acts.some(({ relies }) => relies !== undefined)).toBe(true);
}

/** The words of `docs/allowlist.md`, once more. */
function inScope({ sketch: { scope = {} } }: World, live: World["registrations"][number]): boolean {
  const email = live.user?.email?.toLowerCase() ?? "";
  const domains = scope.emailDomains ?? [];
  const emails = scope.emails ?? [];
  return (
    live.deleted_at == null &&
    (scope.registrationTypes ?? ["warp"]).includes(live.registration_type ?? "warp") &&
    (scope.policyIds === undefined || scope.policyIds.includes(live.policy?.id ?? "")) &&
    ((domains.length === 0 && emails.length === 0) ||
      emails.includes(email) ||
      domains.includes(email.split("@")[1] ?? ""))
  );
}
