import { Ajv, type SchemaObject } from "ajv";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fullDocument } from "../../test/support/report.js";
import type { Message } from "../allowlist/messages.js";
import { identityOf } from "../reconcile/findings/finding.js";
import { renderSarif, renderSarifMessages } from "./sarif.js";

interface Location {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region: { readonly startLine: number; readonly startColumn: number };
  };
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations?: readonly Location[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] };
    };
    readonly results: readonly Result[];
  }[];
}

const read = (text: string) => JSON.parse(text) as Log;
const resultsOf = (text: string) => read(text).runs[0]!.results;

const MESSAGES: readonly Message[] = [
  {
    code: "allowlist/bad-value",
    text: "not [so](http://x.example)",
    fix: "write it so",
    source: { file: "teams/a b#c.yaml", line: 7, column: 3 },
    related: [{ text: "the other", source: { file: "b.yaml", line: 1, column: 1 } }],
  },
  { code: "allowlist/no-files", text: "there is no allowlist yet" },
];

/** What the standard asks for (SARIF 2.1.0, 3.13 to 3.50), of the properties that are written. */
const text = {
  type: "object",
  required: ["text"],
  properties: { text: { type: "string", minLength: 1 } },
  additionalProperties: false,
};
const location = {
  physicalLocation: {
    type: "object",
    required: ["artifactLocation", "region"],
    additionalProperties: false,
    properties: {
      artifactLocation: {
        type: "object",
        required: ["uri"],
        additionalProperties: false,
        properties: { uri: { type: "string", pattern: "^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+$" } },
      },
      region: {
        type: "object",
        required: ["startLine", "startColumn"],
        additionalProperties: false,
        properties: {
          startLine: { type: "integer", minimum: 1 },
          startColumn: { type: "integer", minimum: 1 },
        },
      },
    },
  },
};
const shape: SchemaObject = {
  type: "object",
  required: ["version", "runs", "$schema"],
  additionalProperties: false,
  properties: {
    $schema: { type: "string" },
    version: { const: "2.1.0" },
    runs: {
      type: "array",
      minItems: 1,
      maxItems: 1,
      items: {
        type: "object",
        required: ["tool", "results"],
        additionalProperties: false,
        properties: {
          columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
          tool: {
            type: "object",
            required: ["driver"],
            properties: {
              driver: {
                type: "object",
                required: ["name", "rules"],
                additionalProperties: false,
                properties: {
                  name: { type: "string", minLength: 1 },
                  informationUri: { type: "string", pattern: "^https://[^ ]+$" },
                  rules: {
                    type: "array",
                    uniqueItems: true,
                    items: {
                      type: "object",
                      required: ["id", "shortDescription", "helpUri"],
                      additionalProperties: false,
                      properties: {
                        id: { type: "string", minLength: 1 },
                        shortDescription: text,
                        helpUri: { type: "string", pattern: "^https://[^ ]+$" },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: "array",
            items: {
              type: "object",
              required: ["ruleId", "ruleIndex", "level", "message", "partialFingerprints"],
              additionalProperties: false,
              properties: {
                ruleId: { type: "string", minLength: 1 },
                ruleIndex: { type: "integer", minimum: 0 },
                level: { enum: ["none", "note", "warning", "error"] },
                message: text,
                locations: {
                  type: "array",
                  items: {
                    type: "object",
                    additionalProperties: false,
                    required: ["physicalLocation"],
                    properties: location,
                  },
                },
                relatedLocations: {
                  type: "array",
                  uniqueItems: true,
                  items: {
                    type: "object",
                    additionalProperties: false,
                    required: ["id", "physicalLocation", "message"],
                    properties: { ...location, id: { type: "integer", minimum: 0 }, message: text },
                  },
                },
                partialFingerprints: { type: "object", additionalProperties: { type: "string" } },
                properties: { type: "object" },
              },
            },
          },
        },
      },
    },
  },
};

/** The standard's own schema is not in a package: whoever has the file names it, and it is asked as well. */
const standard = process.env.SARIF_SCHEMA;
if (standard === undefined || !existsSync(standard))
  console.warn(
    "SARIF_SCHEMA names no file: SARIF is held against its structure only, not the standard's schema",
  );

const DOCUMENTS = [
  ["a plan", renderSarif(fullDocument())],
  ["hostile text", renderSarif(fullDocument((own) => `${own} \u0000%/\\?#[](x)\ud800`))],
  ["messages", renderSarifMessages(MESSAGES)],
  ["nothing", renderSarifMessages([])],
] as const;

describe.each(DOCUMENTS)("of %s", (_name, output) => {
  test("the structure is that of SARIF 2.1.0", () => {
    const validate = new Ajv({ allErrors: true }).compile(shape);
    validate(JSON.parse(output));
    expect(validate.errors).toBeNull();
  });

  test.skipIf(standard === undefined || !existsSync(standard))("the standard's schema is met", () => {
    // It is of draft 4, by name; what it uses means the same in draft 7.
    const { $schema, id, ...schema } = JSON.parse(readFileSync(standard ?? "", "utf8")) as SchemaObject;
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
    validate(JSON.parse(output));
    expect(validate.errors).toBeNull();
  });

  test("each result names its rule by id and index", () => {
    const { tool, results } = read(output).runs[0]!;
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  });
});

test("acts, guards, problems, findings and skipped acts are results, each with its level", () => {
  const levels = resultsOf(renderSarif(fullDocument())).map(({ ruleId, level }) => `${ruleId} ${level}`);
  for (const one of [
    "allowlist/contradiction error",
    "guard/revoke note",
    "act/unrevoke warning",
    "act/revoke error",
    "act/revoke note",
    "access-user/delete error",
    "access-user/create note",
    "skipped/revoke note",
    "finding/unknown-user note",
  ])
    expect(levels).toContain(one);
  const held = resultsOf(renderSarif({ ...fullDocument(), approved: false }));
  expect(held.find(({ ruleId }) => ruleId === "guard/revoke")?.level).toBe("error");
});

test("a plan's results all have a place: their own, or the root file's first line", () => {
  const document = fullDocument();
  const results = resultsOf(
    renderSarif({
      ...document,
      findings: [{ code: "stale", subject: ["r"], text: "old", registrations: [] }],
    }),
  );
  const at = (ruleId: string) =>
    results.find((one) => one.ruleId === ruleId)?.locations?.[0]?.physicalLocation;
  expect(at("finding/stale")).toEqual({
    artifactLocation: { uri: "allowlist.yaml" },
    region: { startLine: 1, startColumn: 1 },
  });
  expect(at("act/delete")?.region.startLine).toBe(
    document.decisions.find(({ action }) => action === "delete")?.source.line,
  );
  for (const { locations } of results) expect(locations).toHaveLength(1);
});

test("messages have their file as a URI, their fix, and no link of their own", () => {
  const [first, second] = resultsOf(renderSarifMessages(MESSAGES));
  expect(first?.message.text).toBe("not [so] (http://x.example); fix: write it so");
  expect(first?.locations?.[0]?.physicalLocation.artifactLocation.uri).toBe("teams/a%20b%23c.yaml");
  expect(second?.locations).toBeUndefined();
});

test("a finding's fingerprint is its identity, as a baseline and a history have it", () => {
  const document = fullDocument();
  const prints = resultsOf(renderSarif(document))
    .filter(({ ruleId }) => ruleId.startsWith("finding/"))
    .map(({ partialFingerprints }) => partialFingerprints);
  expect(prints.length).toBeGreaterThan(0);
  expect(prints).toEqual(document.findings.map((one) => ({ "warpRegistrations/v2": identityOf(one) })));
});

test("a result is the same one though its line, and what is said of the time, have changed", () => {
  const prints = (moved: number, said: string) => {
    const document = fullDocument();
    const decisions = document.decisions.map((one) => ({
      ...one,
      source: { ...one.source, line: one.source.line + moved },
      reason: { ...one.reason, text: said },
    }));
    return resultsOf(renderSarif({ ...document, decisions }))
      .filter(({ ruleId }) => ruleId.startsWith("act/"))
      .map(({ partialFingerprints }) => Object.values(partialFingerprints)[0]);
  };
  expect(prints(0, "for 3 days")).toEqual(prints(4, "for 4 days"));
  expect(new Set(prints(0, "")).size).toBe(prints(0, "").length);
});
