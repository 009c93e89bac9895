import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../src/cloudflare/pace.js";
import type { ReportDocument } from "../src/report/document.js";
import { toDocument } from "../src/report/to-document.js";
import { writeReport } from "../src/report/file.js";
import { Progress } from "../src/run/lease.js";
import { type Simulator, startSimulator } from "../src/simulator/index.js";
import { plan, registration } from "../test/support/world.js";
import { Journal, makeActs } from "./acts.js";
import { PartialFailure } from "./dynamic.js";
import { withDue } from "../test/support/due.js";
import { reconciliation } from "./reconciliation.js";
import { revocation } from "./revocation.js";
import { toReconciliation, toRevocations } from "./rows.js";
import { sessionFor } from "./session.js";

/** Each test has an account of its own: sessions last as long as the process. */
let count = 0;
let account: string;
let simulator: Simulator;
let folder: string;

const IDS = Array.from({ length: 250 }, (_, index) => `r${index}`);

beforeEach(async () => {
  account = `acts${String(++count).padStart(28, "0")}`;
  folder = await mkdtemp(join(tmpdir(), "warp-acts-"));
  simulator = await startSimulator({
    world: {
      account_id: account,
      registrations: IDS.map((id) => registration({ id, email: "a@example.com" })),
      physical_devices: [],
    },
  });
  process.env.CLOUDFLARE_API_TOKEN = "any";
  await reconciliation.configure({ config: new Map([["warp-registrations:baseUrl", simulator.url]]) });
});
afterEach(async () => {
  vi.restoreAllMocks();
  delete process.env.WARP_REPORT;
  await simulator.close();
  await rm(folder, { recursive: true });
});

const writes = () =>
  simulator
    .log()
    .filter(({ method }) => method !== "GET")
    .map(({ method, path, query }) => `${method} ${path.split("/").pop() ?? ""} ${query}`);
const refuse = (query: string, times = 1000) =>
  simulator.addFaults({
    kind: "status",
    status: 400,
    message: "no",
    match: { method: "POST", query },
    times,
  });

/** What fails, without what a state needs. */
async function fail(inputs: Parameters<typeof withDue>[0]): Promise<readonly string[]> {
  const error = await reconciliation
    .create(withDue({ account, ...inputs }))
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PartialFailure);
  return (error as PartialFailure).reasons;
}

/** A report for acts on these registrations, as the program would have written it. */
function report(ids: readonly string[]): string {
  const path = join(folder, "report.json");
  const sketches = ids.map((id) => ({ id, email: "a@example.com" }));
  const planned = plan("version: 1\nusers:\n  a@example.com: []\n", sketches);
  writeReport(
    path,
    toDocument(planned, { generatedAt: new Date(), run: true, owner: { id: "1", stack: "s" } }),
  );
  process.env.WARP_REPORT = path;
  return path;
}
const resultsIn = async (path: string) =>
  (JSON.parse(await readFile(path, "utf8")) as ReportDocument).results?.map(
    ({ registration: id, result }) => `${id} ${result}`,
  );

