import { expect } from "vitest";
import { expectGone, inFolder, rowsOf, runStep, scenario, underEachEngine, type Done } from "./scenario.js";

const ALL = "changed dropped kept noted retained";
const LEFT = "changed kept noted";
const skipPreview = true;

function pidsOf({ calls }: Done): number {
  return new Set(calls.map(({ pid }) => pid)).size;
}

scenario("creates, leaves alone, updates, deletes and forgets", "lifecycle", [
  { at: 1, run: "preview", exitCode: 0, steps: { create: 6 }, calls: { check: ALL } },
  {
    ...{ at: 1, run: "up", exitCode: 0, steps: { create: 6 } },
    calls: { check: ALL.replace(/\w+/gu, "$& $&"), create: ALL },
    also: (done) => expect(pidsOf(done), "preview and update each have a provider process").toBe(2),
  },
  { at: 1, run: "up", skipPreview, exitCode: 0, steps: { same: 6 }, calls: { check: ALL, diff: ALL } },
  {
    ...{ at: 2, run: "up", skipPreview, exitCode: 0, steps: { update: 1, delete: 2, same: 3 } },
    calls: { check: LEFT, diff: LEFT, update: "changed", delete: "dropped" },
    also: ({ result, state }) => {
      expect(result.output).toMatch(/- .*\[retain\]/u);
      expect(rowsOf(state)).toEqual({
        changed: { id: "id-changed", in: { value: "2" }, out: { value: "2", made: "again" } },
        kept: { id: "id-kept", in: { value: "1" }, out: { value: "1", made: "whole" } },
        // A changed input that its diff does not mind: new inputs, old outputs.
        noted: { id: "id-noted", in: { value: "1", note: "2" }, out: { value: "1", made: "whole" } },
      });
    },
  },
  { at: 2, run: "destroy", skipPreview, exitCode: 0, steps: { delete: 4 }, calls: { delete: LEFT } },
]);

scenario("destroy forgets a retained resource without a call", "lifecycle", [
  { at: 1, run: "up", skipPreview, exitCode: 0, steps: { create: 6 }, calls: { check: ALL, create: ALL } },
  {
    ...{ at: 1, run: "destroy", exitCode: 0, steps: { delete: 6 } },
    calls: { delete: "changed dropped kept noted" },
    also: ({ state }) => expect(state.resources).toEqual([]),
  },
]);

scenario("exit code 7 says that something changed where nothing should", "lifecycle", [
  {
    ...{
      at: 1,
      run: "preview",
      expectNoChanges: true,
      exitCode: 7,
      steps: { create: 6 },
      calls: { check: ALL },
    },
    also: ({ result }) => expect(result.output).toContain("no changes were expected for preview"),
  },
  {
    ...{ at: 1, run: "up", skipPreview, expectNoChanges: true, exitCode: 7, steps: { create: 6 } },
    calls: { check: ALL, create: ALL },
  },
  {
    ...{ at: 1, run: "preview", expectNoChanges: true, exitCode: 0, steps: { same: 6 } },
    calls: { check: ALL, diff: ALL },
  },
]);

scenario("targets leave all others as they are", "lifecycle", [
  {
    ...{ at: 1, run: "up", skipPreview, targets: ["changed"], exitCode: 0, steps: { create: 2, same: 4 } },
    calls: { check: "changed", create: "changed" },
    also: ({ state }) => expect(Object.keys(rowsOf(state))).toEqual(["changed"]),
  },
  {
    ...{ at: 1, run: "up", skipPreview, exitCode: 0, steps: { create: 4, same: 2 } },
    calls: { check: ALL, diff: "changed", create: "dropped kept noted retained" },
  },
  {
    ...{ at: 2, run: "up", skipPreview, targets: ["changed", "dropped"], exitCode: 0 },
    ...{ steps: { update: 1, delete: 1, same: 4 } },
    calls: { check: "changed", diff: "changed", update: "changed", delete: "dropped" },
  },
  {
    ...{ at: 2, run: "destroy", skipPreview, targets: ["kept"], exitCode: 0, steps: { delete: 1, same: 4 } },
    calls: { delete: "kept" },
  },
]);

