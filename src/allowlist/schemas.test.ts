import { describe, expect, it } from "vitest";
import { matchKeys } from "./match-values.js";
import { POLICY } from "./keys/policy.js";
import { rootKeys, rowAt, SCHEMAS, sharedKeys } from "./keys/root.js";
import { type Row, written } from "./keys/shape.js";
import { parseAllowlist } from "./parse.js";
import { validator } from "./schema-errors.js";

type Schema = Readonly<Record<string, unknown>>;

const root = SCHEMAS.root;
const users = SCHEMAS.users;

function properties(schema: unknown): readonly [string, Schema][] {
  return Object.entries(((schema as Schema).properties ?? {}) as Record<string, Schema>);
}

function keysOf(schema: unknown): readonly string[] {
  return properties(schema).map(([key]) => key);
}

function definition(schema: Schema, name: string): Schema {
  return (schema.definitions as Record<string, Schema>)[name]!;
}

/** A reference's own keys go before those that it refers to, as editors show them. */
function resolved(whole: Schema, schema: Schema): Schema {
  const name = /^#\/definitions\/(\w+)$/.exec(String(schema.$ref))?.[1];
  return name === undefined ? schema : { ...resolved(whole, definition(whole, name)), ...schema };
}

/** Everything of a schema that holds a schema itself, but for the conditions, which describe nothing. */
function parts(schema: Schema): readonly [string, Schema][] {
  const single = ["then", "else", "items", "additionalProperties"].flatMap((key): [string, Schema][] =>
    typeof schema[key] === "object" ? [[key, schema[key] as Schema]] : [],
  );
  return [...properties(schema), ...single];
}

/** Every property, at any depth, that lacks what editors show. */
function undocumented(whole: Schema, schema: Schema, path = ""): readonly string[] {
  return parts(schema).flatMap(([key, part]) => {
    // Only that it is there matters then.
    if (typeof part !== "object") return [];
    const { title, description } = resolved(whole, part);
    const lacks = typeof title !== "string" || typeof description !== "string";
    const isProperty = properties(schema).some(([name]) => name === key);
    return [
      ...(isProperty && lacks ? [`${path}/${key}`] : []),
      ...undocumented(whole, part, `${path}/${key}`),
    ];
  });
}

describe("a compiled schema", () => {
  it.each(["root", "users"] as const)("of a %s file tells every error, each copied never", (kind) => {
    const validate = validator(kind);
    const users = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [`u${at}`, [{ odd: 1 }, { odd: 2 }]]),
    );
    expect(validate({ version: 1, users })).toBe(false);
    const odd = (validate.errors ?? []).filter(({ keyword }) => keyword === "additionalProperties");
    expect(new Set(odd.map(({ instancePath }) => instancePath)).size).toBeGreaterThanOrEqual(600);
    expect(validate.toString()).toContain("vErrors");
    expect(validate.toString()).not.toContain(".concat(");
  });
});

describe("the published schemas", () => {
  it.each([
    ["root", root],
    ["users", users],
  ] as const)("describe each property of the %s file", (_kind, schema) => {
    const everywhere = Object.keys(schema.definitions as Schema).flatMap((name) =>
      undocumented(schema, definition(schema, name), name),
    );
    expect([...undocumented(schema, schema), ...everywhere]).toEqual([]);
  });

  it("say the same of what stands in both kinds of files", () => {
    const shared = Object.keys(users.definitions as Schema);
    for (const name of shared) expect(definition(users, name), name).toEqual(definition(root, name));
    expect(Object.keys(root.definitions as Schema)).toEqual(
      [...shared, "unknownUsersSetting", "group"].sort(),
    );
    expect(properties(users)).toEqual(properties(root).filter(([key]) => sharedKeys.includes(key)));
  });

  it("use each definition, and define each that they use", () => {
    for (const schema of [root, users]) {
      const used = [...JSON.stringify(schema).matchAll(/"#\/definitions\/(\w+)"/g)].map(([, name]) => name);
      expect([...new Set(used)].sort()).toEqual(Object.keys(schema.definitions as Schema).sort());
    }
  });

  it("have the keys that the code reads", () => {
    expect(keysOf(root)).toEqual([...rootKeys, ...sharedKeys]);
    expect(keysOf(users)).toEqual(sharedKeys);
    expect(keysOf(definition(root, "entry")).slice(0, matchKeys.length)).toEqual(matchKeys);
  });

  it("let a group set all of the policy but what is about nobody, and a user all but unknownUsers as well", () => {
    const aboutNobody = ["noUser", "machines"];
    const whole = keysOf(properties(root).find(([key]) => key === "policy")![1]);
    const group = properties(definition(root, "group")).find(([key]) => key === "policy")![1];
    expect(keysOf(group)).toEqual(whole.filter((key) => !aboutNobody.includes(key)));
    expect(keysOf(definition(users, "userPolicy"))).toEqual(
      whole.filter((key) => !aboutNobody.includes(key) && key !== "unknownUsers"),
    );
  });
});

describe("the row of a key", () => {
  it.each([
    ["users/bob@example.com", "Devices or user"],
    ["users/bob@example.com/0/serial", "Serial number"],
    ["users/bob@example.com/devices/0/requires/model", "Model"],
    ["users/bob@example.com/policy/stale/after", "After"],
    ["groups/staff/0", "E-mail"],
    ["groups/staff/policy/maxDevices", "Most devices"],
    ["tests/0/expect/rule", "Rule"],
    ["owns/allowlist~1a.yaml/0", "E-mail"],
    ["accessUsers/maxDevices", "Access user"],
    ["users/bob@example.com/policy/machines", undefined],
    ["users/bob@example.com/toString", undefined],
    ["protected/users/constructor", undefined],
  ])("is found by its place: %s", (place, title) => {
    expect(rowAt("root", place.split("/"))?.title).toBe(title);
  });

  it("reads what it gives as its default as just that, for each setting of the policy", () => {
    const rows: readonly (readonly [string, Row])[] = Object.entries(POLICY);
    const policy = Object.fromEntries(rows.map(([key, row]) => [key, written(row)]));
    const parse = (policy: object) =>
      parseAllowlist([
        { file: "a.yaml", text: JSON.stringify({ version: 1, policy, users: { "a@x.org": [] } }) },
      ]).allowlist!.policy;
    const values = (of: object) =>
      Object.entries(of as Record<string, { readonly value: unknown }>).map(([key, { value }]) => [
        key,
        value,
      ]);
    const said = parse(policy);
    expect(Object.fromEntries(values(said))).toEqual(Object.fromEntries(values(parse({}))));
    expect(Object.values(said).every(({ explicit }) => explicit)).toBe(true);
  });

  it("is asked what to do about a mistake, and not a row of another place with the same name", () => {
    const { messages } = parseAllowlist([
      {
        file: "a.yaml",
        text: JSON.stringify({ version: 1, users: { "a@x.org": [] }, accessUsers: { maxDevices: "x" } }),
      },
    ]);
    expect(messages.map(({ code, text }) => `${code} ${text}`)).toContain(
      "allowlist/wrong-type `maxDevices` is text, but must be a mapping (`key: value`)",
    );
  });
});
