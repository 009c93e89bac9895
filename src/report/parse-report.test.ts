import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { planOf, row, seated } from "../../test/support/access-users.js";
import { EVIDENCE, fullDocument } from "../../test/support/report.js";
import type { Schema } from "../../test/support/report-schema.js";
import { ACCOUNT, allowlist, NOW, physicalDevice, registration } from "../../test/support/world.js";
import { ruleMeanings } from "../reconcile/decision.js";
import { findingKinds } from "../reconcile/findings/kinds.js";
import { makePlan } from "../reconcile/plan.js";
import { toDocument } from "./to-document.js";
import { checkReport, loadReportSchema, parseReport, toReviewed } from "./read-back.js";

const schema = loadReportSchema() as Schema;

/** Every property with its name as the page writes it: `guards[].source`. */
function properties(node: Schema, path = ""): (readonly [string, Schema])[] {
  if (node.$ref !== undefined) return properties(schema.definitions?.[node.$ref.split("/")[2]!] ?? {}, path);
  return [
    ...(node.items ? properties(node.items, `${path}[]`) : []),
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
      const name = path === "" ? key : `${path}.${key}`;
      return [[name, child] as const, ...properties(child, name)];
    }),
  ];
}

const parse = (value: unknown) => parseReport(JSON.stringify(value));

describe("a plan's document fits the published schema", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("L1", "PHONE"));
  const live = fc.array(
    fc.record(
      {
        email: fc.constantFrom("alice@example.com", "bob@example.com", "eve@example.com"),
        device: fc.constantFrom("d1", "d2", "d3"),
        name: text,
        revoked: fc.constant("2026-04-02T00:00:00Z"),
      },
      { requiredKeys: ["device", "name"] },
    ),
    { maxLength: 10 },
  );
  const keys = fc.record(
    {
      policy: fc.record({
        unlisted: fc.constantFrom("revoke", "delete", "report"),
        noUser: fc.constantFrom("revoke", "report"),
        listedRevoked: fc.constantFrom("unrevoke", "report"),
      }),
      protected: fc.constant({ devices: ["d3"] }),
      limits: fc.constant({ perRun: 1 }),
      guards: fc.constantFrom({ perUser: 1 }, { revoke: { max: 0 } }, { delete: { percent: 1 } }),
      freeze: fc.constant({ until: "2026-07-01", reason: "the release" }),
    },
    { requiredKeys: ["policy"] },
  );
  const entry = fc.constantFrom(
    { serial: "S1" },
    { device: "d2" },
    { serial: "S1", state: "deleted", owner: "it" },
  );
  const devices = [physicalDevice("d1", { serial_number: "S1" }), physicalDevice("d2", { model: "X" })];

  test("whatever the allowlist and the account, bound to a reviewed plan or not", () => {
    fc.assert(
      fc.property(keys, entry, live, live, fc.boolean(), (given, one, before, after, run) => {
        const list = allowlist(
          JSON.stringify({
            version: 1,
            ...given,
            users: { "alice@example.com": [one], "bob@example.com": [] },
          }),
        );
        const planOf = (sketches: typeof before, terms = {}) => {
          const registrations = sketches.map((sketch, i) => registration({ ...sketch, id: `r${i}` }));
          return makePlan(list, { account: ACCOUNT, registrations, devices }, NOW, terms);
        };
        const options = { generatedAt: NOW, run };
        const document = toDocument(planOf(before), options);
        expect(parse(document)).toMatchObject({ ok: true });
        const bound = toDocument(planOf(after, { reviewed: toReviewed(document) }), options);
        expect(parse(bound)).toMatchObject({ ok: true });
      }),
      { numRuns: 200 },
    );
  });

  test("with an example of everything", () => {
    const document = fullDocument();
    expect(parse(document)).toEqual({ ok: true, document });
  });
});

