import { afterEach, expect, test } from "vitest";
import { allowlist, physicalDevice, registration } from "../../test/support/world.js";
import { type CloudflareClient, createClient, tokenCredentials } from "../cloudflare/index.js";
import { makePlan } from "../reconcile/plan.js";
import { type Simulator, startSimulator, type World } from "../simulator/index.js";
import { actsOf, fetchEvidence } from "./evidence.js";

const LIST = allowlist("version: 1\nusers:\n  bob@example.com: []\n  carol@example.com: []\n");
const BOB = {
  id: "user-bob@example.com",
  email: "Bob@example.com",
  access_seat: true,
  gateway_seat: false,
  last_successful_login: "2026-05-30T08:00:00Z",
  last_seen_identity: {
    ip: "203.0.113.7",
    geo: { country: "DE" },
    groups: ["staff", { name: "admins" }, 7],
    devicePosture: { p1: { rule_name: "disk encryption", success: false }, p2: { success: true } },
  },
  active_sessions: [{ metadata: { nonce: "n1" } }, { metadata: { nonce: "n2" } }],
  failed_logins: [
    { metadata: { datetime: "2026-05-01T00:00:00Z", app_name: "wiki" } },
    { metadata: { datetime: "2026-05-20T00:00:00Z", app_name: "mail" } },
  ],
};
const WORLD: World = {
  account_id: "0123456789abcdef0123456789abcdef",
  registrations: [
    registration({ id: "b1", email: "bob@example.com" }),
    registration({ id: "b2", email: "bob@example.com" }),
    registration({ id: "c1", email: "carol@example.com" }),
    registration({ id: "e1", email: "erin@example.com" }),
  ],
  physical_devices: [physicalDevice("dev-b1", {})],
  access_users: [BOB, { id: "user-erin@example.com", email: "erin@example.com" }],
};

let simulator: Simulator;
let client: CloudflareClient;
afterEach(async () => {
  await client.close();
  await simulator.close();
});

async function evidence(options?: Parameters<typeof fetchEvidence>[2]) {
  const { accountId, url } = simulator;
  client = createClient({ accountId, baseUrl: url, credentials: tokenCredentials("t") });
  const registrations = await client.registrations.listAll({ status: "all" });
  const plan = makePlan(LIST, { account: accountId, registrations }, new Date());
  return fetchEvidence(client, actsOf(plan), options);
}

const userCalls = () => simulator.log().filter(({ path }) => path.includes("/access/"));

test("each act tells what the account knows of its user, who is asked about once", async () => {
  simulator = await startSimulator({ world: WORLD });
  const found = await evidence();
  expect([...found.keys()].sort()).toEqual(["b1", "b2", "c1"]);
  expect(found.get("b1")).toEqual({
    lastSuccessfulLogin: "2026-05-30T08:00:00Z",
    identity: {
      ip: "203.0.113.7",
      country: "DE",
      groups: ["staff", "admins"],
      posture: [
        { name: "disk encryption", passed: false },
        { name: "p2", passed: true },
      ],
    },
    activeSessions: 2,
    failedLogins: [
      { at: "2026-05-20T00:00:00Z", detail: "mail" },
      { at: "2026-05-01T00:00:00Z", detail: "wiki" },
    ],
    seats: { access: true, gateway: false },
    activeDevices: 2,
    missing: [],
  });
  expect(found.get("b2")).toEqual(found.get("b1"));
  expect(found.get("c1")).toEqual({ missing: ["no Access user has this address"] });
  expect(userCalls().filter(({ path }) => path.includes("bob"))).toHaveLength(3);
  expect(userCalls().filter(({ path }) => path.includes("erin"))).toEqual([]);
});

test("what the token may not ask is noted, and not asked again", async () => {
  simulator = await startSimulator({ world: WORLD });
  simulator.addFaults({
    kind: "status",
    status: 403,
    code: 10000,
    match: { path: "/access/users" },
    times: 100,
  });
  const found = await evidence();
  const why = 'Access users: the token lacks the permission "Access: Audit Logs Read"';
  expect(found.get("b1")).toEqual({ missing: [why] });
  expect(found.get("c1")).toEqual({ missing: [why] });
  expect(userCalls()).toHaveLength(1);
});

test("beyond the cap a user is named as not asked about", async () => {
  simulator = await startSimulator({ world: WORLD });
  const found = await evidence({ mostUsers: 1 });
  expect(found.get("b1")?.activeSessions).toBe(2);
  expect(found.get("c1")).toEqual({
    missing: ["not asked: at most 1 users are asked about"],
  });
});
