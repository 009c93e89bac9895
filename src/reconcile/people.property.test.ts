/** What must hold of every single plan, over the whole language of allowlists. */

import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { ALICE, entry } from "../../test/support/allowlist-arbitraries.js";
import { isNewer, isNobody, overlap, tells } from "../../test/support/device-oracle.js";
import { entriesOf, isByHardware, isInForce, isMeant, rank } from "../../test/support/entry-oracle.js";
import { announceSeed, holds } from "../../test/support/property.js";
import { type AllowlistSketch, type EntrySketch, toAllowlist } from "../../test/support/world-allowlist.js";
import { account, type World } from "../../test/support/world-arbitraries.js";
import {
  apply,
  brief,
  devicesOf,
  isActive,
  isRefusal,
  outcomes,
  planOf,
  reliesOn,
  rows,
  states,
  toReviewed,
} from "../../test/support/world-run.js";
import { NOW } from "../../test/support/world.js";
import type { Registration } from "../cloudflare/types.js";
import { type ActDecision, isAct, removes } from "./decision.js";
import type { Plan } from "./plan.js";

// A busy machine is no failure.
vi.setConfig({ testTimeout: 3_600_000 });

beforeAll(announceSeed);

const byId = (one: World) => new Map(one.registrations.map((live) => [live.id, live]));
const EXCEPTIONS = ["protected", "self", "ignored"];
const STATES = ["offboarded", "suspended"];

/** The entries of its person that allow it by what it tells itself, and speak now. */
function allowing(one: World, live: Registration): EntrySketch[] {
  const { person } = tells(live, []);
  return entriesOf(one, person).filter(
    (entry) => entry.state === "active" && isInForce(entry, NOW) && isMeant(entry, live, rows(one)),
  );
}

describe("what lets in", () => {
  const unrevoked = (one: World) => planOf(one).acts.filter(({ action }) => action === "unrevoke");

  test("is an entry of its own person that the registration itself answers to", () => {
    holds(account, (one) => {
      for (const { registration } of unrevoked(one)) {
        expect([registration.id, allowing(one, registration).length > 0]).toEqual([registration.id, true]);
      }
    });
  });

  test("is never the older registration of a device", () => {
    holds(account, (one) => {
      const { isSame } = devicesOf(one);
      for (const { registration } of unrevoked(one)) {
        if (allowing(one, registration).some(({ match }) => match.registration !== undefined)) continue;
        const newer = one.registrations.filter(
          (other) => isSame(registration.id, other.id) === true && isNewer(other, registration),
        );
        expect([registration.id, newer.map(({ id }) => id)]).toEqual([registration.id, []]);
      }
    });
  });

  test("is nothing whose hardware another machine in use claims as well", () => {
    holds(account, (one) => {
      const { doubts } = devicesOf(one);
      const all = byId(one);
      for (const { registration } of unrevoked(one)) {
        if (!allowing(one, registration).every(isByHardware)) continue;
        if (
          allowing(one, registration).some(({ match }) => (match.registration ?? match.device) !== undefined)
        )
          continue;
        const own = tells(registration, rows(one));
        const rivals = doubts
          .filter((pair) => pair.includes(registration.id))
          .map(([a, b]) => all.get(a === registration.id ? b : a))
          .filter((other) => other !== undefined)
          .filter((other) => {
            const told = tells(other, rows(one));
            return told.serial === own.serial && told.hardwareId === own.hardwareId;
          });
        expect([registration.id, rivals.map(({ id }) => id)]).toEqual([registration.id, []]);
      }
    });
  });

  test("is at most one registration for an entry that means one device", () => {
    holds(account, (one) => {
      const acts = unrevoked(one);
      for (const [email, { entries }] of one.sketch.users)
        for (const entry of entries) {
          if (entry.match.nameGlob !== undefined && Object.keys(entry.match).length === 1) continue;
          const byIt = acts.filter(
            (act) =>
              act.user === email &&
              act.entry &&
              JSON.stringify(act.entry.match) === JSON.stringify(entry.match),
          );
          const types = new Set(byIt.map(({ registration }) => registration.registration_type ?? "warp"));
          expect(byIt.map(brief).slice(types.size)).toEqual([]);
        }
    });
  });
});

