import { expect, test } from "vitest";
import { abandoned, refusal, stopped, watch } from "./stop.js";

test("nobody stops what is not Pulumi's provider process", async () => {
  watch(["node", "/somewhere/vitest.mjs"]);
  expect(await refusal("POST")).toBeUndefined();
});

test("a provider that does not know its engine writes nothing", async () => {
  watch(["node", "/x/@pulumi/pulumi/cmd/dynamic-provider/index.js", "--what"]);
  expect(await refusal("POST")).toMatchObject({
    code: "cloudflare/stopped",
    doubtful: false,
    what: expect.stringMatching(/^It is not known which Pulumi engine this run belongs to/u) as string,
  });
  expect([stopped.aborted, abandoned.aborted]).toEqual([true, true]);
});