describe("acts that rely on another one", () => {
  test("are made after it, though their kind would go before it", async () => {
    simulator.revoke("r1");
    await reconciliation.create(
      withDue({
        account,
        acts: { r0: "delete OLD", r1: "unrevoke NEW", r2: "revoke LOST", r3: "delete GONE" },
        relies: { r0: "r1" },
      }),
    );
    expect(writes()).toEqual([
      ...[
        "POST revoke id=r2",
        "DELETE registrations id=r3",
        "POST unrevoke id=r1",
        "DELETE registrations id=r0",
      ],
    ]);
  });

  test("are not made where it failed, nor are those that rely on them, and the report says why", async () => {
    simulator.revoke("r1");
    refuse("id=r1");
    const path = report(["r0", "r1", "r2", "r3"]);
    const reasons = await fail({
      acts: {
        r0: "delete OLD of a@example.com",
        r1: "unrevoke NEW, revoked 2026-05-01",
        r2: "revoke OLDER",
        r3: "revoke LOST",
      },
      relies: { r0: "r1", r2: "r0" },
    });
    expect(writes()).toEqual(["POST revoke id=r3", "POST unrevoke id=r1"]);
    expect(await resultsIn(path)).toEqual(["r0 skipped", "r1 failed", "r2 skipped", "r3 done"]);
    expect(reasons[0]).toBe(
      'delete OLD of a@example.com (r0): skipped: Not attempted: it relies on r1, which was not let in ("unrevoke NEW, revoked 2026-05-01").',
    );
    expect(reasons.at(-1)).toBe("this run: 1 done, 1 failed, 0 unknown, 2 not attempted");
    const { results = [] } = JSON.parse(await readFile(path, "utf8")) as ReportDocument;
    expect(results[2]?.reason).toBe(results[0]?.reason);
  });

  test("are not made where nobody could see whether it was let in", async () => {
    vi.spyOn(systemClock, "sleep").mockResolvedValue();
    simulator.revoke("r1");
    simulator.addFaults({
      kind: "status",
      status: 400,
      message: "no",
      match: { method: "GET" },
      times: 1000,
    });
    const reasons = await fail({ acts: { r0: "delete OLD", r1: "unrevoke NEW" }, relies: { r0: "r1" } });
    expect(writes()).toEqual(["POST unrevoke id=r1"]);
    expect(reasons[0]).toBe(
      'delete OLD (r0): skipped: Not attempted: it relies on r1, and it is unknown whether that was let in ("unrevoke NEW").',
    );
  });

  test("must rely on an act of the same run, and not on each other", async () => {
    const acts = { r0: "delete A", r1: "unrevoke B" };
    const failures = async (more: object) =>
      (await reconciliation.check({}, withDue({ account, acts, ...more }))).failures.map(
        ({ reason }) => reason,
      );
    expect(await failures({ relies: { r0: "r1" } })).toEqual([]);
    expect(await failures({ relies: { r0: "r9" } })).toEqual(["r0 after r9: both must be acts of this run"]);
    expect(await failures({ together: { r9: "r0" } })).toEqual([
      "r9 after r0: both must be acts of this run",
    ]);
    expect(await failures({ relies: { r0: "r1" }, together: { r1: "r0" } })).toEqual([
      ...["r0: it waits for itself", "r1: it waits for itself"],
    ]);
  });

  test("a revocation alone (--target), whose other act is not part of the run, is not made", async () => {
    const inputs = {
      account,
      registration: "r0",
      user: "a@example.com",
      device: "OLD",
      drift: "live: active",
    };
    const failing = revocation.create({ ...inputs, relies: "r1" });
    await expect(failing).rejects.toThrow("it relies on r1, which is not part of this run");
    expect(writes()).toEqual([]);
  });

  test("are an input of their own, only where there is one: what is in the field stays as it is", () => {
    const planned = plan("version: 1\nusers:\n  a@example.com: []\n", [
      { id: "old", email: "a@example.com" },
      { id: "new", email: "a@example.com" },
    ]);
    expect(toReconciliation(planned)).not.toHaveProperty("relies");
    const [first, ...rest] = planned.acts;
    const relying = { ...first!, relies: ["new", "elsewhere"] };
    const changed = {
      ...planned,
      acts: [relying, ...rest],
      decisions: planned.decisions.map((one) => (one === first ? relying : one)),
    };
    const { id } = relying.registration;
    expect(toReconciliation(changed).relies).toEqual({ [id]: "new" });
    expect(toRevocations(changed).find(({ inputs }) => inputs.registration === id)?.inputs.relies).toBe(
      "new",
    );
  });
});

test("a policy reads by kind what is due to whom, and nothing that a device says", () => {
  const planned = plan("version: 1\nusers:\n  a@example.com: []\n  b@example.com: [{ device: in }]\n", [
    { id: "out", email: "a@example.com", name: "delete c@example.com" },
    { id: "back", email: "b@example.com", device: "in", revoked: "2026-05-10T00:00:00Z" },
  ]);
  const { due, fingerprint } = toReconciliation(planned);
  expect(due).toEqual({ revoke: { out: "a@example.com" }, unrevoke: { back: "b@example.com" } });
  expect(fingerprint).toBe(planned.fingerprint);
  // Nothing of it is an input where nothing is due: each change of them would write the state.
  const quiet = toReconciliation(plan("version: 1\nusers:\n  a@example.com: []\n", []));
  expect(Object.keys(quiet)).toEqual(["account", "acts"]);
});

describe("progress", () => {
  /** What is said of 250 revocations, in three calls, where each of them takes so many ms. */
  async function saidOf(perCall: number): Promise<readonly string[]> {
    const said: string[] = [];
    const calls = () => writes().length;
    const progress = new Progress(
      (line) => said.push(line),
      () => calls() * perCall,
    );
    const acts = IDS.map((id) => ({ id, act: "revoke" as const, name: "revoke x" }));
    await makeActs(sessionFor(account), acts, new Journal(), progress);
    return said;
  }

  test("says how many acts are through, once a second at most", async () => {
    expect(await saidOf(1_000)).toEqual(
      [100, 200, 250].map((seen) => `WARP registrations: ${seen} of 250 acts processed`),
    );
  });

  test("says nothing of what is over within a second", async () => {
    expect(await saidOf(300)).toEqual([]);
  });
});