describe("what is excepted", () => {
  test("has no act: by e-mail, device id, registration id, and what other tools manage", () => {
    holds(account, (one) => {
      const { sketch } = one;
      for (const act of planOf(one).acts) {
        const { registration, user } = act;
        const { device, policy } = registration;
        expect([brief(act), sketch.protectedUsers?.includes(user)]).toEqual([brief(act), false]);
        expect([brief(act), sketch.self?.includes(user)]).toEqual([brief(act), false]);
        expect([brief(act), sketch.protectedDevices?.includes(device.id)]).toEqual([brief(act), false]);
        expect([brief(act), sketch.protectedRegistrations?.includes(registration.id)]).toEqual([
          brief(act),
          false,
        ]);
        for (const match of sketch.ignore ?? []) {
          if (match.serial !== undefined) continue;
          const { user: whose, emailDomain, policyId, ...rest } = match;
          const isIgnored =
            (whose ?? user) === user &&
            (emailDomain === undefined || user.endsWith(`@${emailDomain}`)) &&
            (policyId === undefined || policy?.id === policyId) &&
            isMeant({ match: rest }, registration, rows(one));
          expect([brief(act), match, isIgnored]).toEqual([brief(act), match, false]);
        }
      }
    });
  });

  test("by a device id has no act under another id with the same hardware, of the same person", () => {
    holds(account, (one) => {
      const { isSame } = devicesOf(one);
      const excepted = one.registrations.filter(
        ({ device, deleted_at }) => deleted_at == null && one.sketch.protectedDevices?.includes(device.id),
      );
      for (const act of planOf(one).acts)
        for (const live of excepted)
          expect([brief(act), live.id, isSame(live.id, act.registration.id)]).not.toEqual([
            brief(act),
            live.id,
            true,
          ]);
    });
  });

  test("by a serial or hardware id is acted on by a state or a refusal only: anybody can claim one", () => {
    holds(account, (one) => {
      const serials = [
        ...(one.sketch.protectedSerials ?? []),
        ...(one.sketch.ignore ?? []).flatMap(({ serial }) => serial ?? []),
      ];
      const hardwareIds = one.sketch.protectedHardwareIds ?? [];
      const claims = (live: Registration) => {
        const { serial, hardwareId } = tells(live, rows(one));
        return [
          ...serials.filter((value) => value === serial),
          ...hardwareIds.filter((value) => value === hardwareId),
        ];
      };
      for (const act of planOf(one).acts)
        for (const value of claims(act.registration)) {
          const refused = act.reason.code === "entry" && act.entry?.state !== "active";
          const strong = STATES.includes(act.reason.code) || refused;
          expect([brief(act), value, strong]).toEqual([brief(act), value, true]);
        }
    });
  });
});

