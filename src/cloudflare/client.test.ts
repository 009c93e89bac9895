import { inspect } from "node:util";
import { MockAgent } from "undici";
import { expect, test } from "vitest";
import { type ClientOptions, createClient } from "./client.js";
import { tokenCredentials } from "./credentials.js";

const options = {
  accountId: "a1b2",
  credentials: tokenCredentials("s3cret"),
  baseUrl: "https://api.example/v4",
};

test.each(["", "a/b", "..", "a".repeat(33), "a b", "ä"])("the account id %j is refused", (accountId) => {
  expect(() => createClient({ ...options, accountId })).toThrow("The account id is");
});

test.each<Partial<ClientOptions>>([
  { perPage: 0 },
  { chunkSize: 1.5 },
  { maxAttempts: NaN },
  { maxListings: -1 },
  { deadlineMs: Infinity },
  { attemptTimeoutMs: 0 },
])("the setting %j is refused by its name", (setting) => {
  expect(() => createClient({ ...options, ...setting })).toThrow(`${Object.keys(setting).join()} is `);
});

test.each(["x", "1e3", "0", "-1", "s3cret-in-the-wrong-place"])(
  "WARP_MAX_PAGES of %j is refused by its name, and not shown",
  (text) => {
    const open = () => createClient({ ...options, env: { WARP_MAX_PAGES: text } });
    expect(open).toThrow(/^WARP_MAX_PAGES is (?:not a whole number|0)\./u);
  },
);

test("a client reads through one connection, counts its requests, and does not show the secret", async () => {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const path = "/v4/accounts/a1b2/devices/registrations?status=all&sort_by=id&sort_order=asc&per_page=1000";
  agent
    .get("https://api.example")
    .intercept({ path, headers: { authorization: "Bearer s3cret" } })
    .reply(200, {
      success: true,
      errors: [],
      messages: [],
      result: [],
      result_info: { count: 0, cursor: "" },
    });
  const client = createClient({ ...options, dispatcher: agent });
  expect(client.requests).toBe(0);
  expect(await client.registrations.listAll({ status: "all" })).toEqual([]);
  expect(client.requests).toBe(1);
  agent.assertNoPendingInterceptors();
  expect(inspect(client, { depth: 9, showHidden: true })).not.toContain("s3cret");
  await client.close();
  await expect(client.physicalDevices.listAll()).rejects.toMatchObject({ code: "cloudflare/closed" });
});