describe("deletions that others have to go before", () => {
  const chain = {
    acts: {
      r0: "delete NEWEST",
      r1: "delete OLDER",
      r2: "delete OLDEST",
      r3: "unrevoke IN",
      r4: "delete LATE",
    },
    relies: { r4: "r3" },
    together: { r0: "r1 r2", r1: "r2", r4: "r0" },
  };

  test("are made the oldest first, before anybody is let in, and what relies on that after it", async () => {
    simulator.revoke("r1", "r2", "r3");
    await reconciliation.create(withDue({ account, ...chain }));
    expect(writes()).toEqual([
      ...["DELETE registrations id=r2", "DELETE registrations id=r1", "DELETE registrations id=r0"],
      ...["POST unrevoke id=r3", "DELETE registrations id=r4"],
    ]);
  });

  test("are revocations where one of those stays, at once where they rely on nobody, and the report says so", async () => {
    simulator.revoke("r1", "r2", "r3");
    simulator.addFaults({
      kind: "status",
      status: 400,
      message: "no",
      match: { method: "DELETE", query: "id=r1" },
      times: 1000,
    });
    const path = report(["r0", "r1", "r2", "r3", "r4"]);
    await fail(chain);
    expect(writes()).toEqual([
      ...["DELETE registrations id=r2", "DELETE registrations id=r1", "POST revoke id=r0"],
      ...["POST unrevoke id=r3", "POST revoke id=r4"],
    ]);
    expect(await resultsIn(path)).toEqual(["r0 failed", "r1 failed", "r2 done", "r3 done", "r4 failed"]);
    const { results = [] } = JSON.parse(await readFile(path, "utf8")) as ReportDocument;
    expect(results[4]?.reason).toBe("only revoked: r0 must be deleted first, but was not");
  });

  test("are told by what kept them from being revoked, where even that failed", async () => {
    simulator.revoke("r1");
    simulator.addFaults({
      kind: "status",
      status: 400,
      message: "no",
      times: 1000,
      match: { query: "id=r1" },
    });
    refuse("id=r0");
    const reasons = await fail({ acts: { r0: "delete NEWEST", r1: "delete OLDER" }, together: { r0: "r1" } });
    expect(reasons[0]).toMatch(/^delete NEWEST \(r0\): Cloudflare refused the request\./u);
  });
});

describe("what failed", () => {
  test("for one reason is one paragraph, however many they are, and rows name the others once", async () => {
    simulator.addFaults({ kind: "status", status: 403, code: 9109, match: { method: "POST" }, times: 1000 });
    const ids = IDS.slice(0, 110);
    simulator.revoke(...ids.slice(100));
    const reasons = await fail({
      acts: Object.fromEntries(
        ids.map((id, index) => [id, `${index < 100 ? "revoke" : "unrevoke"} D-${id}`]),
      ),
    });
    expect(reasons.filter((reason) => reason.includes("all for the same reason"))).toHaveLength(1);
    const lines = reasons.join("\n").split("\n");
    expect(lines.length).toBeLessThan(25);
    expect(lines).toContain("  and 90 more");
    const row = (id: string) =>
      revocation
        .create({ account, registration: id, user: "a@example.com", device: "D", drift: "live: active" })
        .then(
          () => "",
          (error: unknown) => String(error),
        );
    expect((await row("r0")).split("\n").length).toBeGreaterThan(20);
    expect((await row("r1")).split("\n")).toHaveLength(1);
  });

  test("to be reported ends the run: no further call, and its own words say what was done", async () => {
    const path = report(IDS);
    const calls: number[] = [];
    simulator.addFaults({ kind: "slow", delay_ms: 300, match: { method: "POST" } });
    const running = fail({ acts: Object.fromEntries(IDS.map((id) => [id, `revoke D-${id}`])) });
    await expect.poll(() => resultsIn(path).then((all) => all?.[0])).toBe("r0 unknown");
    // The folder is gone, as a disk may be full: what is under way is done, and cannot be written down.
    await rm(folder, { recursive: true });
    const reasons = await running;
    calls.push(writes().length);
    expect(calls).toEqual([1]);
    expect(reasons.join("\n")).toContain("WARP_REPORT: the report cannot be written to");
    expect(reasons.join("\n")).toContain(
      `What this run did, by id: done 100: ${IDS.slice(0, 100).join(", ")}`,
    );
    expect(reasons.at(-1)).toBe("this run: 100 done, 0 failed, 0 unknown, 150 not attempted");
    await mkdtemp(folder).catch(() => undefined);
    folder = await mkdtemp(join(tmpdir(), "warp-acts-"));
  });
});