describe("what refuses", () => {
  test("takes every registration that tells the value, whatever else is in doubt", () => {
    holds(account, (one) => {
      const plan = planOf(one);
      const { groupOf } = devicesOf(one);
      const all = byId(one);
      for (const decision of plan.decisions) {
        const { registration, user, reason } = decision;
        if ([...EXCEPTIONS, ...STATES, "contradiction"].includes(reason.code)) continue;
        const family = groupOf(registration.id).flatMap((id) => all.get(id) ?? []);
        const entries = entriesOf(one, user).filter((entry) => isInForce(entry, NOW));
        const refusing = entries.filter(
          (entry) =>
            entry.state !== "active" &&
            entry.requires === undefined &&
            isMeant(entry, registration, rows(one)),
        );
        for (const refusal of refusing.filter(
          ({ match }) => match.name === undefined && match.nameGlob === undefined,
        )) {
          const others = entries.filter((entry) => entry !== refusal && rank(entry) <= rank(refusal));
          if (
            others.some(
              (entry) => entry.state === "active" && family.some((live) => isMeant(entry, live, rows(one))),
            )
          )
            continue;
          expect([brief(decision), refusal.match, removes(decision.desired)]).toEqual([
            brief(decision),
            refusal.match,
            true,
          ]);
        }
      }
    });
  });

  test("takes every registration of a device of which one tells the value", () => {
    holds(account, (one) => {
      const { decisions } = planOf(one);
      const { isSame } = devicesOf(one);
      for (const [email, { entries }] of one.sketch.users) {
        const now = entries.filter((entry) => isInForce(entry, NOW));
        for (const refusal of now) {
          const { serial, hardwareId, device } = refusal.match;
          const isPure = Object.keys(refusal.match).length === 1;
          if (refusal.state === "active" || !isPure || (serial ?? hardwareId ?? device) === undefined)
            continue;
          if (refusal.requires) continue;
          for (const told of one.registrations) {
            if (tells(told, []).person !== email || !isMeant(refusal, told, rows(one))) continue;
            const family = one.registrations.filter((live) => isSame(told.id, live.id) === true);
            const allowed = now.some(
              (entry) => entry.state === "active" && family.some((live) => isMeant(entry, live, rows(one))),
            );
            if (allowed) continue;
            const left = decisions.filter(
              ({ registration, reason, desired }) =>
                family.some(({ id }) => id === registration.id) &&
                desired !== "revoked" &&
                desired !== "deleted" &&
                ![...EXCEPTIONS, "contradiction"].includes(reason.code),
            );
            expect([told.id, refusal.match, left.map(brief)]).toEqual([told.id, refusal.match, []]);
          }
        }
      }
    });
  });

  test("is held by no other act: what was reviewed and still is due is made, whoever enrolled since", () => {
    holds(fc.tuple(account, account), ([one, { registrations: more }]) => {
      const enrolled = more
        .filter(({ deleted_at }) => deleted_at == null)
        .map((live) => ({
          ...live,
          id: `x-${live.id}`,
          created_at: NOW.toISOString(),
          last_seen_at: NOW.toISOString(),
          revoked_at: null,
        }));
      const reviewed = toReviewed(planOf(one));
      const now = { ...one, registrations: [...one.registrations, ...enrolled] };
      const plan = planOf(now, { reviewed });
      const due = plan.decisions.filter(isAct).filter(
        (decision) =>
          isRefusal(decision) &&
          // What is revoked already stays out without the act.
          decision.live === "active" &&
          reviewed.decisions.get(decision.registration.id)?.action === decision.action,
      );
      const made = new Set(plan.acts.map(({ registration: { id } }) => id));
      expect(due.filter(({ registration: { id } }) => !made.has(id)).map(brief)).toEqual([]);
    });
  });

  test("relies on nothing", () => {
    holds(account, (one) => {
      for (const act of planOf(one).acts.filter(isRefusal))
        expect([brief(act), reliesOn(act)]).toEqual([brief(act), []]);
    });
  });

  test("is carried by every registration of the device", () => {
    holds(account, (one) => {
      const { decisions } = planOf(one);
      const { isSame, unsure } = devicesOf(one);
      const WHOLE = ["unlisted", "unknown-user", "condition", "expired", "max-devices"];
      for (const decision of decisions) {
        const { registration, reason } = decision;
        if (!WHOLE.includes(reason.code) || !removes(decision.desired) || unsure.has(registration.id))
          continue;
        const family = decisions.filter((other) => isSame(registration.id, other.registration.id) === true);
        const isNewest = one.registrations.every(
          (live) => isSame(registration.id, live.id) !== true || !isNewer(live, registration),
        );
        const isNamed = entriesOf(one, decision.user).some(
          ({ match }) => match.registration === registration.id,
        );
        if (!isNewest || isNamed) continue;
        const left = family.filter(
          (other) =>
            !removes(other.desired) &&
            // What is revoked has no grace, and spends none of what connects.
            !(decision.live === "revoked" && other.reason.code === "grace") &&
            !EXCEPTIONS.includes(other.reason.code) &&
            !entriesOf(one, other.user).some(({ match }) => match.registration === other.registration.id),
        );
        expect([brief(decision), left.map(brief)]).toEqual([brief(decision), []]);
      }
    });
  });
});

