import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { registration } from "../test/support/world.js";
import { startSimulator, type Simulator } from "../src/simulator/index.js";
import { PartialFailure } from "./dynamic.js";
import { withDue } from "../test/support/due.js";
import { reconciliation } from "./reconciliation.js";
import { revocation } from "./revocation.js";

/** Each test has an account of its own: sessions last as long as the process. */
let count = 0;
let account: string;
let simulator: Simulator;

beforeEach(async () => {
  account = String(++count).padStart(32, "0");
  simulator = await startSimulator({
    world: {
      account_id: account,
      registrations: ["a", "b", "c"].map((id) => registration({ id, email: "a@example.com" })),
      physical_devices: [],
    },
  });
  process.env.CLOUDFLARE_API_TOKEN = "any";
  const config = new Map([["warp-registrations:baseUrl", simulator.url]]);
  await reconciliation.configure({ config });
});
afterEach(() => simulator.close());

const writes = () => simulator.log().filter(({ method }) => method !== "GET");
const row = (id: string, more = {}) => ({
  account,
  registration: id,
  user: "a@example.com",
  device: "D",
  ...more,
});

describe("the Reconciliation", () => {
  test("is changed by any act, though the same was done last time, and by nothing else", async () => {
    const acts = { a: "revoke a@example.com D" };
    expect(await reconciliation.diff("id", { account, acts }, { account, acts })).toEqual({ changes: true });
    expect(await reconciliation.diff("id", { account, acts }, { account, acts: {} })).toEqual({
      changes: false,
    });
  });

  test("refuses another account", async () => {
    const { failures } = await reconciliation.check({ account }, { account: "f".repeat(32), acts: {} });
    expect(failures.map(({ property }) => property)).toEqual(["account"]);
    expect(failures[0]?.reason).toContain(`belongs to account ${account}`);
    expect((await reconciliation.check({}, { account, acts: {} })).failures).toEqual([]);
  });

  test("refuses acts that a reviewer reads otherwise than a policy does, and makes none of them", async () => {
    const acts = { a: "revoke a@example.com D", b: "delete a@example.com E" };
    const users = { u: "delete-user a@example.com, nothing" };
    const due = {
      ...{ revoke: { a: "a@example.com" }, delete: { b: "a@example.com" } },
      deleteUser: { u: "a@example.com" },
    };
    const failuresOf = async (said: object | undefined) => {
      const { failures } = await reconciliation.check({}, { account, acts, users, due: said });
      return failures.map(({ property, reason }) => `${property}: ${reason.split(":")[0] ?? ""}`);
    };
    expect(await failuresOf(due)).toEqual([]);
    // In `due` alone; in the lines alone; twice; as another act; of a kind that there is not.
    expect(await failuresOf({ ...due, unrevoke: { c: "x" } })).toEqual(["due: unrevoke c"]);
    expect(await failuresOf({ ...due, revoke: {} })).toEqual(["due: acts a"]);
    expect(await failuresOf({ ...due, deleteUser: undefined })).toEqual(["due: users u"]);
    expect(await failuresOf({ ...due, delete: { a: "x", b: "x" } })).toEqual(["due: delete a"]);
    expect(await failuresOf({ ...due, revoke: {}, unrevoke: { a: "x" } })).toEqual(["due: unrevoke a"]);
    expect(await failuresOf({ ...due, explode: { a: "x" } })).toEqual(["due: explode"]);
    expect(await failuresOf(undefined)).toEqual(["due: acts a", "due: acts b", "due: users u"]);
    await expect(reconciliation.create({ account, acts, users })).rejects.toThrow("must have the same acts");
    expect(simulator.log()).toEqual([]);
  });

  test("with nothing to do it makes no call", async () => {
    await reconciliation.create(withDue({ account, acts: {} }));
    expect(simulator.log()).toEqual([]);
  });

  test("revokes first, then deletes, then lets in, and keeps no acts", async () => {
    simulator.revoke("c");
    const { outs } = await reconciliation.create(
      withDue({
        account,
        acts: { c: "unrevoke x", a: "revoke x", b: "delete x" },
      }),
    );
    expect(
      writes().map(({ method, path, query }) => `${method} ${path.split("/").pop() ?? ""} ${query}`),
    ).toEqual(["POST revoke id=a", "DELETE registrations id=b", "POST unrevoke id=c"]);
    expect(outs).toEqual({
      account,
      acts: {},
      counts: { active: 1, revoked: 1, deleted: 1, usersDeleted: 0 },
    });
  });

  test("removes what relies on another one only after that was let in", async () => {
    simulator.revoke("c");
    await reconciliation.create(
      withDue({
        account,
        acts: { a: "delete x", b: "revoke x", c: "unrevoke x" },
        relies: { a: "c" },
      }),
    );
    expect(
      writes().map(({ method, path, query }) => `${method} ${path.split("/").pop() ?? ""} ${query}`),
    ).toEqual(["POST revoke id=b", "POST unrevoke id=c", "DELETE registrations id=a"]);
  });

  test("removes nothing that relies on another one that was not let in", async () => {
    simulator.revoke("c");
    simulator.addFaults({ kind: "status", status: 400, match: { method: "POST", query: "id=c" }, times: 10 });
    const failing = reconciliation.create(
      withDue({
        account,
        acts: { a: "delete x", c: "unrevoke x" },
        relies: { a: "c" },
      }),
    );
    await expect(failing).rejects.toMatchObject({
      reasons: expect.arrayContaining([
        expect.stringContaining("it relies on c, which was not let in"),
      ]) as string[],
    });
    expect(writes().filter(({ method }) => method === "DELETE")).toEqual([]);
  });

  test("revokes instead of deleting while an older one that goes first is still there", async () => {
    simulator.revoke("b");
    simulator.addFaults({
      kind: "status",
      status: 400,
      match: { method: "DELETE", query: "id=b" },
      times: 10,
    });
    const failing = reconciliation.create(
      withDue({
        account,
        acts: { a: "delete x", b: "delete x" },
        together: { a: "b" },
      }),
    );
    await expect(failing).rejects.toMatchObject({
      reasons: expect.arrayContaining([
        expect.stringContaining("only revoked: b must be deleted"),
      ]) as string[],
    });
    expect(writes().map(({ query }) => query)).not.toContain("id=a&id=b");
    expect(writes().at(-1)).toMatchObject({ method: "POST", query: "id=a" });
  });

  test("fails by name for a delete, naming failed revokes too since no row is tried then, and keeps its provider's text", async () => {
    simulator.addFaults(
      { kind: "status", status: 400, match: { method: "POST", query: "id=a" }, times: 10 },
      { kind: "status", status: 400, match: { method: "DELETE", query: "id=b" }, times: 10 },
    );
    const failing = reconciliation.create(
      withDue({
        account,
        acts: { a: "revoke A-PC", b: "delete B-PC", c: "delete C-PC" },
        __provider: "text",
      }),
    );
    const error = await failing.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PartialFailure);
    const { reasons, properties } = error as PartialFailure;
    expect(reasons.map((reason) => reason.slice(0, 16))).toEqual([
      ...["delete B-PC (b):", "revoke A-PC (a):", "this run: 1 done"],
    ]);
    const counts = { active: 0, revoked: 0, deleted: 1, usersDeleted: 0 };
    expect(properties).toEqual({ account, acts: {}, counts, __provider: "text" });
    await expect(revocation.create(row("a", { drift: "live: active" }))).rejects.toThrow(
      "revoke a@example.com D (a): ",
    );
    expect(simulator.registration("c")?.deleted_at).toBeTruthy();
  });

  test("keeps what the last run with acts did, through a refresh and a run without acts", async () => {
    const acts = { a: "revoke x", b: "delete x" };
    const { outs } = await reconciliation.create(withDue({ account, acts, fingerprint: "0123456789abcdef" }));
    const last = {
      fingerprint: "0123456789abcdef",
      counts: { active: 0, revoked: 1, deleted: 1, usersDeleted: 0 },
    };
    expect(outs).toEqual({ account, acts: {}, ...last });
    const { props, inputs } = await reconciliation.read("id", { ...outs });
    expect(props).toEqual({ account, acts: {}, ...last });
    expect(inputs).toEqual({ account, acts: {} });
    // As where an update that failed is tried again and nothing is due any more.
    expect((await reconciliation.update("id", { ...outs }, { account, acts: {} })).outs).toEqual(outs);
  });

  test("reads as having no acts, without a call", async () => {
    expect(await reconciliation.read("id", { account, acts: { a: "revoke x" } })).toEqual({
      id: "id",
      props: { account, acts: {} },
      inputs: { account, acts: {} },
    });
    expect(simulator.log()).toEqual([]);
  });
});

