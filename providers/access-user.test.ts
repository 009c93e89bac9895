import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startSimulator, type AccessUserRecord, type Simulator } from "../src/simulator/index.js";
import { accessUser } from "./access-user.js";
import { withDue } from "../test/support/due.js";
import { reconciliation } from "./reconciliation.js";

/** Each test has an account of its own: sessions last as long as the process. */
let count = 0;
let account: string;
let simulator: Simulator;

const person = (name: string, more: Partial<AccessUserRecord> = {}): AccessUserRecord => ({
  id: `id-${name}`,
  email: `${name}@example.com`,
  name: name.toUpperCase(),
  access_seat: true,
  ...more,
});

beforeEach(async () => {
  account = `a${String(++count).padStart(31, "0")}`;
  simulator = await startSimulator({
    world: {
      account_id: account,
      registrations: [],
      physical_devices: [],
      access_users: [person("a"), person("b"), person("twin"), { ...person("twin"), id: "id-other" }],
    },
  });
  process.env.CLOUDFLARE_API_TOKEN = "any";
  await accessUser.configure({ config: new Map([["warp-registrations:baseUrl", simulator.url]]) });
});
afterEach(() => simulator.close());

const row = (name: string, more = {}) => ({ account, email: `${name}@example.com`, ...more });
const writes = () => simulator.log().filter(({ method }) => method !== "GET");
const DRIFT = { drift: "live: absent" };

describe("an AccessUser", () => {
  test("is changed by drift alone", async () => {
    expect(await accessUser.diff("a", row("a"), row("a", { name: "New" }))).toEqual({ changes: false });
    expect(await accessUser.diff("a", row("a"), row("a", DRIFT))).toEqual({ changes: true });
  });

  test("without drift writes nothing, whatever its name, and says what is live", async () => {
    const { id, outs } = await accessUser.create(row("a", { name: "New" }));
    expect(id).toBe("a@example.com");
    expect(outs).toEqual(row("a", { name: "A", user: "id-a" }));
    expect(writes()).toEqual([]);
    await expect(accessUser.create(row("gone"))).rejects.toThrow(
      "gone@example.com existed when this run began",
    );
  });

  test("is created once, and adopted where somebody was faster", async () => {
    const { outs } = await accessUser.create(row("new", { ...DRIFT, name: "New" }));
    expect(simulator.accessUser(outs.user)).toMatchObject({ email: "new@example.com", name: "New" });
    expect((await accessUser.create(row("a", DRIFT))).outs.user).toBe("id-a");
    expect(writes().map(({ method }) => method)).toEqual(["POST"]);
  });

  test("is given its name where another is live, by the address as the account has it", async () => {
    const { outs } = await accessUser.update(
      "a",
      row("a"),
      row("a", { drift: "live name: A", name: "\\u{3c}{%" }),
    );
    expect(outs).toEqual(row("a", { name: "\\u{3c}{%", user: "id-a" }));
    expect(simulator.accessUser("id-a")?.name).toBe("<{%");
  });

  test("fails by name where it is refused, or where the address is not one user's", async () => {
    simulator.addFaults({ kind: "status", status: 403, code: 10000, match: { method: "PUT" }, times: 10 });
    const failing = accessUser.update("a", row("a"), row("a", { drift: "x", name: "New" }));
    await expect(failing).rejects.toThrow(/^Access user a@example\.com: .*"Zero Trust: Seats Write"/u);
    await expect(accessUser.create(row("twin", DRIFT))).rejects.toThrow("several Access users");
  });

  test("any number of them are read with one listing, and one that is gone has no id", async () => {
    const [a, b, gone] = await Promise.all(
      ["a", "b", "gone"].map((name) => accessUser.read(name, row(name, { name: "X", drift: "x" }))),
    );
    expect(a).toEqual({
      id: "a",
      props: row("a", { name: "A", user: "id-a" }),
      inputs: row("a", { name: "X" }),
    });
    expect(b?.props).toMatchObject({ user: "id-b" });
    expect(gone).toEqual({});
    expect(simulator.log().map(({ query }) => query.includes("page=2"))).toEqual([false, true]);
  });

  test("in a refresh differs where its name does, whatever the last run had to do", async () => {
    const [asked, other] = [row("a", { name: "A", drift: "live name: B" }), row("b", { name: "Other" })];
    const { props: same } = await accessUser.read("a@example.com", asked);
    expect(await accessUser.diff("a@example.com", { ...same }, asked)).toEqual({ changes: false });
    const { props: renamed } = await accessUser.read("b@example.com", other);
    expect(await accessUser.diff("b@example.com", { ...renamed }, other)).toEqual({ changes: true });
    // What the program says in the same process counts again: `preview --refresh`.
    await accessUser.check(asked, asked);
    expect(await accessUser.diff("a@example.com", { ...same }, asked)).toEqual({ changes: true });
  });

  test("that cannot be read fails without a stack", async () => {
    simulator.set({ access_users: "forbidden" });
    const error = await accessUser.read("a", row("a")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "cloudflare/missing-permission", stack: "" });
  });

  test("refuses another account, and is forgotten without a call", async () => {
    const { failures } = await accessUser.check({ account: "f".repeat(32) }, row("a"));
    expect(failures.map(({ property }) => property)).toEqual(["account"]);
    await accessUser.delete("a", row("a"));
    expect(simulator.log()).toEqual([]);
  });
});