describe("scope", () => {
  const narrowings = fc.constantFrom<
    (scope: NonNullable<AllowlistSketch["scope"]>) => typeof scope | undefined
  >(
    (scope) =>
      scope.policyIds === undefined || scope.policyIds.includes("p1")
        ? { ...scope, policyIds: ["p1"] }
        : undefined,
    (scope) =>
      scope.policyIds === undefined || scope.policyIds.includes("p2")
        ? { ...scope, policyIds: ["p2"] }
        : undefined,
    (scope) =>
      scope.emails === undefined || scope.emails.includes(ALICE)
        ? { ...scope, emails: [ALICE], emailDomains: [] }
        : undefined,
    (scope) => scope.registrationTypes && { ...scope, registrationTypes: ["warp"] },
    (scope) => scope.registrationTypes && { ...scope, registrationTypes: ["browser_extension"] },
  );

  test("narrows what is decided: a narrower one adds no act", () => {
    holds(fc.tuple(account, narrowings), ([one, narrow]) => {
      const scope = narrow(one.sketch.scope ?? {});
      if (
        !scope ||
        (scope.registrationTypes ?? ["warp"]).some(
          (type) => !(one.sketch.scope?.registrationTypes ?? ["warp"]).includes(type),
        )
      )
        return;
      const wide = new Map(planOf(one).decisions.map((decision) => [decision.registration.id, decision]));
      const added = planOf({ ...one, sketch: { ...one.sketch, scope } }).acts.filter(
        ({ registration: { id }, action }) => {
          const act = wide.get(id)?.action;
          return act !== action && !(act === "delete" && action === "revoke");
        },
      );
      expect(added.map(brief)).toEqual([]);
    });
  });

  test("that is wider later lets in nothing that an entry refuses, whatever a narrower one deleted before", () => {
    holds(fc.tuple(account, fc.nat()), ([{ sketch, ...world }, at]) => {
      const lost = world.registrations[at % world.registrations.length];
      const person = lost ? tells(lost, []).person : "";
      const users = new Map(sketch.users);
      const own = users.get(person);
      if (!lost || !own) return;
      const entries: EntrySketch[] = [
        { match: { device: lost.device.id }, state: "deleted" },
        ...own.entries.filter(({ match }) => match.device !== lost.device.id),
      ];
      const wide: World = {
        ...world,
        sketch: { ...sketch, users: [...users.set(person, { ...own, entries })] },
      };
      const scope = { ...sketch.scope, policyIds: [lost.policy?.id ?? ""] };
      const first = planOf({ ...wide, sketch: { ...wide.sketch, scope } });
      const later = planOf({ ...wide, registrations: apply(first, wide.registrations) });
      const letIn = new Set(
        later.decisions.flatMap(({ registration: { id }, desired }) => (desired === "active" ? [id] : [])),
      );
      const revived = planOf(wide).decisions.filter(
        ({ registration: { id }, desired, reason }) =>
          reason.code === "entry" && removes(desired) && letIn.has(id),
      );
      expect([first.acts.map(brief), revived.map(({ registration: { id } }) => id)]).toEqual([
        first.acts.map(brief),
        [],
      ]);
    });
  });
});

