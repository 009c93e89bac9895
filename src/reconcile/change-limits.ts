/** Which brakes a change releases: guards, limits, the freeze, and the allowlist's own tests. */

import type { Allowlist, Setting, SourcePosition } from "../allowlist/allowlist.js";
import { minute } from "../minute.js";
import { places } from "./change-places.js";
import type { Change } from "./change-terms.js";
import type { Finding } from "./finding.js";

/** One finding for each brake that holds less than before. */
export function reportLoosenedLimits({ base, head }: Change): Finding[] {
  const guards = (["revoke", "delete", "unrevoke"] as const).flatMap((act) =>
    (["max", "percent"] as const).flatMap((by) =>
      higher(`guards.${act}.${by}`, base.guards[act][by], head.guards[act][by]),
    ),
  );
  return [
    ...guards,
    ...higher("guards.perUser", base.guards.perUser, head.guards.perUser),
    ...higher("guards.deleteUsers", base.guards.deleteUsers, head.guards.deleteUsers),
    ...higher("limits.perRun", base.limits.perRun, head.limits.perRun),
    ...longer(base, head),
    ...reportFreeze(base, head),
    ...reportTests(base, head),
  ];
}

/** A limit that is not there limits nothing. */
function higher(
  name: string,
  then: Setting<number> | undefined,
  now: Setting<number> | undefined,
): Finding[] {
  if (then === undefined || (now?.value ?? Infinity) <= then.value) return [];
  return [loosened(`${name}: ${now?.value ?? "none"} (before: ${then.value})`, now?.source, then.source)];
}

function longer(
  { limits: { maxPlanAge: then } }: Allowlist,
  { limits: { maxPlanAge: now } }: Allowlist,
): Finding[] {
  if (now.value.ms <= then.value.ms) return [];
  const text = `limits.maxPlanAge: ${now.value.text} (before: ${then.value.text})`;
  return [loosened(text, now.source, then.source)];
}

function reportFreeze({ freeze: then }: Allowlist, { freeze: now }: Allowlist): Finding[] {
  if (then === undefined || (now !== undefined && now.until >= then.until)) return [];
  const until = now === undefined ? "none" : `until ${minute(now.until)}`;
  return [loosened(`freeze: ${until} (before: until ${minute(then.until)})`, now?.source, then.source)];
}

function reportTests(base: Allowlist, head: Allowlist): Finding[] {
  const names = new Set(head.tests.map(({ name }) => name));
  return base.tests
    .filter(({ name }) => !names.has(name))
    .map(({ name, source }) => loosened(`tests: ${JSON.stringify(name)} is gone`, undefined, source));
}

function loosened(text: string, source: SourcePosition | undefined, before: SourcePosition): Finding {
  return {
    code: "change-loosened",
    text: `the change loosens ${text}`,
    ...places(source, before),
    registrations: [],
  };
}