describe("the Reconciliation's users", () => {
  const users = {
    "id-a": "delete-user a@example.com, for good",
    "id-b": "delete-user b@example.com, for good",
  };

  test("are a change, are left out where there are none, and are not kept", async () => {
    const id = "reconciliation";
    expect(await reconciliation.diff(id, {}, { account, acts: {}, users })).toEqual({ changes: true });
    expect((await reconciliation.check({}, { account, acts: {}, users: {} })).inputs).toEqual({
      account,
      acts: {},
    });
    const { outs } = await reconciliation.create(withDue({ account, acts: {}, users }));
    const counts = { active: 0, revoked: 0, deleted: 0, usersDeleted: 2 };
    expect(outs).toEqual({ account, acts: {}, counts });
    expect([simulator.accessUser("id-a"), simulator.accessUser("id-b")]).toEqual([undefined, undefined]);
  });

  test("must each begin with the act", async () => {
    const due = { deleteUser: { "id-a": "a@example.com" } };
    const wrong = { account, acts: {}, users: { "id-a": "revoke a" }, due };
    const { failures } = await reconciliation.check({}, wrong);
    expect(failures.map(({ property, reason }) => `${property}: ${reason}`)).toEqual([
      "due: deleteUser id-a: acts, users and due must have the same acts",
    ]);
  });

  test("are done where the row stays without seats, or is gone already", async () => {
    simulator.set({ user_delete_row: "stays" });
    simulator.addFaults({ kind: "status", status: 404, match: { method: "DELETE", path: "id-b" }, times: 1 });
    simulator.deleteUser("id-b");
    await reconciliation.create(withDue({ account, acts: {}, users }));
    expect(simulator.accessUser("id-a")).toMatchObject({ access_seat: false });
  });

  test("that are refused fail by name; a missing permission is not tried on the next", async () => {
    simulator.addFaults({ kind: "status", status: 403, code: 10000, match: { method: "DELETE" }, times: 10 });
    const error = await reconciliation
      .create(withDue({ account, acts: {}, users }))
      .catch((thrown: unknown) => thrown);
    const { reasons } = error as { reasons: readonly string[] };
    expect(reasons[0]).toMatch(/^delete-user a@example\.com \(id-a\): .*permission/u);
    expect(reasons[1]).toMatch(/^delete-user b@example\.com \(id-b\): skipped: Not attempted: /u);
    expect(writes()).toHaveLength(1);
  });
});
