import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { afterEach, describe, expect, test } from "vitest";
import {
  generateWorld,
  startSimulator,
  type Settings,
  type Simulator,
  type World,
} from "../src/simulator/index.js";

/*
 * Every kind of answer of the simulator against Cloudflare's own OpenAPI document. The document is not part of this
 * repository: it is looked for beside it.
 */

const FILE = join(__dirname, "..", "..", "shared", "cloudflare", "openapi.json");
const there = existsSync(FILE);
if (!there) console.warn(`skipped: no OpenAPI document at ${FILE}, so nothing to validate answers against`);

type Json = Readonly<Record<string, unknown>>;
type Operation = Json & { readonly responses: Readonly<Record<string, Json>> };

/** Fields of a registration that are newer than the document. */
const NEWER = ["registration_type"];

const REGISTRATIONS = "/accounts/{account_id}/devices/registrations";
const DEVICES = "/accounts/{account_id}/devices/physical-devices";

const fleet = generateWorld({ registrations: 30, users: 12, seed: 21, revoked: 5 });
const world: World = {
  ...fleet,
  registrations: fleet.registrations.map((row, index) =>
    index === 0 ? { ...row, registration_type: "browser_extension", virtual_ipv6: "2606:4700:cf1::1" } : row,
  ),
};
const R = world.registrations[0]!.id;
const D = world.registrations[0]!.device.id;

let simulator: Simulator | undefined;
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

/**
 * A schema of OpenAPI 3.0 as JSON Schema: `nullable` becomes an alternative (also beside `$ref`, where 3.0 itself
 * would pass over it; the document means it), and an object takes no property that it does not name, so that a
 * misspelt field shows.
 */
function translate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translate);
  if (typeof value !== "object" || value === null) return value;
  const { nullable, example: _, ...rest } = value as Json;
  const schema = Object.fromEntries(
    Object.entries(rest).map(([name, inner]) => [
      name,
      name === "$ref" && typeof inner === "string" ? inner.replace("#/", "document#/") : translate(inner),
    ]),
  );
  const closed = "properties" in schema ? { ...schema, additionalProperties: false } : schema;
  return nullable === true ? { anyOf: [{ type: "null" }, closed] } : closed;
}

function validator(path: string, method: string): ValidateFunction {
  const document = JSON.parse(readFileSync(FILE, "utf8")) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, { properties?: Record<string, unknown> }> };
  };
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema({ $id: "document", components: { schemas: translate(document.components.schemas) } });
  const content = document.paths[path]?.[method]?.responses["200"]?.content as Record<string, Json>;
  return ajv.compile(translate(content["application/json"]!.schema) as Json);
}

async function answer(path: string, method: string, settings: Partial<Settings>): Promise<Json> {
  simulator ??= await startSimulator({ world, settings });
  const where = path.replace("{account_id}", simulator.accountId);
  const reply = await fetch(`${simulator.url}${where}`, { method });
  return (await reply.json()) as Json;
}

/** The answer without the fields that are newer than the document. */
function withoutNewer(body: Json): Json {
  const strip = (record: unknown): unknown =>
    typeof record === "object" && record !== null
      ? Object.fromEntries(Object.entries(record).filter(([name]) => !NEWER.includes(name)))
      : record;
  const { result } = body;
  return { ...body, result: Array.isArray(result) ? result.map(strip) : strip(result) };
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
] as const;

const WAYS: readonly Partial<Settings>[] = [
  {},
  { null_fields: "sent", total_count: "given" },
  { last_page: "empty-page", cursor: "offset", deleted_rows: "shown", get_deleted: "record" },
];

describe.skipIf(!there)("answers are what the OpenAPI document says", () => {
  test.each(ANSWERS.flatMap((each) => WAYS.map((settings) => [...each, settings] as const)))(
    "%s %s %s with %j",
    async (path, method, query, settings) => {
      const filled = path.replace("{registration_id}", R).replace("{device_id}", D);
      const body = await answer(filled + query, method.toUpperCase(), settings);
      expect(body.success).toBe(true);
      const validate = validator(path, method);
      validate(withoutNewer(body));
      expect(validate.errors ?? []).toEqual([]);
    },
  );

  test("what is newer than the document is exactly what this test names", async () => {
    const body = await answer(`${REGISTRATIONS}?status=all&include=policy`, "GET", { null_fields: "sent" });
    const validate = validator(REGISTRATIONS, "get");
    validate(body);
    const extra = (validate.errors ?? []).map(({ params }) => (params as Json).additionalProperty);
    expect([...new Set(extra)]).toEqual(NEWER);
  });

  test("the document requires a cursor, which a last page may lack: the setting no-cursor goes against it", async () => {
    const body = await answer(`${REGISTRATIONS}?per_page=1000`, "GET", { last_page: "no-cursor" });
    const validate = validator(REGISTRATIONS, "get");
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
    const validate = validator(REGISTRATIONS, "get");
    validate(withoutNewer(body));
    expect(validate.errors ?? []).toEqual([]);
  });

  test("every enumerated query parameter takes the words of the document, and no other", async () => {
    const document = JSON.parse(readFileSync(FILE, "utf8")) as {
      components: { parameters: Record<string, { name: string; schema: { enum?: string[] } }> };
    };
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
    const document = JSON.parse(readFileSync(FILE, "utf8")) as { components: { schemas: Json } };
    const message = document.components.schemas["teams-devices_v4_response_message"] as Json;
    expect(new Ajv({ strict: false }).validate({ type: "array", minItems: 1, items: message }, errors)).toBe(
      true,
    );
  });
});