describe("an entry that allows", () => {
  const removal = ({ decisions }: Plan) =>
    decisions
      .filter(isAct)
      .filter(({ action, reason }) => action !== "unrevoke" && reason.code !== "superseded");

  test("adds no removal of what it speaks of, save that a newer registration takes the older one's place", () => {
    holds(fc.tuple(account, entry), ([one, { match }]) => {
      const added: EntrySketch = { match, state: "active" };
      const users = new Map(one.sketch.users);
      const own = users.get(ALICE);
      if (!own || own.entries.some((other) => JSON.stringify(other.match) === JSON.stringify(match))) return;
      const more = { ...own, entries: [...own.entries, added] };
      const plan = planOf(one);
      const kept = plan.findings.flatMap(({ code, registrations }) =>
        code === "tombstone" ? registrations : [],
      );
      // What is not known to be listed is spared from what speaks of the listed, and where entries contradict each
      // other nothing is done at all.
      const unknown = plan.decisions.filter(({ reason: { code } }) =>
        ["unknown-hardware", "contradiction"].includes(code),
      );
      const spared = unknown.map(({ registration: { id } }) => id);
      // What was refused before is refused still, though another entry may say how.
      const refused = plan.decisions.filter(({ desired }) => removes(desired));
      const out = [...removal(plan), ...refused].map(({ registration: { id } }) => id);
      const before = new Set([...kept, ...spared, ...out]);
      const sketch = { ...one.sketch, users: [...users.set(ALICE, more)] };
      const after = removal(planOf({ ...one, sketch })).filter(
        ({ registration, user, reason, live }) =>
          user === ALICE &&
          isMeant(added, registration, one.devices) &&
          // Only what entries allow is counted, and only what they do not may be left to `revoked`.
          reason.code !== "max-devices" &&
          (reason.code !== "stale" || live === "active"),
      );
      expect(after.filter(({ registration: { id } }) => !before.has(id)).map(brief)).toEqual([]);
    });
  });
});

describe("nobody else's registrations", () => {
  const byValue = ({ protectedSerials = [], protectedHardwareIds = [], ignore = [] }: AllowlistSketch) =>
    protectedSerials.length +
      protectedHardwareIds.length +
      ignore.filter(({ serial }) => serial !== undefined).length >
    0;
  const of = ({ decisions }: Plan) => outcomes(decisions.filter(({ user }) => user === ALICE));

  test("change what is done to a person's, whatever they claim", () => {
    holds(fc.tuple(account, account), ([one, { registrations, devices }]) => {
      if (byValue(one.sketch)) return;
      const isAlice = (live: Registration) => tells(live, []).person === ALICE;
      const others = registrations
        .filter((live) => !isAlice(live))
        .map((live) => ({
          ...live,
          id: `x-${live.id}`,
          device: { ...live.device, id: `x-${live.device.id}` },
        }));
      const claims = devices.map((row) => ({ ...row, id: `x-${row.id}` }));
      const more = {
        ...one,
        registrations: [...one.registrations, ...others],
        devices: [...one.devices, ...claims],
      };
      expect(of(planOf(more))).toEqual(of(planOf(one)));
      const alone = { ...one, registrations: one.registrations.filter(isAlice) };
      expect(of(planOf(alone))).toEqual(of(planOf(one)));
    });
  });
});

describe("who is allowed and connected, before and after a run", () => {
  test("is connected at every moment of it, whichever acts fail", () => {
    holds(fc.tuple(account, fc.array(fc.nat({ max: 5 }), { maxLength: 2 })), ([one, indexes]) => {
      const plan = planOf(one);
      const { groups, unsure } = devicesOf(one);
      const after = new Set(
        apply(plan, one.registrations)
          .filter(isActive)
          .map(({ id }) => id),
      );
      const failing = indexes.flatMap((i) => plan.acts.slice(i, i + 1).map((act) => act.registration.id));
      const refused = new Set(plan.acts.filter(isRefusal).map(({ registration: { id } }) => id));
      for (const group of groups) {
        const connects = (all: readonly Registration[]) =>
          all.some((live) => group.includes(live.id) && isActive(live));
        const allowed = one.registrations.filter(({ id }) => !refused.has(id));
        if (unsure.has(group[0] ?? "") || !connects(allowed) || !group.some((id) => after.has(id))) continue;
        for (const failed of [[], failing])
          for (const state of states(plan, one.registrations, failed))
            expect([group, failed, connects(state)]).toEqual([group, failed, true]);
      }
    });
  });
});

