import { describe, expect, test } from "vitest";
import { planOf, row, seated } from "../../test/support/access-users.js";
import type { Sketch } from "../../test/support/world.js";
import type { AccessUser } from "../cloudflare/types.js";

const BOB = "bob@example.com";
const GONE = "2026-05-01T00:00:00Z";

function deletion(live: readonly Sketch[], more: Partial<AccessUser> = seated) {
  const [one] = planOf({
    text: `accessUsers: { ${BOB}: { state: absent } }\n`,
    users: [row(BOB, more)],
    live,
  }).accessUsers;
  expect(one!.action).toBe("delete");
  return one!;
}

describe("what goes with a user who is deleted", () => {
  test("is every registration, by address or by id, in the order of ids, whatever its type", () => {
    const live: Sketch[] = [
      { id: "r2", email: BOB, revoked: GONE },
      { id: "r1", email: "BOB@example.com", type: "browser_extension" },
      { id: "r3", email: BOB, deleted: GONE },
      { id: "r4", email: "eve@example.com" },
      { id: "r5" },
    ];
    expect(deletion(live).registrations).toEqual(["r1", "r2"]);
    const byId = deletion(live, { ...seated, id: "user-eve@example.com" });
    expect(byId.registrations).toEqual(["r1", "r2", "r4"]);
  });

  test.each<[string, Partial<AccessUser>, string]>([
    ["both seats", seated, "its Access seat, its Gateway seat, its tokens and sessions"],
    [
      "the Access seat",
      { access_seat: true, gateway_seat: false },
      "its Access seat, its tokens and sessions",
    ],
    ["the Gateway seat", { gateway_seat: true }, "its Gateway seat, its tokens and sessions"],
    ["no seat", { active_device_count: 1 }, "its tokens and sessions"],
  ])("is spelt out: %s", (_, more, expected) => {
    expect(deletion([], more).text).toBe(`for good, together with ${expected}; it has no registration`);
  });

  const many = (count: number): Sketch[] =>
    Array.from({ length: count }, (_, i) => ({ id: `r${i + 1}`, email: BOB, name: `BOB-${i + 1}` }));
  const three = "BOB-1 (r1), BOB-2 (r2), BOB-3 (r3)";

  test.each<[string, readonly Sketch[], string]>([
    ["one registration", many(1), "its registration (1 active) may go with the seat: BOB-1 (r1)"],
    [
      "one that is revoked",
      [{ id: "r1", email: BOB, name: "BOB-1", revoked: GONE }],
      "its registration (0 active) may go with the seat: BOB-1 (r1)",
    ],
    [
      "several, of which some are revoked",
      [...many(2), { id: "r3", email: BOB, name: "BOB-3", revoked: GONE }],
      `all its 3 registrations (2 active) may go with the seat: ${three}`,
    ],
    [
      "one more than are named",
      many(4),
      `all its 4 registrations (4 active) may go with the seat: ${three} and 1 more`,
    ],
    [
      "many more than are named",
      many(9),
      `all its 9 registrations (9 active) may go with the seat: ${three} and 6 more`,
    ],
  ])("is spelt out: %s", (_, live, expected) => {
    expect(deletion(live, { access_seat: true }).text).toBe(
      `for good, together with its Access seat, its tokens and sessions; ${expected}`,
    );
  });
});