describe("what an admin sees of a registration in the dashboard", () => {
  const device = physicalDevice("d1", {
    serial_number: "S1",
    os_version: "15.6",
    mac_address: "02:00:00:00:00:01",
  });
  const documentOf = (also: object) => {
    const one = { ...registration({ id: "r1", email: "ann@example.com", device: "d1" }), ...also };
    const list = allowlist("version: 1\nusers: { ann@example.com: [{ serial: S1 }] }\n");
    return toDocument(makePlan(list, { account: ACCOUNT, registrations: [one], devices: [device] }, NOW), {
      generatedAt: NOW,
      run: false,
    });
  };
  const policy = {
    id: "p1",
    name: "Engineering",
    default: false,
    deleted: true,
    updated_at: "2026-05-01T00:00:00Z",
  };
  const given = {
    ...{ key_type: "secp256r1", tunnel_type: "masque", policy },
    ...{ virtual_ipv4: "100.96.0.1", virtual_ipv6: "2606:4700::1" },
  };

  test("is in the report", () => {
    expect(documentOf(given).decisions[0]?.registration).toMatchObject({
      device: { hardware: { osVersion: "15.6", macAddress: "02:00:00:00:00:01" } },
      profile: { id: "p1", name: "Engineering", default: false, deleted: true },
      ...{ keyType: "secp256r1", tunnelType: "masque" },
      ...{ virtualIpv4: "100.96.0.1", virtualIpv6: "2606:4700::1" },
    });
  });

  test.each([
    ["nothing", {}],
    ["null", { key_type: null, tunnel_type: null, policy: null, virtual_ipv4: null, virtual_ipv6: null }],
    ["another type", { key_type: 7, tunnel_type: [], policy: "x", virtual_ipv4: {}, virtual_ipv6: true }],
    ["half a profile", { policy: { id: "p1", name: 3 } }],
  ])("is left out where the account sends %s, and the report can be read back", (_name, also) => {
    const document = documentOf(also);
    expect(parse(document)).toMatchObject({ ok: true });
    const {
      id: _id,
      device: _device,
      user: _user,
      times: _times,
      ...rest
    } = document.decisions[0]!.registration;
    expect(rest).toEqual("policy" in also && Object.keys(also).length === 1 ? { profile: { id: "p1" } } : {});
  });
});

describe("what is no report is told apart, with the place", () => {
  const document = fullDocument();
  const decision = document.decisions[0]!;
  test.each<[unknown, string]>([
    [null, "it is not a report of version 1"],
    [[], "it is not a report of version 1"],
    [{ ...document, kind: "warp-inventory" }, "it is an inventory, not a report"],
    [{ kind: "warp-history", account: "a" }, "it is a history of drift, not a report"],
    [{ ...document, version: 2 }, "it is not a report of version 1, but of version 2"],
    [{ ...document, account: undefined }, "the report must have required property 'account'"],
    [{ ...document, fingerprint: 7 }, "fingerprint must be string"],
    [{ ...document, asOf: "2026-99-99T00:00:00Z" }, "asOf must be a time (RFC 3339)"],
    [
      { ...document, decisions: [decision, { ...decision, action: "remove" }] },
      "decisions[1].action must be one of keep, revoke, unrevoke, delete, leave",
    ],
    [
      { ...document, decisions: [{ ...decision, registration: { id: "a" } }] },
      "decisions[0].registration must have required property 'device'",
    ],
    [{ ...document, allowlist: [{ file: "a" }] }, "allowlist[0] must have required property 'digest'"],
  ])("%#", (value, why) => expect(parse(value)).toEqual({ ok: false, why }));

  test("text that is no JSON", () => expect(parseReport("{")).toMatchObject({ ok: false }));
});