describe("rules of order and age", () => {
  const HYGIENE = ["superseded", "stale", "max-devices", "revoked-age"];

  test("say nothing of what belongs to nobody, unless a setting says so", () => {
    holds(account, (one) => {
      const { policy, policies } = toAllowlist(one.sketch);
      for (const decision of planOf(one).decisions) {
        if (!isNobody(decision.user)) continue;
        if ((policies.get(decision.user) ?? policy).machines.value === "judge") continue;
        expect([brief(decision), HYGIENE.includes(decision.reason.code)]).toEqual([brief(decision), false]);
      }
    });
  });

  test("superseded removes only what a newer one stands in for, and nothing that is in use", () => {
    holds(account, (one) => {
      const plan = planOf(one);
      const { groupOf } = devicesOf(one);
      const all = byId(one);
      const stays = (id: string) =>
        !plan.decisions.some((other) => other.registration.id === id && removes(other.desired));
      const tombstones = new Set(
        plan.findings.filter(({ code }) => code === "tombstone").map(({ registrations: [id] }) => id),
      );
      const isDeleted = (id: string) =>
        tombstones.has(id) ||
        plan.decisions.some((other) => other.registration.id === id && other.desired === "deleted");
      const acts = new Map(plan.acts.map((act) => [act.registration.id, act]));
      for (const act of plan.acts) {
        if (act.reason.code !== "superseded") continue;
        const own = act.registration;
        const newer = groupOf(own.id)
          .flatMap((id) => all.get(id) ?? [])
          .filter((other) => isNewer(other, own));
        const on = reliesOn(act);
        const connected = newer.filter((other) => isActive(other) && stays(other.id));
        for (const id of on) expect([brief(act), acts.get(id)?.action]).toEqual([brief(act), "unrevoke"]);
        if (on.length === 0) expect([brief(act), connected.length > 0]).toEqual([brief(act), true]);
        // What the plan deletes, or keeps as a tombstone alone, stands in for nothing.
        const [newest] = newer.filter(({ id }) => !isDeleted(id)).sort((a, b) => (isNewer(a, b) ? -1 : 1));
        if (!newest) continue;
        expect([brief(act), newest.id, overlap(own, newest)]).toEqual([brief(act), newest.id, false]);
        const [older, latest] = [tells(own, rows(one)), tells(newest, rows(one))];
        const differ = (a: string | undefined, b: string | undefined) =>
          a !== undefined && b !== undefined && a !== b;
        expect([brief(act), differ(older.platform, latest.platform)]).toEqual([brief(act), false]);
        const reimaged =
          older.serial !== undefined &&
          older.serial === latest.serial &&
          differ(older.hardwareId, latest.hardwareId);
        expect([brief(act), reimaged]).toEqual([brief(act), false]);
      }
    });
  });

  test("the newest of a device is deleted only with the older revoked ones that would be the newest then", () => {
    holds(account, (one) => {
      const plan = planOf(one);
      const { isSame } = devicesOf(one);
      const deleted = new Set(
        plan.acts.filter(({ action }) => action === "delete").map(({ registration: { id } }) => id),
      );
      for (const act of plan.acts) {
        if (act.action !== "delete") continue;
        const family = one.registrations.filter((other) => isSame(act.registration.id, other.id) === true);
        if (family.some((other) => isNewer(other, act.registration))) continue;
        const isLetIn = (id: string) =>
          plan.acts.some(({ registration, action }) => registration.id === id && action === "unrevoke");
        const [next] = family
          .filter((other) => !deleted.has(other.id))
          .sort((a, b) => (isNewer(a, b) ? -1 : 1));
        const left = next && !isActive(next) && !isLetIn(next.id) ? [next] : [];
        expect([brief(act), left.map(({ id }) => id)]).toEqual([brief(act), []]);
      }
    });
  });

  test("one side of a doubt is not deleted by age while the other is revoked", () => {
    holds(account, (one) => {
      const plan = planOf(one);
      const { doubts } = devicesOf(one);
      const all = byId(one);
      const acts = new Map(plan.acts.map((act) => [act.registration.id, act]));
      for (const pair of doubts)
        for (const id of pair) {
          const act = acts.get(id);
          const other = all.get(pair.find((side) => side !== id) ?? "");
          if (act?.action !== "delete" || !["stale", "revoked-age"].includes(act.reason.code)) continue;
          if (!other || isActive(other) || isActive(act.registration)) continue;
          // What an entry lets in is not in the doubt, or is named by its own id.
          const said = acts.get(other.id);
          if (said?.action === "unrevoke") continue;
          expect([brief(act), other.id, said?.action]).toEqual([brief(act), other.id, "delete"]);
        }
    });
  });

  test("no age cleans away what an entry is about to let in", () => {
    holds(account, (one) => {
      const { isSame } = devicesOf(one);
      for (const act of planOf(one).acts) {
        if (!["superseded", "stale", "revoked-age"].includes(act.reason.code)) continue;
        if (act.action !== "delete" || isActive(act.registration)) continue;
        const newer = one.registrations.some(
          (other) => isSame(act.registration.id, other.id) !== false && isNewer(other, act.registration),
        );
        const coming = entriesOf(one, act.user).filter(
          (entry) =>
            entry.state === "active" &&
            entry.from !== undefined &&
            entry.from.start > NOW.getTime() &&
            (entry.expires === undefined || entry.expires.start >= entry.from.start) &&
            isMeant(entry, act.registration, rows(one)),
        );
        if (!newer) expect([brief(act), coming.map(({ match }) => match)]).toEqual([brief(act), []]);
      }
    });
  });

  test("stale looks at the later of creation and the last time that it was seen", () => {
    holds(account, (one) => {
      const { policy, policies } = toAllowlist(one.sketch);
      for (const decision of planOf(one).decisions) {
        const { registration, reason, user, live } = decision;
        const { stale } = policies.get(user) ?? policy;
        if (reason.code !== "stale" || stale.value === undefined || live === "revoked") continue;
        const latest = Math.max(
          Date.parse(registration.created_at),
          Date.parse(registration.last_seen_at ?? registration.created_at),
        );
        expect([brief(decision), NOW.getTime() - latest > stale.value.after.ms]).toEqual([
          brief(decision),
          true,
        ]);
      }
    });
  });
});

