import { afterEach, describe, expect, test } from "vitest";
import { Ajv } from "ajv";
import {
  generateWorld,
  startSimulator,
  type SimulatorSettings,
  type Simulator,
  type World,
} from "../src/simulator/index.js";
import { answerValidator, type Json, NEWER, readDocument, there, withoutNewer } from "./openapi-document.js";

/* Every kind of answer of the simulator against Cloudflare's own OpenAPI document. */

const USERS = "/accounts/{account_id}/access/users";
const REGISTRATIONS = "/accounts/{account_id}/devices/registrations";
const DEVICES = "/accounts/{account_id}/devices/physical-devices";

const fleet = generateWorld({ registrations: 30, users: 12, seed: 21, revoked: 5 });
const U = fleet.access_users!.find(({ active_sessions: sessions = [] }) => sessions.length > 0)!;
const world: World = {
  ...fleet,
  access_users: fleet.access_users!.map((user) =>
    user.id === U.id
      ? { ...user, failed_logins: [{ expiration: 1_790_000_000, metadata: { app_name: "Wiki" } }] }
      : user,
  ),
  registrations: fleet.registrations.map((row, index) =>
    index === 0 ? { ...row, registration_type: "browser_extension", virtual_ipv6: "2606:4700:cf1::1" } : row,
  ),
};
const R = world.registrations[0]!.id;
const D = world.registrations[0]!.device.id;
const NONCE = U.active_sessions![0]!.metadata!.nonce!;
/** Who never signed in. */
const QUIET = { id: "quiet", email: "quiet@example.com", created_at: "2026-01-01T00:00:00Z" };

let simulator: Simulator | undefined;
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

async function ask(path: string, method: string, settings: Partial<SimulatorSettings>, sent?: Json) {
  simulator ??= await startSimulator({ world, settings });
  const where = path.replace("{account_id}", simulator.accountId);
  const body = sent === undefined ? {} : { body: JSON.stringify(sent) };
  const reply = await fetch(`${simulator.url}${where}`, { method, ...body });
  return { status: reply.status, body: (await reply.json()) as Json };
}

async function answer(path: string, method: string, settings: Partial<SimulatorSettings>): Promise<Json> {
  return (await ask(path, method, settings)).body;
}

const ANSWERS = [
  [REGISTRATIONS, "get", "?status=all"],
  [REGISTRATIONS, "get", "?status=all&include=policy&per_page=7"],
  [REGISTRATIONS, "get", "?id=nobody"],
  [REGISTRATIONS, "delete", `?id=${R}`],
  [`${REGISTRATIONS}/{registration_id}`, "get", ""],
  [`${REGISTRATIONS}/{registration_id}`, "get", "?include=policy"],
  [`${REGISTRATIONS}/{registration_id}`, "delete", ""],
  [`${REGISTRATIONS}/revoke`, "post", `?id=${R}`],
  [`${REGISTRATIONS}/unrevoke`, "post", `?id=${R}`],
  [DEVICES, "get", "?active_registrations=include"],
  [DEVICES, "get", "?include=last_seen_registration.policy&per_page=3"],
  [`${DEVICES}/{device_id}`, "get", "?include=last_seen_registration.policy"],
  [`${DEVICES}/{device_id}`, "delete", ""],
  [`${DEVICES}/{device_id}/revoke`, "post", ""],
  [USERS, "get", ""],
  [USERS, "get", "?per_page=3&page=2"],
  [USERS, "get", "?email=nobody@example.com&page=7"],
  [USERS, "post", "", { email: "new@example.com" }],
  [`${USERS}/{user_id}`, "get", ""],
  [`${USERS}/{user_id}`, "put", "", { email: U.email, name: "Other" }],
  [`${USERS}/{user_id}`, "delete", ""],
  [`${USERS}/{user_id}/active_sessions`, "get", ""],
  [`${USERS}/{user_id}/active_sessions/{nonce}`, "get", ""],
  [`${USERS}/{user_id}/last_seen_identity`, "get", ""],
  [`${USERS}/{user_id}/failed_logins`, "get", ""],
] as const satisfies readonly (readonly [path: string, method: string, query: string, body?: Json])[];

const WAYS: readonly Partial<SimulatorSettings>[] = [
  {},
  { null_fields: "sent", total_count: "given" },
  { last_page: "empty-page", cursor: "offset", deleted_rows: "shown", get_deleted: "record" },
  { user_total_count: "left-out", user_total_pages: "left-out", user_delete_row: "stays" },
];