// What readers in the field rely on, said apart from the types that the schema is made of.
describe("the contract of version 1", () => {
  const source = { file: "allowlist.yaml", line: 1, column: 1 };
  const related = [{ text: "the other line", source }];
  const registrationOf = {
    id: "r1",
    device: { id: "d1", name: "" },
    user: { email: "" },
    times: { created: "", updated: "", lastSeen: null },
  };
  /** Every field that must be there, and no other: of every list one element. */
  const least = {
    version: 1,
    account: "a",
    generatedAt: "",
    asOf: "2026-06-01T12:00:00Z",
    fingerprint: "f",
    approved: false,
    summary: { keep: 0, revoke: 0, unrevoke: 0, delete: 0, leave: 0 },
    pending: 0,
    population: { inScope: 0, active: 0, outOfScope: 0 },
    decisions: [
      {
        registration: registrationOf,
        live: "active",
        desired: "as-is",
        action: "leave",
        reason: { code: "unlisted", text: "" },
        source,
      },
    ],
    findings: [{ code: "stale", text: "", registrations: ["r1"] }],
    notes: ["a note"],
    problems: [{ code: "allowlist/contradiction", text: "" }],
    guards: [
      {
        ...{ guard: "revoke", count: 0, limit: 0.5, by: "percent", setting: 0.5 },
        ...{ tripped: false, source, isDefault: true },
      },
    ],
    skipped: [{ registration: "r1", user: "", device: "", act: "delete", text: "" }],
    allowlist: [{ file: "allowlist.yaml", digest: "" }],
  };
  /** What may be left out, with what must be in it. */
  const besides = {
    run: { id: "", stack: "" },
    origin: { commit: "", pullRequest: "", pullRequestUrl: "", runUrl: "" },
    approval: { by: "", reason: "" },
    freeze: { until: "", reason: "", source },
    reviewed: { fingerprint: "", asOf: "" },
    domains: { "xn--bcher-kva.example": "bücher.example" },
    results: [{ registration: "r1", act: "revoke", result: "done" }],
    accessUsers: [
      {
        ...{ email: "", live: "absent", desired: "present", action: "create", registrations: ["r1"] },
        ...{ text: "", source, pending: { why: "frozen", text: "" } },
      },
    ],
    accessUserResults: [{ email: "", act: "rename", result: "unknown" }],
    findings: [{ ...least.findings[0], subject: ["r1"], source, related, meant: ["r2"] }],
    problems: [{ ...least.problems[0], fix: "", source, line: "", related }],
    decisions: [
      {
        ...least.decisions[0],
        registration: {
          ...registrationOf,
          device: { ...registrationOf.device, hardware: { hardwareId: "h1", clientVersion: "1" } },
          profile: { id: "p1" },
        },
        related,
        revokedBy: "outside",
        pending: { why: "limit", text: "" },
        evidence: {
          ...{ activeSessions: 0, activeDevices: 0 },
          identity: { groups: ["g"], posture: [{ name: "", passed: true }] },
          failedLogins: [{ at: "" }],
          seats: { access: true, gateway: false },
          missing: ["a log"],
        },
      },
    ],
  };
  const may = new Set([
    ...["run", "origin", "approval", "freeze", "reviewed", "domains", "results", "accessUsers"],
    ...["accessUserResults", "origin.commit", "origin.pullRequest", "origin.pullRequestUrl", "origin.runUrl"],
    ...["approval.by", "approval.reason", "accessUsers[].pending"],
    ...["subject", "source", "related", "meant"].map((name) => `findings[].${name}`),
    ...["fix", "source", "line", "related"].map((name) => `problems[].${name}`),
    ...["registration.profile", "related", "revokedBy", "pending"].map((name) => `decisions[].${name}`),
    ...["hardware", "hardware.hardwareId", "hardware.clientVersion"].map(
      (name) => `decisions[].registration.device.${name}`,
    ),
    "decisions[].evidence",
    ...["activeSessions", "activeDevices", "identity", "failedLogins", "seats"].map(
      (name) => `decisions[].evidence.${name}`,
    ),
    ...["groups", "posture"].map((name) => `decisions[].evidence.identity.${name}`),
  ]);

  /** Every place of a value, as the names that lead to it. */
  function places(value: unknown, way: readonly string[] = []): (readonly string[])[] {
    if (typeof value !== "object" || value === null) return [way];
    const below = Object.entries(value).flatMap(([key, one]) => places(one, [...way, key]));
    return way.length === 0 ? below : [way, ...below];
  }
  /** A copy in which one place has another value, or is left out. */
  function put(value: unknown, [key = "", ...rest]: readonly string[], last: unknown): unknown {
    const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
    const fields = copy as Record<string, unknown>;
    fields[key] = rest.length === 0 ? last : put(fields[key], rest, last);
    return copy;
  }
  const at = (value: unknown, way: readonly string[]) =>
    way.reduce<unknown>((one, key) => (one as Record<string, unknown>)[key], value);
  const name = (way: readonly string[]) => way.join(".").replace(/\.\d+/gu, "[]");
  const takes = (value: unknown) => checkReport(value).ok;
  const whole = { ...least, ...besides };

  test("what must be there must be there, and the rest may be left out", () => {
    expect(parse(least)).toMatchObject({ ok: true });
    expect(parse(whole)).toMatchObject({ ok: true });
    const fields = places(whole).filter((way) => !/^\d+$|xn--/u.test(way.at(-1) ?? ""));
    expect(fields.length).toBeGreaterThan(120);
    for (const way of fields) expect(takes(put(whole, way, undefined)), name(way)).toBe(may.has(name(way)));
  });

  test("no field takes a value of another kind, and every object takes further fields", () => {
    for (const document of [whole, JSON.parse(JSON.stringify(fullDocument())) as unknown])
      for (const way of places(document)) {
        const value = at(document, way);
        const others = [7.5, "text", true, null, [[]], { "a b": 7 }].filter(
          (one) => kindOf(one) !== kindOf(value) && !(name(way).endsWith(".lastSeen") && one !== 7.5),
        );
        for (const other of others)
          expect(takes(put(document, way, other)), `${name(way)} ${JSON.stringify(other)}`).toBe(false);
        if (kindOf(value) === "object" && name(way) !== "domains")
          expect(takes(put(document, way, { ...(value as object), more: 1 })), name(way)).toBe(true);
      }
  });

  function kindOf(value: unknown): string {
    return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  }

  const ACTS = ["revoke", "unrevoke", "delete"];
  const RESULTS = ["done", "failed", "unknown", "skipped"];
  const SETS: readonly (readonly [string, readonly string[]])[] = [
    ["decisions.0.live", ["active", "revoked"]],
    ["decisions.0.desired", ["active", "revoked", "deleted", "as-is"]],
    ["decisions.0.action", [...ACTS, "keep", "leave"]],
    ["guards.0.guard", [...ACTS, "perUser", "deleteUsers"]],
    ["guards.0.by", ["max", "percent"]],
    ["skipped.0.act", ACTS],
    ["results.0.act", ACTS],
    ["results.0.result", RESULTS],
    ["accessUsers.0.live", ["present", "absent"]],
    ["accessUsers.0.desired", ["present", "absent"]],
    ["accessUsers.0.action", ["create", "rename", "delete", "keep"]],
    ["accessUsers.0.pending.why", ["not-reviewed", "frozen"]],
    ["accessUserResults.0.act", ["create", "rename", "delete"]],
    ["accessUserResults.0.result", RESULTS],
  ];

  test.each(SETS)("%s is one of its values, and nothing else", (place, values) => {
    const words = new Set(SETS.flatMap(([, some]) => some));
    for (const word of [...words, "", "a-later-value", "limit"])
      expect(takes(put(whole, place.split("."), word)), word).toBe(values.includes(word));
  });

  test.each([
    ...["keep", "revoke", "unrevoke", "delete", "leave"].map((action) => `summary.${action}`),
    ...["pending", "population.inScope", "population.active", "population.outOfScope", "guards.0.count"],
    ...["decisions.0.evidence.activeSessions", "decisions.0.evidence.activeDevices"],
  ])("%s is a count", (place) => {
    const taken = [0, 7, -1, 0.5].map((value) => takes(put(whole, place.split("."), value)));
    expect(taken).toEqual([true, true, false, false]);
  });

  test.each<[string, unknown, boolean]>([
    ["account", "", false],
    ["fingerprint", "", false],
    ["asOf", "2026-06-01", false],
    ["domains", { "a b": "c" }, false],
    ["decisions.0.source.line", 0, false],
    ["decisions.0.source.column", 0, false],
    ["guards.0.limit", -1, false],
    ["guards.0.setting", -1, false],
    ["decisions.0.reason.code", "", false],
    ["findings.0.code", "", false],
    ["problems.0.code", "", false],
    ["decisions.0.reason.code", "a-later-rule", true],
    ["decisions.0.pending.why", "a-later-reason", true],
    ["decisions.0.revokedBy", "somebody", true],
    ["findings.0.code", "a-later-finding", true],
    ["problems.0.code", "a/later-code", true],
    ["decisions.0.registration.times.lastSeen", "2026-06-01T12:00:00Z", true],
  ])("%s: %j", (place, value, taken) => {
    expect(takes(put(whole, place.split("."), value))).toBe(taken);
  });

  test("a plan, a drift, a run and a run with results, with evidence, with Access users, each as it is saved", () => {
    const text = "policy: { unknownUsers: revoke }\naccessUsers: { ann@example.com: {} }\n";
    const plan = planOf({
      text,
      users: [row("ann@example.com", seated)],
      live: [{ id: "r1", email: "eve@example.com" }],
    });
    const documentOf = (options: object = {}) =>
      toDocument(plan, { generatedAt: NOW, run: false, ...options });
    const run = documentOf({ run: true });
    expect(run.results).toEqual([{ registration: "r1", act: "revoke", result: "skipped" }]);
    const done = { registration: "r1", act: "revoke", result: "done" };
    const evidence = documentOf({ evidence: new Map([["r1", EVIDENCE]]) });
    expect(evidence.decisions[0]?.evidence).toEqual(EVIDENCE);
    expect(evidence.accessUsers).toHaveLength(1);
    const accepted = { code: "unmatched-baseline", subject: ["stale:0123"], text: "", registrations: [] };
    const drift = { ...documentOf(), findings: [accepted] };
    for (const saved of [documentOf(), drift, run, { ...run, results: [done] }, evidence])
      expect(parse(saved)).toEqual({ ok: true, document: JSON.parse(JSON.stringify(saved)) as unknown });
  });
});

