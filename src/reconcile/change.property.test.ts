import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { ALICE, BOB, CAROL } from "../../test/support/allowlist-arbitraries.js";
import { announceSeed, CASES, holds } from "../../test/support/property.js";
import { type AllowlistSketch, type EntrySketch, toAllowlist } from "../../test/support/world-allowlist.js";
import { type World, world } from "../../test/support/world-arbitraries.js";
import { ACCOUNT, NOW, physicalDevice, registration } from "../../test/support/world.js";
import { findChange } from "./change.js";
import { isAct, type RuleCode, staysConnected } from "./decision.js";
import { type Finding } from "./findings/finding.js";
import { findingKinds } from "./findings/kinds.js";
import { makePlan, type Plan } from "./plan.js";

beforeAll(announceSeed);

interface Changed {
  readonly base: AllowlistSketch;
  readonly head: AllowlistSketch;
  readonly account: Pick<World, "registrations" | "devices">;
}

const PARTS = [
  "policy",
  "users",
  "scope",
  "protectedUsers",
  "protectedDevices",
  "protectedRegistrations",
  "self",
  "ignore",
] as const;

/** Some parts of an allowlist are those of another; or one key of the policy, or what a user or an entry is. */
const changed: fc.Arbitrary<Changed> = fc
  .tuple(world, world, fc.subarray([...PARTS], { minLength: 1, maxLength: 3 }), fc.nat(4), fc.nat(60))
  .map(([account, { sketch: other }, parts, kind, at]) => {
    const { sketch: base } = account;
    const keys = Object.keys(other.policy ?? {}) as (keyof NonNullable<typeof other.policy>)[];
    const key = keys[at % keys.length];
    const some = Object.fromEntries(parts.map((part) => [part, other[part]]));
    const one = key === undefined ? {} : { policy: { ...base.policy, [key]: other.policy?.[key] } };
    const head =
      [
        { ...base, ...some },
        { ...base, ...one },
        {
          ...base,
          users: base.users.map(
            ([email, user], i) => [email, { ...other.users[i]?.[1], entries: user.entries }] as const,
          ),
        },
      ][kind] ?? editEntry(base, other, at);
    return { base, head, account };
  });

/** A user's entries without one of them, with another's in its place or besides, or with one that says something else. */
function editEntry(base: AllowlistSketch, other: AllowlistSketch, at: number): AllowlistSketch {
  const [[email, user] = [], ...rest] = base.users;
  if (email === undefined || user === undefined) return base;
  const others = other.users.flatMap(([, { entries }]) => entries);
  const foreign = others.slice(at % 5, (at % 5) + 1);
  const place = at % (user.entries.length + 1);
  const { match, state = "active", ...terms } = user.entries[place] ?? { match: { device: "d9" } };
  const [said] = foreign;
  const edited: readonly (readonly EntrySketch[])[] = [
    [],
    foreign,
    said === undefined ? [] : [{ ...said, match }],
    said === undefined ? [] : [{ match: said.match, state, ...terms }],
    [{ match: { ...match, name: "L1" }, state, ...terms }],
    [{ match: { ...match, serial: "S1" }, state, ...terms }],
  ];
  const entries = [...user.entries];
  entries.splice(place, at % 7 === 0 ? 0 : 1, ...(edited[at % edited.length] ?? []));
  const unique = [...new Map(entries.map((entry) => [JSON.stringify(entry.match), entry])).values()];
  return { ...base, users: [[email, { ...user, entries: unique }], ...rest] };
}

/** Nobody yet. */
const NOBODY: Changed["account"] = { registrations: [], devices: [] };

/** Everybody with every kind of machine, active, which is what a change may let in some day. */
const EVERYBODY: Changed["account"] = (() => {
  const kinds = ["1", "2", undefined].flatMap((hardware) =>
    ["L1", "L2", "PHONE"].flatMap((name) =>
      ["windows", "mac"].map((platform) => ({ hardware, name, platform })),
    ),
  );
  const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString();
  return {
    registrations: [ALICE, BOB, CAROL, "svc@team.cloudflareaccess.com", ""].flatMap((email, who) =>
      kinds.map(({ name }, i) =>
        registration({
          id: `r${who * kinds.length + i}`,
          ...(email !== "" && { email }),
          device: `d${i + 1}`,
          name,
          created: ago([1, 2_000, 9_000][(i + who) % 3] ?? 0),
          lastSeen: ago([0, 0, 900][(i * 5 + who) % 3] ?? 0),
          type: i % 5 === 4 ? "browser_extension" : "warp",
          ...(i % 4 > 0 && { policy: `p${(i % 2) + 1}` }),
          clientVersion: i % 3 === 0 ? "2024.1.2" : "2025.10.1",
        }),
      ),
    ),
    devices: kinds.map(({ hardware, platform }, i) =>
      physicalDevice(`d${i + 1}`, {
        device_type: platform,
        ...(hardware !== undefined && { serial_number: `S${hardware}`, hardware_id: `H${hardware}` }),
      }),
    ),
  };
})();

function compared({ base, head, account }: Changed, now = NOW) {
  const [then, is] = [toAllowlist(base), toAllowlist(head)];
  const inventory = { account: ACCOUNT, ...account };
  const [before, after] = [makePlan(then, inventory, now), makePlan(is, inventory, now)];
  return { before, after, findings: findChange({ base: then, head: is }, { before, after }) };
}

