import { expect } from "vitest";
import { callsOf, scenario, writesOf } from "./trace.js";
import { LISTED } from "./small-account.js";

const rows = async (stack: { state(): Promise<{ resources: readonly { name: string }[] }> }) =>
  (await stack.state()).resources.map(({ name }) => name).sort();

scenario("destroy touches nothing that is live", LISTED, async ({ stack, simulator }) => {
  await stack.up({ skipPreview: true });
  const before = simulator.log().length;
  const world = simulator.world();
  const destroyed = await stack.destroy({ skipPreview: true });
  expect(destroyed.exitCode, destroyed.output).toBe(0);
  expect(callsOf(simulator, before)).toEqual([]);
  expect(simulator.world()).toEqual(world);
  expect(await rows(stack)).toEqual([]);
});

scenario(
  "refresh tells the truth, with one listing for any number of rows",
  LISTED,
  async ({ stack, simulator }) => {
    await stack.up({ skipPreview: true });
    simulator.delete("alice-old");
    simulator.unrevoke("carol-gone");
    const before = simulator.log().length;
    const refreshed = await stack.refresh({ skipPreview: true });
    expect(refreshed.exitCode, refreshed.output).toBe(0);
    expect(callsOf(simulator, before)).toEqual([
      "GET registrations status=all&sort_by=id&sort_order=asc&per_page=1000",
      "GET registrations status=all&sort_by=id&sort_order=asc&per_page=1000&cursor=…",
    ]);
    expect(await rows(stack)).toEqual([
      "acts",
      "carol@example.com/carol-gone",
      "carol@example.com/carol-laptop",
      "warp",
    ]);
    const gone = (await stack.state()).resources.find(({ name }) => name.endsWith("carol-gone"));
    expect(gone?.outputs).toMatchObject({ live: "active" });
    expect(gone?.inputs).not.toHaveProperty("drift");

    expect((await stack.up({ skipPreview: true })).exitCode).toBe(0);
    expect(writesOf(simulator, before)).toEqual(["POST registrations/revoke id=carol-gone"]);
  },
);

scenario("refresh calls nothing drift that is not, and all that is", LISTED, async ({ stack, simulator }) => {
  await stack.up({ skipPreview: true });
  // The inputs of that run say what was due in it; it has been done.
  const quiet = await stack.refresh({ skipPreview: true, expectNoChanges: true });
  expect(quiet.exitCode, quiet.output).toBe(0);
  simulator.unrevoke("carol-gone");
  const drifted = await stack.refresh({ skipPreview: true, expectNoChanges: true });
  expect(drifted.exitCode, drifted.output).toBe(7);
  expect(drifted.steps, drifted.output).toEqual({ update: 1, same: 5 });
});

scenario("preview --refresh shows what is due and changes nothing", LISTED, async ({ stack, simulator }) => {
  await stack.up({ skipPreview: true });
  simulator.unrevoke("carol-gone");
  const before = simulator.log().length;
  const preview = await stack.preview({ refresh: true });
  expect(preview.exitCode, preview.output).toBe(0);
  expect(preview.output).toContain("revoke   CAROL-PC");
  expect(writesOf(simulator, before)).toEqual([]);
});

scenario(
  "a registration deleted in the dashboard leaves the state without a call",
  LISTED,
  async ({ stack, simulator }) => {
    await stack.up({ skipPreview: true });
    simulator.delete("alice-old");
    const preview = await stack.preview({ expectNoChanges: true });
    expect(preview.exitCode).toBe(7);
    expect(preview.output).toContain("in sync, no act is due");
    expect(preview.output).toContain("[retain]");
    const before = simulator.log().length;
    expect((await stack.up({ skipPreview: true })).exitCode).toBe(0);
    expect(writesOf(simulator, before)).toEqual([]);
    expect(await rows(stack)).not.toContain("alice@example.com/alice-old");
  },
);

scenario("up --target revokes that one, by a call of its own", LISTED, async ({ stack, simulator }) => {
  await stack.up({ skipPreview: true });
  simulator.unrevoke("alice-old", "carol-gone");
  const before = simulator.log().length;
  const up = await stack.up({ skipPreview: true, targets: ["alice@example.com/alice-old"] });
  expect(up.exitCode, up.output).toBe(0);
  expect(writesOf(simulator, before)).toEqual(["POST registrations/revoke id=alice-old"]);
  expect((await stack.up({ skipPreview: true })).exitCode).toBe(0);
  expect(writesOf(simulator, before).slice(1)).toEqual(["POST registrations/revoke id=carol-gone"]);
});

scenario("a narrower scope lets nobody in", LISTED, async (trial) => {
  const { stack, simulator } = trial;
  await stack.up({ skipPreview: true });
  await trial.write(
    "allowlist.yaml",
    "version: 1\nscope: { emails: [alice@example.com] }\nusers:\n  alice@example.com:\n    - serial: SN-d1\n",
  );
  const before = simulator.log().length;
  const up = await stack.up({ skipPreview: true });
  expect(up.exitCode, up.output).toBe(0);
  expect(writesOf(simulator, before)).toEqual([]);
});