describe("under limits.perRun", () => {
  /** How many acts, or acts that are made together, rely on no other. */
  const countUnits = (acts: readonly ActDecision[]) => {
    const units = new Map(acts.map((act) => [act.registration.id, act.registration.id]));
    for (const act of acts)
      for (const on of reliesOn(act)) {
        const [from, to] = [units.get(act.registration.id), units.get(on)];
        for (const [id, unit] of units) if (unit === from && to !== undefined) units.set(id, to);
      }
    return new Set(units.values()).size;
  };

  test("no run does more, save one unit that is larger, alone and whole", () => {
    holds(fc.tuple(account, fc.integer({ min: 1, max: 3 })), ([one, perRun]) => {
      const { acts } = planOf({ ...one, sketch: { ...one.sketch, perRun } });
      if (acts.length > perRun) expect(countUnits(acts)).toBe(1);
    });
  });

  test("runs come to an end, and none undoes what one before it did", () => {
    holds(fc.tuple(account, fc.integer({ min: 1, max: 3 })), ([one, perRun]) => {
      const limited = { ...one, sketch: { ...one.sketch, perRun } };
      let { registrations } = one;
      const done: string[] = [];
      // A deletion may be a revocation first.
      for (let left = 2 * registrations.length + 1; left > 0; left--) {
        const plan = planOf({ ...limited, registrations });
        if (plan.acts.length === 0) {
          expect(outcomes(plan.decisions.filter(isAct))).toEqual([]);
          return;
        }
        done.push(...plan.acts.map(({ registration: { id } }) => id));
        registrations = apply(plan, registrations);
      }
      expect(["it did not come to an end", done]).toEqual([]);
    });
  });

  test("no act that relies on another is made without it", () => {
    holds(
      fc.tuple(account, fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }), account),
      ([one, perRun, then]) => {
        const reviewed = toReviewed(planOf(then));
        for (const terms of [undefined, { reviewed }]) {
          const { acts } = planOf({ ...one, sketch: { ...one.sketch, perRun } }, terms);
          const ids = new Map(acts.map((act) => [act.registration.id, act.action]));
          for (const act of acts) {
            for (const on of reliesOn(act))
              expect([brief(act), on, ids.get(on)]).toEqual([brief(act), on, "unrevoke"]);
          }
        }
      },
    );
  });
});