describe.skipIf(!there)("answers are what the OpenAPI document says", () => {
  test.each(
    ANSWERS.flatMap(([path, method, query, sent]) =>
      WAYS.map((settings) => ({ path, method, query, sent, settings })),
    ),
  )("$method $path $query with $settings", async ({ path, method, query, sent, settings }) => {
    const filled = path
      .replace("{registration_id}", R)
      .replace("{device_id}", D)
      .replace("{user_id}", U.id)
      .replace("{nonce}", NONCE);
    const { status, body } = await ask(filled + query, method.toUpperCase(), settings, sent);
    expect(body.success).toBe(true);
    const validate = answerValidator(path, method, status);
    validate(withoutNewer(body));
    expect(validate.errors ?? []).toEqual([]);
  });

  test("users whom a world or registrations make up are users by the document too", async () => {
    const { access_users: _, ...rest } = world;
    for (const begin of [rest, { ...world, access_users: [QUIET] }]) {
      simulator = await startSimulator({ world: begin });
      const { status, body } = await ask(USERS, "GET", {});
      expect((body.result as unknown[]).length).toBeGreaterThan(0);
      const validate = answerValidator(USERS, "get", status);
      validate(body);
      expect(validate.errors ?? []).toEqual([]);
      await simulator.close();
      simulator = undefined;
    }
  });

  test.each(["empty", "null"] as const)(
    "no identity: %s; null goes against the document, as that setting means to",
    async (user_without_identity) => {
      const settings = { user_without_identity };
      simulator = await startSimulator({ world: { ...world, access_users: [QUIET] }, settings });
      const path = `${USERS}/{user_id}/last_seen_identity`;
      const { status, body } = await ask(path.replace("{user_id}", "quiet"), "GET", {});
      const validate = answerValidator(path, "get", status);
      expect(validate(body)).toBe(user_without_identity === "empty");
    },
  );

  test.each([
    [400, USERS, "post", { name: "no e-mail" }, {}],
    [409, USERS, "post", { email: U.email }, {}],
    [404, `${USERS}/{user_id}/active_sessions/{nonce}`, "get", undefined, {}],
    [400, USERS, "get", undefined, { access_users: "not-enabled" }],
    [403, USERS, "get", undefined, { access_users: "forbidden" }],
  ] as const)("a refusal (%i) of %s %s is the document's", async (status, path, method, sent, settings) => {
    const filled = path.replace("{user_id}", U.id).replace("{nonce}", "no-such-nonce");
    const refused = await ask(filled, method.toUpperCase(), settings, sent);
    expect(refused.status).toBe(status);
    const validate = answerValidator(path, method, status);
    validate(refused.body);
    expect(validate.errors ?? []).toEqual([]);
  });

  test("what is newer than the document is exactly what this test names", async () => {
    const body = await answer(`${REGISTRATIONS}?status=all&include=policy`, "GET", { null_fields: "sent" });
    const validate = answerValidator(REGISTRATIONS, "get", 200);
    validate(body);
    const extra = (validate.errors ?? []).map(({ params }) => (params as Json).additionalProperty);
    expect([...new Set(extra)]).toEqual(NEWER);
  });

  test("the document requires a cursor, which a last page may lack: the setting no-cursor goes against it", async () => {
    const body = await answer(`${REGISTRATIONS}?per_page=1000`, "GET", { last_page: "no-cursor" });
    const validate = answerValidator(REGISTRATIONS, "get", 200);
    validate(withoutNewer(body));
    expect(
      (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`),
    ).toEqual(["/result_info must have required property 'cursor'"]);
  });

  test("deleted rows are registrations too", async () => {
    await answer(REGISTRATIONS, "GET", { deleted_rows: "shown" });
    simulator!.delete(R);
    const body = await answer(`${REGISTRATIONS}?status=all&id=${R}`, "GET", {});
    expect(body.result).toMatchObject([{ id: R, deleted_at: expect.any(String) as string }]);
    const validate = answerValidator(REGISTRATIONS, "get", 200);
    validate(withoutNewer(body));
    expect(validate.errors ?? []).toEqual([]);
  });

  test("every enumerated query parameter takes the words of the document, and no other", async () => {
    const document = readDocument();
    const asked: string[] = [];
    for (const [id, { name, schema }] of Object.entries(document.components.parameters)) {
      if (!id.startsWith("teams-devices_devices_list_") || schema.enum === undefined) continue;
      const path = id.includes("list_devices") ? DEVICES : REGISTRATIONS;
      asked.push(name);
      for (const word of [...schema.enum, "no-such-word"]) {
        const { success } = await answer(`${path}?${name}=${word}`, "GET", {});
        expect({ name, word, success }).toEqual({ name, word, success: word !== "no-such-word" });
      }
    }
    expect(asked.sort()).toEqual([
      "active_registrations",
      "sort_by",
      "sort_by",
      "sort_order",
      "sort_order",
      "status",
    ]);
  });

  test.each([
    ["400", `${REGISTRATIONS}/revoke`, "POST"],
    ["403", REGISTRATIONS.replace("{account_id}", "f".repeat(32)), "GET"],
    ["404", `${REGISTRATIONS}/nobody`, "GET"],
    ["405", REGISTRATIONS, "PUT"],
  ])("a refusal (%s) has messages with a code and a text", async (_status, path, method) => {
    const { success, errors, messages, result } = await answer(path, method, {});
    expect({ success, messages, result }).toEqual({ success: false, messages: [], result: null });
    const document = readDocument();
    const message = document.components.schemas["teams-devices_v4_response_message"] as Json;
    expect(new Ajv({ strict: false }).validate({ type: "array", minItems: 1, items: message }, errors)).toBe(
      true,
    );
  });
});