scenario("a partial failure keeps the resource and forces an update", "partial", [
  {
    ...{ at: 1, run: "up", skipPreview, exitCode: 1, steps: { create: 1, failed: 2 } },
    calls: { check: "half", create: "half" },
    also: ({ result, state }) => {
      expect(result.output).toContain("* one thing");
      expect(result.output).toContain("* another thing");
      expect(rowsOf(state)).toEqual({
        half: { id: "id-half", in: { value: "1", half: "create" }, out: { value: "1", made: "half" } },
      });
    },
  },
  {
    ...{
      at: 2,
      run: "preview",
      expectNoChanges: true,
      exitCode: 7,
      steps: { create: 1, update: 1, same: 1 },
    },
    calls: { check: "after half", diff: "half" },
  },
  {
    ...{ at: 2, run: "up", skipPreview, exitCode: 0, steps: { create: 1, update: 1, same: 1 } },
    calls: { check: "after half", diff: "half", update: "half", create: "after" },
  },
  {
    ...{ at: 2, run: "up", skipPreview, exitCode: 0, steps: { same: 3 } },
    calls: { check: "after half", diff: "after half" },
  },
]);

scenario("a resource waits for those that it depends on, and is deleted before them", "order", [
  {
    ...{ at: 1, run: "up", skipPreview, exitCode: 0, steps: { create: 4 } },
    calls: { check: "first last second", create: "first last second" },
    also: (done) => {
      const order = done.calls.map(({ method, name }) => `${method} ${name}`);
      expect(order.indexOf("create second"), "both at once").toBeLessThan(order.indexOf("created first"));
      expect(order.slice(-3)).toEqual(["check last", "create last", "created last"]);
      expect(pidsOf(done)).toBe(1);
      expect(rowsOf(done.state)).toMatchObject({ last: { in: { value: "whole" } } });
    },
  },
  {
    ...{ at: 1, run: "destroy", skipPreview, exitCode: 0, steps: { delete: 4 } },
    calls: { delete: "first last second" },
    also: ({ calls }) => expect(calls[0]?.name).toBe("last"),
  },
]);

scenario("a refused check stops an update after its preview", "refused", [
  {
    ...{ at: 1, run: "up", skipPreview, exitCode: 0, steps: { create: 3 } },
    calls: { check: "bad fine", create: "bad fine" },
  },
  {
    ...{ at: 2, run: "preview", exitCode: 1, steps: { same: 2, failed: 1 } },
    calls: { check: "bad fine", diff: "fine" },
    also: ({ result }) => {
      expect(result.output).toContain("not like this");
      expect(result.output, "no stack").not.toMatch(/^\s+at /mu);
    },
  },
  {
    ...{ at: 2, run: "up", exitCode: 1, steps: { same: 2, failed: 1 } },
    calls: { check: "bad fine", diff: "fine" },
    also: (done) => expect(pidsOf(done), "no update was begun").toBe(1),
  },
]);

scenario("a failed step stops what has not begun, and continueOnError does not", "fails", [
  {
    ...{ at: 1, run: "up", skipPreview, exitCode: 1, steps: { create: 2, failed: 2 } },
    calls: { check: "broken slow", create: "broken slow" },
    also: ({ state }) => expect(Object.keys(rowsOf(state)), "what had begun is kept").toEqual(["slow"]),
  },
  {
    ...{ at: 1, run: "up", skipPreview, continueOnError: true, exitCode: 1 },
    ...{ steps: { create: 1, same: 2, failed: 2 } },
    calls: { check: "broken later slow waiting", diff: "slow", create: "broken later" },
  },
]);

const world = { "id-there": "1", "id-changed": "2" };
const THREE = "changed gone there";

