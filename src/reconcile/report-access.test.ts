import { describe, expect, test } from "vitest";
import { allowlist, registration } from "../../test/support/world.js";
import { hasUnseenUsers, findAccess } from "./findings/account.js";

const LIST = allowlist(`version: 1
users:
  alice@example.com: []
  bob@example.com: []
accessUsers:
  dave@example.com: {}
`);
const ALICE = registration({ id: "a", email: "Alice@example.com", device: "d1" });
const told = (...args: Parameters<typeof findAccess>) =>
  findAccess(...args).map(({ code, text }) => `${code}: ${text}`);

describe("the users whom the allowlist lists", () => {
  test("are all seen where each has a registration, whatever its case", () => {
    const bob = registration({ id: "b", email: "bob@example.com", revoked: "2026-05-01T00:00:00Z" });
    expect(hasUnseenUsers(LIST, [ALICE, bob])).toBe(false);
    expect(hasUnseenUsers(LIST, [ALICE])).toBe(true);
  });

  test("are told where no Access user has their address, with the nearest one", () => {
    const users = [
      { id: "1", email: "alice@example.com" },
      { id: "2", email: "bobb@example.com" },
      { id: "3" },
    ];
    expect(told(LIST, [ALICE], users)).toEqual([
      'unknown-access-user: no Access user has the address "bob@example.com"; did you mean "bobb@example.com"?',
    ]);
    expect(told(LIST, [ALICE], users.slice(0, 1))).toEqual([
      'unknown-access-user: no Access user has the address "bob@example.com"',
    ]);
  });

  test("are told as findings about no registration, at their own lines", () => {
    const users = [{ id: "1", email: "alice@example.com" }];
    expect(findAccess(LIST, [], users)).toEqual([
      {
        code: "unknown-access-user",
        subject: ["bob@example.com"],
        text: 'no Access user has the address "bob@example.com"',
        source: { file: "allowlist.yaml", line: 4, column: 3 },
        registrations: [],
      },
    ]);
  });

  test.each([
    [2000, '; did you mean "x-1@example.com"?'],
    [2001, ""],
  ])("are compared with 1000 others up to %i of them", (unknown, hint) => {
    const source = { file: "allowlist.yaml", line: 1, column: 1 };
    const emails = Array.from({ length: unknown }, (_, i) => `x${i + 1}@example.com`);
    const users = new Map(emails.map((email) => [email, { email, entries: [], source }]));
    const known = Array.from({ length: 1000 }, (_, i) => ({ id: `${i}`, email: `x-${i + 1}@example.com` }));
    const [first, ...others] = told({ ...LIST, users }, [], known);
    expect(first).toBe(`unknown-access-user: no Access user has the address "x1@example.com"${hint}`);
    expect(others).toHaveLength(unknown - 1);
  });

  test("are not told where they are to be created", () => {
    const list = allowlist(
      "version: 1\nusers:\n  dave@example.com: []\naccessUsers:\n  dave@example.com: {}\n",
    );
    expect(told(list, [], [])).toEqual([]);
  });

  test("are not told where the Access users were not listed", () => {
    expect(told(LIST, [], undefined)).toEqual([]);
  });
});

describe("a count of active devices", () => {
  const second = registration({ id: "a2", email: "alice@example.com", device: "d1" });
  const gone = registration({
    id: "a3",
    email: "alice@example.com",
    device: "d2",
    revoked: "2026-05-01T00:00:00Z",
  });
  const users = (count: number | undefined) => [
    { id: "1", email: "alice@example.com", ...(count !== undefined && { active_device_count: count }) },
    { id: "2", email: "bob@example.com" },
  ];

  test.each([1, 2, undefined])("of %s agrees with two active registrations of one device", (count) => {
    expect(told(LIST, [ALICE, second, gone], users(count))).toEqual([]);
  });

  test.each([0, 3])("of %s contradicts them", (count) => {
    expect(told(LIST, [ALICE, second, gone], users(count))).toEqual([
      `device-count: Access counts ${count} active devices for alice@example.com, but the listing has 1`,
    ]);
  });

  test("is held against what is neither revoked nor deleted, and the finding names that", () => {
    const third = registration({ id: "a0", email: "alice@example.com", device: "d2" });
    const deleted = registration({
      id: "a4",
      email: "alice@example.com",
      device: "d3",
      deleted: "2026-05-01T00:00:00Z",
    });
    const live = [ALICE, second, third, gone, deleted];
    expect(told(LIST, live, users(2))).toEqual([]);
    expect(told(LIST, live, users(3))).toEqual([]);
    expect(findAccess(LIST, live, users(1))).toEqual([
      {
        code: "device-count",
        subject: ["alice@example.com"],
        text: "Access counts 1 active device for alice@example.com, but the listing has 2",
        source: { file: "allowlist.yaml", line: 3, column: 3 },
        registrations: ["a", "a0", "a2"],
      },
    ]);
  });
});
