import { expect } from "vitest";
import { callsOf, scenario, writesOf } from "./trace.js";
import { LISTED } from "./small-account.js";

/** Each listing goes on to the empty page that ends it. */
const LISTINGS = [
  "GET physical-devices active_registrations=include&sort_by=id&sort_order=asc&per_page=1000",
  "GET physical-devices active_registrations=include&sort_by=id&sort_order=asc&per_page=1000&cursor=…",
  "GET registrations status=all&sort_by=id&sort_order=asc&include=policy&per_page=1000",
  "GET registrations status=all&sort_by=id&sort_order=asc&include=policy&per_page=1000&cursor=…",
];
const readBack = (ids: string, count: number) =>
  `GET registrations ${ids}&status=all&sort_by=id&sort_order=asc&per_page=${count}`;

scenario("preview, up, in sync, drift, up, in sync", LISTED, async ({ stack, simulator }) => {
  const first = await stack.preview({ expectNoChanges: true });
  expect(first.exitCode).toBe(7);
  expect(first.output).toContain("to revoke 2, delete 1, unrevoke 1");
  // The stack, the component, acts, and three rows.
  expect(first.steps).toMatchObject({ create: 6 });
  expect(callsOf(simulator).sort()).toEqual(LISTINGS);

  const up = await stack.up({ skipPreview: true });
  expect(up.exitCode, up.output).toBe(0);
  expect(callsOf(simulator, 4).slice(0, 4).sort()).toEqual(LISTINGS);
  expect(callsOf(simulator, 8)).toEqual([
    "POST registrations/revoke id=alice-old&id=carol-laptop",
    readBack("id=alice-old&id=carol-laptop", 2),
    "DELETE registrations id=bob-tablet",
    readBack("id=bob-tablet", 1),
    "POST registrations/unrevoke id=bob-laptop",
    readBack("id=bob-laptop", 1),
  ]);

  const again = await stack.preview({ expectNoChanges: true });
  expect(again.exitCode, again.output).toBe(0);
  const idle = simulator.log().length;
  expect((await stack.up({ skipPreview: true })).exitCode).toBe(0);
  expect(callsOf(simulator, idle).sort()).toEqual(LISTINGS);

  simulator.revoke("alice-laptop");
  simulator.unrevoke("carol-gone");
  const drift = await stack.preview({ expectNoChanges: true });
  expect(drift.exitCode).toBe(7);
  expect(drift.output).toContain("unrevoke ALICE-MBP");
  expect(drift.output).toContain("revoke   CAROL-PC");
  const before = simulator.log().length;
  expect((await stack.up()).exitCode).toBe(0);
  expect(writesOf(simulator, before)).toEqual([
    "POST registrations/revoke id=carol-gone",
    "POST registrations/unrevoke id=alice-laptop",
  ]);
  expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
});

scenario(
  "a registration that is already revoked is adopted without a call",
  LISTED,
  async ({ stack, simulator }) => {
    expect((await stack.up({ skipPreview: true })).exitCode).toBe(0);
    const { resources } = await stack.state();
    expect(resources.map(({ name }) => name).sort()).toEqual([
      "acts",
      "alice@example.com/alice-old",
      "carol@example.com/carol-gone",
      "carol@example.com/carol-laptop",
      "warp",
    ]);
    expect(callsOf(simulator).filter((call) => call.includes("carol-gone"))).toEqual([]);
  },
);
