/** What happens to an account between plans: time, enrolments, the dashboard, another scope, runs that fail in part. */

import fc from "fast-check";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";
import type { Plan } from "../../src/reconcile/plan.js";
import { scope } from "./allowlist-arbitraries.js";
import type { AllowlistSketch } from "./world-allowlist.js";
import type { World } from "./world-arbitraries.js";
import { planOf, states } from "./world-run.js";
import { NOW, physicalDevice } from "./world.js";

const HOUR_MS = 3_600_000;

/** How a device enrols again; what is not said stays as it was. */
type Again = "same device id" | "new device id" | "re-imaged" | "no hardware" | "other name";

type Happening =
  | { readonly kind: "run"; readonly failing: readonly number[] }
  | { readonly kind: "wait"; readonly hours: number }
  | { readonly kind: "enrol"; readonly of: number; readonly as: Again }
  | { readonly kind: "revoke" | "restore" | "remove" | "connect"; readonly of: number }
  | { readonly kind: "scope"; readonly scope: NonNullable<AllowlistSketch["scope"]> };

/** One plan of a history, with the account before and after it, act by act. */
export interface Run {
  readonly world: World;
  readonly at: Date;
  readonly plan: Plan;
  readonly failing: readonly string[];
  /** Before the first act, and after each one that worked. */
  readonly states: readonly (readonly Registration[])[];
  /** What happened since the run before. */
  readonly since: readonly Happening[];
}

interface Now {
  readonly world: World;
  readonly at: Date;
  /** How many have enrolled. */
  readonly count: number;
}

/** The runs of a history, in order. */
export function runsOf(start: World, happenings: readonly Happening[]): Run[] {
  let now: Now = { world: start, at: NOW, count: 0 };
  let since: Happening[] = [];
  const runs: Run[] = [];
  for (const happening of happenings) {
    if (happening.kind !== "run") {
      now = happen(now, happening);
      since.push(happening);
      continue;
    }
    const { world, at } = now;
    const plan = planOf(world, undefined, at);
    const failing = happening.failing.flatMap((i) =>
      plan.acts.slice(i, i + 1).map((act) => act.registration.id),
    );
    const all = states(plan, world.registrations, failing);
    runs.push({ world, at, plan, failing, states: all, since });
    now = { ...now, world: { ...world, registrations: all.at(-1) ?? [] } };
    since = [];
  }
  return runs;
}

function happen(now: Now, happening: Exclude<Happening, { readonly kind: "run" }>): Now {
  const { world, at } = now;
  switch (happening.kind) {
    case "wait":
      return { ...now, at: new Date(at.getTime() + happening.hours * HOUR_MS) };
    case "scope":
      return { ...now, world: { ...world, sketch: { ...world.sketch, scope: happening.scope } } };
    case "enrol":
      return enrol(now, happening);
    case "revoke":
    case "restore":
    case "remove":
    case "connect": {
      const one = nth(world.registrations, happening.of);
      const registrations = world.registrations.flatMap((other) =>
        other === one ? changed(other, happening.kind, at.toISOString()) : [other],
      );
      return { ...now, world: { ...world, registrations } };
    }
  }
}

/** What is revoked or deleted does not connect. */
function changed(one: Registration, kind: "revoke" | "restore" | "remove" | "connect", at: string) {
  switch (kind) {
    case "remove":
      return [];
    case "revoke":
      return [{ ...one, revoked_at: one.revoked_at ?? at, updated_at: at }];
    case "restore":
      return [{ ...one, revoked_at: null, updated_at: at }];
    case "connect":
      return [one.revoked_at == null ? { ...one, last_seen_at: at } : one];
  }
}

function enrol(now: Now, { of, as }: { readonly of: number; readonly as: Again }): Now {
  const { world, count } = now;
  const before = nth(world.registrations, of);
  if (!before) return now;
  const at = now.at.toISOString();
  const id = `n${count}`;
  const device = as === "same device id" || as === "other name" ? before.device.id : `e${count}`;
  const { revoked_at: _revoked, deleted_at: _deleted, ...rest } = before;
  const registration = {
    ...rest,
    id,
    key: `key-${id}`,
    device: { ...before.device, id: device, name: as === "other name" ? "OTHER" : before.device.name },
    created_at: at,
    updated_at: at,
    last_seen_at: at,
  };
  const devices = [...world.devices, ...newRows(world.devices, before.device.id, device, as, at)];
  return {
    ...now,
    count: count + 1,
    world: { ...world, devices, registrations: [...world.registrations, registration] },
  };
}

function newRows(
  rows: readonly PhysicalDevice[],
  before: string,
  device: string,
  as: Again,
  at: string,
): PhysicalDevice[] {
  const row = rows.find(({ id }) => id === before);
  if (device === before || !row || as === "no hardware") return [];
  const hardware = as === "re-imaged" ? { hardware_id: `H-${device}` } : {};
  return [physicalDevice(device, { ...row, ...hardware, id: device, created_at: at })];
}

function nth<T>(all: readonly T[], i: number): T | undefined {
  return all[i % Math.max(all.length, 1)];
}

const which = fc.nat({ max: 9 });
const run: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant("run" as const),
  failing: fc.constant([]),
});
const failingRun: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant("run" as const),
  failing: fc.array(fc.nat({ max: 4 }), { maxLength: 2 }),
});

const wait: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant("wait" as const),
  hours: fc.constantFrom(1, 12, 25, 73, 721, 2_161),
});

const enrolment: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant("enrol" as const),
  of: which,
  as: fc.constantFrom<Again>("same device id", "new device id", "re-imaged", "no hardware", "other name"),
});

const dashboard: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom(
    "revoke" as const,
    "revoke" as const,
    "restore" as const,
    "remove" as const,
    "connect" as const,
  ),
  of: which,
});

const rescoped: fc.Arbitrary<Happening> = fc.record({ kind: fc.constant("scope" as const), scope });

/** Anything in between, and a run after each. */
export const happenings: fc.Arbitrary<readonly Happening[]> = fc
  .array(
    fc.tuple(
      fc.array(
        fc.oneof({ weight: 2, arbitrary: wait }, { weight: 3, arbitrary: enrolment }, dashboard, rescoped),
        {
          maxLength: 2,
        },
      ),
      fc.oneof(run, failingRun),
    ),
    { minLength: 2, maxLength: 5 },
  )
  .map((parts) => parts.flatMap(([between, after]) => [...between, after]));

/** Nothing but time. */
export const waits: fc.Arbitrary<readonly Happening[]> = fc
  .array(fc.tuple(run, wait), { minLength: 2, maxLength: 4 })
  .map((parts) => [...parts.flat(), { kind: "run" as const, failing: [] }]);
