import { expect, test } from "vitest";
import { planOf, row, seated } from "../../test/support/access-users.js";
import { byEmail, hasName } from "./access-users.js";
import { isItemAct } from "./decision.js";

test("an act is what changes the account in this run", () => {
  const text = "accessUsers: { a@example.com: { state: absent }, k@example.com: {}, n@example.com: {} }\n";
  const users = [row("a@example.com", seated), row("k@example.com")];
  const acts = (more = "") =>
    planOf({ text: more + text, users })
      .accessUsers.filter(isItemAct)
      .map(({ email, action }) => `${action} ${email}`);
  expect(acts()).toEqual(["delete a@example.com", "create n@example.com"]);
  expect(acts("freeze: { until: 2999-12-31, reason: year end }\n")).toEqual([]);
});

test("rows are found by their address, however it is written, and not without one", () => {
  const [one, two, other] = [row("Bob@Example.com"), row(" bob@example.com"), row("eve@example.com")];
  const found = byEmail([{ id: "1" }, one, { id: "2", email: null }, other, two, row("")]);
  expect([...found]).toEqual([
    ["bob@example.com", [one, two]],
    ["eve@example.com", [other]],
  ]);
});

test.each<[string | null | undefined, string, boolean]>([
  ["Bob", "Bob", true],
  [" Bob ", "Bob", true],
  ["Bob", " Bob ", true],
  ["Zoe\u0308", "Zo\u00eb", true],
  ["Zo\u00eb", "Zoe\u0308", true],
  ["bob", "Bob", false],
  [undefined, "", true],
  [null, "Bob", false],
])("a row named %j, asked for %j: %s", (name, wanted, same) => {
  expect(hasName({ id: "1", ...(name !== undefined && { name }) }, wanted)).toBe(same);
});