scenario("refresh tells what has changed and what is gone", "refresh", [
  {
    at: 1,
    run: "up",
    skipPreview,
    exitCode: 0,
    steps: { create: 4 },
    calls: { check: THREE, create: THREE },
  },
  {
    ...{ at: 1, run: "preview", refresh: true, expectNoChanges: true, world, exitCode: 7 },
    ...{ steps: { create: 1, update: 1, same: 2 } },
    calls: { read: THREE, diff: "changed changed there there", check: THREE },
  },
  {
    ...{ at: 1, run: "refresh", skipPreview, world, exitCode: 0, steps: { update: 1, delete: 1, same: 2 } },
    calls: { read: THREE, diff: "changed there" },
    also: ({ state }) =>
      expect(rowsOf(state)).toEqual({
        changed: { id: "id-changed", in: { value: "2" }, out: { value: "2", made: "read" } },
        there: { id: "id-there", in: { value: "1" }, out: { value: "1", made: "read" } },
      }),
  },
  {
    ...{ at: 1, run: "refresh", expectNoChanges: true, world, exitCode: 0, steps: { same: 3 } },
    calls: { read: "changed changed there there", diff: "changed changed there there" },
  },
]);

scenario("a program that fails shows its rows in a preview, and undoes nothing in an update", "stops", [
  {
    ...{ at: 2, run: "preview", exitCode: 1, steps: { create: 2, failed: 1 }, calls: { check: "row" } },
    also: ({ result }) => {
      expect(result.output).toMatch(/create.*row|row.*create/u);
      expect(result.output).toContain("about to decide");
      expect(result.output).toContain("error: no further, by the user's own fault");
      expect(result.output, "no stack").not.toMatch(/^\s+at /mu);
    },
  },
  {
    ...{ at: 2, run: "up", exitCode: 1, steps: { create: 2, failed: 1 }, calls: { check: "row" } },
    also: ({ state }) => expect(state.resources).toEqual([]),
  },
  {
    ...{ at: 1, run: "up", skipPreview, exitCode: 1, steps: { create: 2, failed: 1 } },
    calls: { check: "row", create: "row" },
    also: ({ state }) => expect(Object.keys(rowsOf(state))).toEqual(["row"]),
  },
]);

scenario("config reaches the program and the provider by full keys", "config", [
  {
    ...{
      at: 1,
      run: "up",
      skipPreview,
      exitCode: 0,
      steps: { create: 2 },
      calls: { check: "row", create: "row" },
    },
    also: ({ calls, state }) => {
      expect(calls.find(({ method }) => method === "create")).toMatchObject({ greeting: "hi" });
      expect(rowsOf(state)).toMatchObject({ row: { in: { value: "hi fixture dev" } } });
    },
  },
]);

scenario("config that Pulumi.yaml declares has its default, or must be set", "declared", [
  {
    ...{ at: 1, run: "preview", exitCode: 1, steps: {}, calls: {} },
    also: ({ result }) => expect(result.output).toContain("missing configuration value 'fixture:needed'"),
  },
  {
    ...{ at: 1, run: "up", skipPreview: true, config: { "fixture:needed": "x" }, exitCode: 0 },
    ...{ steps: { create: 2 }, calls: { check: "row", create: "row" } },
    also: ({ state }) => expect(rowsOf(state)).toMatchObject({ row: { in: { value: "fallback" } } }),
  },
]);

underEachEngine("an aborted run finishes what has begun and leaves no process", (engine) =>
  inFolder(async (folder) => {
    const abort = new AbortController();
    const done = await runStep(engine, "slow", folder, {
      ...{ at: 1, run: "up", skipPreview, signal: abort.signal },
      onLine: (line) => {
        if (line.includes("about to wait")) abort.abort();
      },
    });
    expect(done.result.exitCode).toBe(1);
    expect(done.calls.map(({ method, name }) => `${method} ${name}`)).not.toContain("create later");
    await expectGone(done.calls.map(({ pid }) => pid));
    const again = await runStep(engine, "slow", folder, { at: 1, run: "preview" });
    expect(again.result.exitCode, "no lock is left").toBe(0);
  }),
);