/** What connects when everything that is due is done; what is not in scope stays as it is. */
function connected({ decisions }: Plan, { registrations }: Changed["account"]): ReadonlySet<string> {
  const decided = new Map(decisions.map((one) => [one.registration.id, one]));
  const connects = registrations.filter((one) => {
    const decision = decided.get(one.id);
    return decision ? staysConnected(decision) : one.revoked_at == null;
  });
  return new Set(connects.map(({ id }) => id));
}

const seen = new Map<string, number>();

describe("what connects by the change and did not, or the reverse,", () => {
  test("is an act of the new plan, or a finding names it", () => {
    holds(changed, (one) => {
      const { before, after, findings } = compared(one);
      const [then, now] = [connected(before, one.account), connected(after, one.account)];
      const acts = new Set(after.decisions.filter(isAct).map(({ registration }) => registration.id));
      const told = new Set(findings.flatMap(({ registrations }) => registrations));
      const differing = one.account.registrations.filter(({ id }) => then.has(id) !== now.has(id));
      expect(differing.map(({ id }) => id).filter((id) => !acts.has(id) && !told.has(id))).toEqual([]);
    });
  });

  test("is all that is named, besides what leaves the list or the scope and stays", () => {
    holds(changed, (one) => {
      const { before, after, findings } = compared(one);
      const [then, now] = [connected(before, one.account), connected(after, one.account)];
      for (const finding of findings) {
        const kind = `${finding.code} of ${finding.registrations.length > 0 ? "some" : "nobody"}`;
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
        for (const id of finding.registrations)
          expect([then.has(id), now.has(id)], kind).toEqual(expectedOf(finding, then.has(id)));
      }
    });
  });

  test("is named once by each kind: a finding is known by what it names", () => {
    holds(changed, (one) => {
      const { findings } = compared(one);
      for (const code of new Set(findings.map((finding) => finding.code))) {
        const ids = findings.filter((finding) => finding.code === code).flatMap((one) => one.registrations);
        expect(ids).toEqual([...new Set(ids)]);
      }
    });
  });

  test("comes in every kind, so that none of these properties is empty", () => {
    console.log(
      [...seen]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([kind, count]) => `${kind} ${count}`)
        .join(", "),
    );
    const wanted = Object.keys(findingKinds).filter((code) => code.startsWith("change-"));
    expect(CASES < 1_000 ? [] : wanted.filter((code) => !seen.has(`${code} of some`))).toEqual([]);
  });
});

/** Whether what a finding names connected before the change, and connects after it. */
function expectedOf({ code, text }: Finding, before: boolean): readonly [boolean, boolean] {
  if (code === "change-withheld") return [true, false];
  if (code === "change-out-of-scope")
    return text.includes("revoked registration") ? [true, false] : [before, true];
  return [code === "change-dropped" && before, true];
}

/**
 * What kept a device out and may end with no line that lets anything through: what was not decided is, and the devices
 * of one user make room for each other.
 */
const INDIRECT: ReadonlySet<RuleCode> = new Set([
  "protected",
  "ignored",
  "older",
  "max-devices",
  "superseded",
]);

/**
 * Where a stricter line leaves a device alone all the same: one more entry that goes by hardware, while that is unknown;
 * entries that contradict each other, which no run passes; a deletion, which leaves no trace of a grace that is over.
 */
const STRICT: ReadonlySet<RuleCode> = new Set(["unknown-hardware", "contradiction", "grace"]);

test("what tells nothing lets nothing more through, whatever enrols later and whenever it is asked", () => {
  let silent = 0;
  const days = fc.constantFrom(0, 1, 40, 100);
  holds(fc.tuple(changed, days), ([one, later]) => {
    if (compared({ ...one, account: NOBODY }).findings.length > 0) return;
    silent++;
    const then = { ...one, account: EVERYBODY };
    const { before, after } = compared(then, new Date(NOW.getTime() + later * 86_400_000));
    const connects = connected(after, EVERYBODY);
    const decided = new Map(after.decisions.map(({ registration: { id }, reason }) => [id, reason.code]));
    const more = before.decisions
      .filter((decision) => !staysConnected(decision) && connects.has(decision.registration.id))
      .map(({ registration: { id }, reason }) => ({ id, was: reason.code, is: decided.get(id) }))
      .filter(({ was, is }) => !INDIRECT.has(was) && !(is && STRICT.has(is)));
    expect(more).toEqual([]);
  });
  console.log(`changes that tell nothing: ${silent}`);
  expect(CASES < 1_000 || silent > CASES / 10).toBe(true);
});

test("nothing is told of what says the same in another order, on other lines", () => {
  holds(world, (account) => {
    const { sketch: base } = account;
    const reversed = <T>(all: readonly T[] = []) => [...all].reverse();
    const head = {
      ...base,
      users: reversed(
        base.users.map(([email, user]) => [email, { ...user, entries: reversed(user.entries) }]),
      ),
      ignore: reversed(base.ignore),
    } satisfies AllowlistSketch;
    expect(compared({ base, head, account }).findings).toEqual([]);
  });
});
