import { expect, test } from "vitest";
import { environment, parallelOf } from "./environment.js";

test("no variable of Pulumi's own is passed on that leads to a login or a stack", () => {
  const base = {
    HOME: "/h",
    PULUMI_ACCESS_TOKEN: "t",
    PULUMI_BACKEND_URL: "u",
    pulumi_home: "x",
    PULUMI_PARALLEL: "2",
  };
  expect(environment(base, { A: "1" }, { A: "2" })).toEqual({ HOME: "/h", PULUMI_PARALLEL: "2", A: "2" });
});

test("how many steps run at once", () => {
  expect(parallelOf(3, { PULUMI_PARALLEL: "2" })).toBe(3);
  expect(parallelOf(undefined, { PULUMI_PARALLEL: "2" })).toBe(2);
  expect(parallelOf(undefined, { PULUMI_PARALLEL: "many" })).toBeUndefined();
});
