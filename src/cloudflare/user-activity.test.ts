import { expect, test } from "vitest";
import { userActivityOf } from "./access-users.js";
import type { OpenedAnswer } from "./envelope.js";
import type { Call } from "./transport.js";

const PATH = "/accounts/acc/access/users";

function setUp(answer: Partial<OpenedAnswer>) {
  const calls: Call[] = [];
  const send = (call: Call): Promise<OpenedAnswer> => {
    calls.push(call);
    return Promise.resolve({ status: 200, result: undefined, resultInfo: undefined, ...answer });
  };
  return { calls, activity: userActivityOf({ send }, PATH) };
}

test("the calls name the user and the session in the path, encoded", async () => {
  const { calls, activity } = setUp({ result: {} });
  await activity.activeSessions.get("u/1", "n 1");
  await activity.lastSeenIdentity("u/1");
  expect(calls).toEqual([
    { method: "GET", path: `${PATH}/u%2F1/active_sessions/n%201` },
    { method: "GET", path: `${PATH}/u%2F1/last_seen_identity` },
  ]);
  await expect(activity.failedLogins("..")).rejects.toMatchObject({ code: "cloudflare/bad-setting" });
  await expect(activity.activeSessions.get("u", "")).rejects.toThrow("the id is empty");
  expect(calls).toHaveLength(2);
});

test.each([undefined, null, {}])("an identity that is %j is none", async (result) => {
  expect(await setUp({ result }).activity.lastSeenIdentity("u")).toBeUndefined();
});

test.each([undefined, null, []])("a list that is %j is empty", async (result) => {
  expect(await setUp({ result }).activity.failedLogins("u")).toEqual([]);
});

test("what is no object is no record, and what is no list is no listing", async () => {
  const bad = { code: "cloudflare/bad-record" };
  await expect(setUp({ result: ["x"] }).activity.failedLogins("u")).rejects.toMatchObject(bad);
  await expect(setUp({ result: "x" }).activity.lastSeenIdentity("u")).rejects.toMatchObject(bad);
  await expect(setUp({ result: null }).activity.activeSessions.get("u", "n")).rejects.toMatchObject(bad);
  await expect(setUp({ result: {} }).activity.activeSessions.list("u")).rejects.toMatchObject({
    code: "cloudflare/incomplete-listing",
  });
});
