import { describe, expect, test } from "vitest";
import { plan, type Sketch } from "../../test/support/world.js";

const LISTED = "users:\n  alice@example.com: []\n";

/** `count` active registrations of other users, so that a percentage has something to count. */
function others(count: number): Sketch[] {
  return Array.from({ length: count }, (_, i) => ({ id: `o${i}`, email: `o${i}@example.com` }));
}

function alices(count: number): Sketch[] {
  return Array.from({ length: count }, (_, i) => ({ id: `a${i}`, email: "alice@example.com" }));
}

function revokeGuard(guards: string, live: readonly Sketch[]) {
  const made = plan(`version: 1\n${guards}${LISTED}`, live);
  return made.guards.find(({ guard }) => guard === "revoke");
}

describe("the revoke guard", () => {
  test.each([
    {
      title: "lets pass at most half of less than ten registrations",
      guards: "",
      live: alices(9),
      limit: 4,
      by: "percent",
      tripped: true,
    },
    {
      title: "lets pass one act of a single registration",
      guards: "",
      live: alices(1),
      limit: 1,
      by: "percent",
      tripped: false,
    },
    {
      title: "lets pass all of less than ten registrations where the percentage says so",
      guards: "guards: { revoke: { percent: 100 } }\n",
      live: alices(9),
      limit: 9,
      by: "percent",
      tripped: false,
    },
    {
      title: "counts by percent from ten on",
      guards: "",
      live: [...alices(3), ...others(7)],
      limit: 2,
      by: "percent",
      tripped: true,
    },
    {
      title: "holds at the limit",
      guards: "",
      live: [...alices(2), ...others(8)],
      limit: 2,
      by: "percent",
      tripped: false,
    },
    {
      title: "takes the stricter of both",
      guards: "guards: { revoke: { max: 1 } }\n",
      live: [...alices(2), ...others(18)],
      limit: 1,
      by: "max",
      tripped: true,
    },
    {
      title: "names max where both are as strict",
      guards: "guards: { revoke: { max: 4 } }\n",
      live: [...alices(2), ...others(18)],
      limit: 4,
      by: "max",
      tripped: false,
    },
    {
      title: "rounds a share down",
      guards: "guards: { revoke: { percent: 19 } }\n",
      live: [...alices(2), ...others(8)],
      limit: 1,
      by: "percent",
      tripped: true,
    },
    {
      title: "can forbid all",
      guards: "guards: { revoke: { max: 0 } }\n",
      live: alices(1),
      limit: 0,
      by: "max",
      tripped: true,
    },
    {
      title: "can be lifted to 100 percent",
      guards: "guards: { revoke: { max: 1000, percent: 100 } }\n",
      live: alices(60),
      limit: 60,
      by: "percent",
      tripped: false,
    },
  ])("$title", ({ guards, live, limit, by, tripped }) => {
    expect(revokeGuard(guards, live)).toMatchObject({ limit, by, tripped });
  });

  test("counts active registrations in scope only", () => {
    const revoked = others(40).map((one) => ({ ...one, revoked: "2026-05-01T00:00:00Z" }));
    const outside = alices(40).map((one) => ({ ...one, id: `x${one.id}`, type: "browser_extension" }));
    expect(revokeGuard("", [...alices(10), ...revoked, ...outside])).toMatchObject({
      count: 10,
      limit: 2,
      tripped: true,
    });
  });

  test("names the line that sets it, or the version line for a default", () => {
    expect(revokeGuard("", alices(1))?.setting).toMatchObject({ explicit: false, source: { line: 1 } });
    expect(revokeGuard("guards:\n  revoke:\n    max: 1\n", alices(2))?.setting).toMatchObject({
      explicit: true,
      source: { line: 4 },
    });
    const shared = revokeGuard("guards:\n  revoke:\n    max: 9\n    percent: 5\n", others(20));
    expect([shared?.by, shared?.setting.value, shared?.setting.source.line]).toEqual(["percent", 5, 5]);
  });
});