describe("a Revocation", () => {
  test("is changed by drift alone: a renamed device is no change", async () => {
    const renamed = row("a", { device: "RENAMED" });
    expect(await revocation.diff("a", row("a"), renamed)).toEqual({ changes: false });
    expect(await revocation.diff("a", row("a"), { ...renamed, drift: "live: active" })).toEqual({
      changes: true,
    });
  });

  test("without drift makes no call, and with it one of its own where no acts were done", async () => {
    expect(await revocation.create(row("b"))).toEqual({ id: "b", outs: { ...row("b"), live: "revoked" } });
    expect(simulator.log()).toEqual([]);
    await revocation.update("a", {}, row("a", { drift: "live: active" }));
    expect(writes().map(({ query }) => query)).toEqual(["id=a"]);
  });

  test("by hand asks the account: it revokes what is active, and fails where there is no such registration", async () => {
    simulator.revoke("a");
    const byHand = (id: string) => row(id, { planned: "no" });
    expect((await revocation.create(byHand("a"))).outs).toEqual({ ...byHand("a"), live: "revoked" });
    expect(writes()).toEqual([]);
    await revocation.create(byHand("b"));
    expect(writes().map(({ query }) => query)).toEqual(["id=b"]);
    await expect(revocation.create(byHand("nobody"))).rejects.toThrow(
      `no registration of account ${account} has this id`,
    );
    // A refresh that has seen it active makes it due; that of a plan's row says what its drift is.
    const active = { live: "active" };
    expect(await revocation.diff("b", { ...byHand("b"), ...active }, byHand("b"))).toEqual({ changes: true });
    expect(await revocation.diff("b", { ...row("b"), ...active }, row("b"))).toEqual({ changes: false });
  });

  test("trusts the outcome that the acts of this run left", async () => {
    await reconciliation.create(withDue({ account, acts: { a: "revoke x" } }));
    const before = simulator.log().length;
    await revocation.create(row("a", { drift: "live: active" }));
    expect(simulator.log()).toHaveLength(before);
  });

  test("names the others that failed as well, since the engine may stop at the first", async () => {
    simulator.addFaults({
      kind: "status",
      status: 400,
      match: { method: "POST", query: "id=[ab]" },
      times: 10,
    });
    await reconciliation.create(
      withDue({ account, acts: { a: "revoke A-PC", b: "revoke B-PC", c: "revoke C-PC" } }),
    );
    const failing = revocation.create(row("a", { drift: "live: active" }));
    await expect(failing).rejects.toThrow(
      /^revoke a@example\.com D \(a\): .*\nOthers that failed in this run:\nrevoke B-PC \(b\): [^\n]*$/u,
    );
  });

  test("that cannot be read fails without a stack", async () => {
    simulator.addFaults({ kind: "status", status: 403, code: 9109, times: 10 });
    const error = await revocation.read("a", row("a")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "cloudflare/missing-permission", stack: "" });
  });

  test("any number of them are read with one listing, each as it is, and one that is gone has no id", async () => {
    simulator.revoke("a");
    simulator.delete("c");
    const [a, b, c] = await Promise.all(
      ["a", "b", "c"].map((id) => revocation.read(id, row(id, { drift: "x" }))),
    );
    expect(a).toEqual({ id: "a", props: { ...row("a"), live: "revoked" }, inputs: row("a") });
    expect(b?.props).toMatchObject({ live: "active" });
    expect(c).toEqual({});
    // A listing goes on to its end by cursors; a second listing would begin without one.
    expect(simulator.log().filter(({ query }) => !query.includes("cursor="))).toHaveLength(1);
  });

  test("in a refresh differs where it is not revoked, whatever the last run had to do", async () => {
    simulator.revoke("a");
    const asked = row("a", { drift: "live: active" });
    const { props: read } = await revocation.read("a", { ...asked, live: "revoked" });
    expect(await revocation.diff("a", { ...read }, asked)).toEqual({ changes: false });
    const { props: drifted } = await revocation.read("b", { ...row("b"), live: "revoked" });
    expect(await revocation.diff("b", { ...drifted }, row("b"))).toEqual({ changes: true });
    // What the program says in the same process counts again: `preview --refresh`.
    await revocation.check(asked, asked);
    expect(await revocation.diff("a", { ...read }, asked)).toEqual({ changes: true });
    await revocation.check(row("b"), row("b"));
    expect(await revocation.diff("b", { ...drifted }, row("b"))).toEqual({ changes: false });
  });

  test("the acts of the last run are no change in a refresh, and acts of this run are one after it", async () => {
    const acts = { a: "revoke x" };
    const id = `reconciliation/${account}`;
    const { props } = await reconciliation.read(id, { account, acts: {} });
    expect(await reconciliation.diff(id, { ...props }, { account, acts })).toEqual({ changes: false });
    await reconciliation.check({ account, acts }, { account, acts });
    expect(await reconciliation.diff(id, { ...props }, { account, acts })).toEqual({ changes: true });
  });

  test("forgetting one, or the acts, never calls the API", async () => {
    await revocation.delete("a", row("a"));
    await reconciliation.delete("id", { account, acts: { a: "delete x" } });
    expect(simulator.log()).toEqual([]);
  });
});
