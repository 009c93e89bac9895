import { describe, expect, it } from "vitest";
import { matchKeys } from "./entry-keys.js";
import { rootKeys } from "./root-file.js";
import { loadSchema } from "./schemas.js";

type Schema = Readonly<Record<string, unknown>>;

function properties(schema: Schema): readonly [string, Schema][] {
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>);
}

/** Every property, at any depth, that lacks what editors show. */
function undocumented(schema: Schema, path = ""): readonly string[] {
  return properties(schema).flatMap(([key, value]) => [
    ...(typeof value.title === "string" && typeof value.description === "string" ? [] : [`${path}/${key}`]),
    ...undocumented(value, `${path}/${key}`),
  ]);
}

describe("the published schemas", () => {
  const root = loadSchema("root");
  const users = loadSchema("users");

  it("describe each property", () => {
    expect([...undocumented(root), ...undocumented(users)]).toEqual([]);
    expect([...undocumented((root.definitions as Schema).entry as Schema)]).toEqual([]);
  });

  it("say the same of users in both kinds of files", () => {
    expect(users.definitions).toEqual(root.definitions);
    expect(properties(users)).toEqual(properties(root).filter(([key]) => key === "users"));
  });

  it("have the keys that the code reads", () => {
    expect(properties(root).map(([key]) => key)).toEqual([...rootKeys, "users"]);
    const entry = properties((root.definitions as Schema).entry as Schema).map(([key]) => key);
    expect(entry).toEqual([...matchKeys, "state", "note", "reason"]);
  });
});