test("each kind of act has a guard of its own", () => {
  const live: Sketch[] = [
    ...alices(2),
    { id: "b1", email: "bob@example.com", device: "d1" },
    { id: "b2", email: "bob@example.com", device: "d2", revoked: "2026-05-01T00:00:00Z" },
  ];
  const text = `version: 1
guards:
  delete: { max: 0 }
  unrevoke: { max: 7 }
users:
  alice@example.com: []
  bob@example.com:
    - { device: d1, state: deleted }
    - device: d2
`;
  expect(
    plan(text, live).guards.map(({ guard, count, limit, tripped }) => [guard, count, limit, tripped]),
  ).toEqual([
    ["revoke", 2, 1, true],
    ["delete", 1, 0, true],
    ["unrevoke", 1, 2, false],
  ]);
});

test("a mass revocation can be undone: what is let in again is counted against what is revoked, too", () => {
  const at = "2026-05-31T00:00:00Z";
  const live = [...others(10), ...alices(40).map((one, i) => ({ ...one, device: `d${i}`, revoked: at }))];
  const listed = `alice@example.com: [${live.flatMap(({ device }) => (device ? [`{ device: ${device} }`] : [])).join(", ")}]`;
  const guard = (percent: number) =>
    plan(
      `version: 1\nguards: { unrevoke: { percent: ${percent} } }\nusers: { ${listed} }\n`,
      live,
    ).guards.find((one) => one.guard === "unrevoke");
  // Of 50 in scope, of which 10 connect: of those alone no percentage would do.
  expect(guard(80)).toMatchObject({ count: 40, limit: 40, tripped: false });
  expect(guard(79)).toMatchObject({ count: 40, limit: 39, by: "percent", tripped: true });
});

describe("the guard for one user", () => {
  const perUser = (limit: string, live: readonly Sketch[]) =>
    plan(`version: 1\n${limit}users:\n  alice@example.com: []\n  bob@example.com: []\n`, live).guards.find(
      ({ guard }) => guard === "perUser",
    );
  const bobs = alices(3).map(({ id }) => ({ id: `b${id}`, email: "bob@example.com" }));

  test("is there where it is set only", () => {
    expect(perUser("", alices(3))).toBeUndefined();
    expect(perUser("guards: { perUser: 3 }\n", alices(3))).toMatchObject({
      setting: { source: { line: 2 } },
    });
  });

  test.each([
    ["holds at the limit", 3, [...alices(3), ...bobs], 3, []],
    [
      "names everybody above it, in the order of addresses",
      2,
      [...bobs, ...alices(3)],
      3,
      ["alice@example.com", "bob@example.com"],
    ],
    ["counts each user alone", 2, [...alices(3), ...bobs.slice(1)], 3, ["alice@example.com"]],
    ["counts no registration that is left alone", 1, [...alices(1), ...others(5)], 1, []],
    ["counts nothing where nothing is done", 1, [], 0, []],
  ])("%s", (_, limit, live, count, users) => {
    expect(perUser(`guards: { perUser: ${limit} }\n`, live)).toMatchObject({
      by: "max",
      count,
      limit,
      users,
      tripped: users.length > 0,
    });
  });
});

test("everybody with too many acts is named, in the order of addresses", () => {
  const live = ["zoe", "bob", "ann"].flatMap((name, at) =>
    ["1", "2"].map((n) => ({ id: `${at}-${n}`, email: `${name}@example.com` })),
  );
  const made = plan(
    "version: 1\nguards: { perUser: 1 }\npolicy: { unknownUsers: revoke }\nusers:\n  eve@example.com: []\n",
    [...live, { id: "once", email: "max@example.com" }, { id: "zoe", email: "zoe@example.com" }],
  );
  expect(made.guards.find(({ guard }) => guard === "perUser")).toMatchObject({
    count: 3,
    limit: 1,
    by: "max",
    tripped: true,
    users: ["ann@example.com", "bob@example.com", "zoe@example.com"],
  });
});
