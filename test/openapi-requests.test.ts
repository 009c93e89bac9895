import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startSimulator, type Simulator } from "../src/simulator/index.js";
import { CALLS, ourClient } from "./official-client-calls.js";
import { NOW, TOKEN, world } from "./official-client-world.js";
import {
  answerValidator,
  bodyValidator,
  type Json,
  parametersOf,
  there,
  withoutNewer,
} from "./openapi-document.js";
import { type Exchange, type Recorder, startRecorder } from "./wire-recorder.js";

/* Every request of the client, as it goes over the wire, and the answer to it, against Cloudflare's document. */

/** Parameters that are newer than the document. */
const NEWER_PARAMETERS = ["registration_type"];

let simulator: Simulator;
let recorder: Recorder;

beforeEach(async () => {
  simulator = await startSimulator({ world, token: TOKEN, now: NOW });
  recorder = await startRecorder(simulator.url);
});
afterEach(async () => {
  await recorder.close();
  await simulator.close();
});

/** What is wrong with a query by the document, one line each. */
function faultsOf(query: string, path: string, method: string): readonly string[] {
  const given = new URLSearchParams(query);
  const known = parametersOf(path, method).filter((parameter) => parameter.in === "query");
  const unknown = [...new Set(given.keys())].filter(
    (name) => !NEWER_PARAMETERS.includes(name) && !known.some((parameter) => parameter.name === name),
  );
  const wrong = known.flatMap(({ name, required, schema }) => {
    const values = given.getAll(name);
    if (required && values.length === 0) return [`${name} is missing`];
    if (schema.type !== "array" && values.length > 1) return [`${name} comes ${values.length} times`];
    return values.flatMap((value) => {
      if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${name}=${value} is no choice`];
      if (schema.type === "integer" && !/^\d+$/.test(value)) return [`${name}=${value} is no number`];
      return [];
    });
  });
  return [...unknown.map((name) => `no parameter ${name}`), ...wrong];
}

/** The document's words for what is wrong with a body. */
function bodyFaults({ body }: Exchange, path: string, method: string): readonly string[] {
  const validate = bodyValidator(path, method);
  if (validate === undefined) return body === "" ? [] : ["a body where none is taken"];
  validate(JSON.parse(body));
  return (validate.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath} ${message}`);
}

describe.skipIf(!there)("requests and answers are what the OpenAPI document says", () => {
  test.each(CALLS)("$name", async ({ endpoint, ours }) => {
    const client = ourClient(recorder.url, simulator.accountId);
    await ours(client).finally(client.close);
    const [method = "", path = ""] = endpoint.split(" ");
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
    expect(recorder.exchanges.length).toBeGreaterThan(0);
    for (const exchange of recorder.exchanges) {
      expect(exchange.method).toBe(method);
      expect(exchange.path).toMatch(pattern);
      expect(faultsOf(exchange.query, path, method)).toEqual([]);
      expect(bodyFaults(exchange, path, method)).toEqual([]);
      const validate = answerValidator(path, method, exchange.status);
      validate(withoutNewer(JSON.parse(exchange.answer) as Json));
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  test("the proof has teeth: what the document does not have is told", () => {
    const [list, users] = [
      "/accounts/{account_id}/devices/registrations",
      "/accounts/{account_id}/access/users",
    ];
    expect(faultsOf("status=gone&per_page=x&cursor=a&cursor=b&colour=red", list, "GET")).toEqual([
      "no parameter colour",
      "status=gone is no choice",
      "per_page=x is no number",
      "cursor comes 2 times",
    ]);
    expect(faultsOf("", list, "DELETE")).toEqual(["id is missing"]);
    const exchange = { body: '{"name":1,"role":"x"}' } as Exchange;
    expect(bodyFaults(exchange, users, "POST")).toEqual([
      " must have required property 'email'",
      " must NOT have additional properties",
      "/name must be string",
    ]);
    expect(bodyFaults(exchange, list, "DELETE")).toEqual(["a body where none is taken"]);
  });

  test("the parameter that is newer than the document is not in it by now", () => {
    const names = parametersOf("/accounts/{account_id}/devices/registrations", "GET").map(({ name }) => name);
    expect(names.filter((name) => NEWER_PARAMETERS.includes(name))).toEqual([]);
  });
});