test("fields and codes of a later version are let through", () => {
  const document = fullDocument();
  const decisions = document.decisions.map((one) => ({
    ...one,
    reason: { code: "moon", text: "full" },
    more: 1,
  }));
  expect(parse({ ...document, decisions, more: {} })).toMatchObject({ ok: true });
});

describe("the schema", () => {
  const all = properties(schema);

  test("names and describes every field", () => {
    expect(all.length).toBeGreaterThan(80);
    for (const [name, { title, description, $ref, allOf }] of all) {
      expect(description ?? $ref, name).toBeTruthy();
      expect(title ?? $ref ?? allOf, name).toBeTruthy();
    }
  });

  test("has an example of every rule and finding that there is", () => {
    const examples = (name: string) => all.find(([path]) => path === name)?.[1].examples;
    expect(examples("decisions[].reason.code")).toEqual(Object.keys(ruleMeanings));
    expect(examples("findings[].code")).toEqual(Object.keys(findingKinds));
  });

  test("knows every field that a document has", () => {
    const known = new Set(all.map(([name]) => name));
    const named = (value: unknown, path: string): string[] => {
      if (Array.isArray(value)) return value.flatMap((one) => named(one, `${path}[]`));
      if (typeof value !== "object" || value === null) return [];
      return Object.entries(value).flatMap(([key, child]) => {
        const name = path === "" ? key : `${path}.${key}`;
        return /\.(?:source|related)$/u.test(name) ? [name] : [name, ...named(child, name)];
      });
    };
    for (const name of named(JSON.parse(JSON.stringify(fullDocument())), "")) expect(known).toContain(name);
  });

  test("takes a report of before findings had a subject", () => {
    const document = fullDocument();
    const findings = document.findings.map(({ subject: _, ...finding }) => finding);
    expect(findings.length).toBeGreaterThan(0);
    const read = parse({ ...document, findings });
    // By what it says, so that whoever asks what it is about is answered.
    expect(read.ok && read.document.findings.map(({ subject }) => subject)).toEqual(
      findings.map(({ text }) => [text]),
    );
  });

  test("is told field by field in docs/report.md", () => {
    const page = readFileSync("docs/report.md", "utf8");
    expect(all.filter(([name]) => !page.includes(`\`${name}\``)).map(([name]) => name)).toEqual([]);
  });
});
