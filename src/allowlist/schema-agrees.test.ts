import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { announceSeed, holds } from "../../test/support/property.js";
import { formatMessages } from "./messages.js";
import { parseAllowlist } from "./parse.js";
import { validator } from "./schema-errors.js";

beforeAll(announceSeed);

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const everyKey = parse(readFileSync(join(__dirname, "every-key.yaml"), "utf8")) as Json;

const odd: readonly Json[] = [
  ...[
    "",
    " ",
    "x",
    "none",
    "0h",
    "0",
    "90",
    "90d",
    "3 days",
    "2026-02-30",
    "2026-06-01",
    "*@x.org",
    "bob@example.com",
  ],
  ...[
    0,
    1,
    -1,
    1.5,
    90,
    2026,
    true,
    false,
    null,
    [],
    {},
    ["x"],
    [0],
    [null],
    { x: 1 },
    { after: "0d" },
    { user: 5 },
  ],
];

/** The value with the part at a path (of indexes, each taken modulo what there is) replaced, removed or renamed. */
function changed(value: Json, path: readonly number[], by: Json, how: "replace" | "remove" | "rename"): Json {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== "object" || value === null) return by;
  const pairs = Object.entries(value);
  if (pairs.length === 0) return by;
  const index = step % pairs.length;
  const [key, part] = pairs[index]!;
  const isLast = rest.length === 0;
  const name = isLast && how === "rename" ? `${key.slice(1)}e` : key;
  const next = isLast && how !== "replace" ? part : changed(part, rest, by, how);
  pairs.splice(index, 1, ...(isLast && how === "remove" ? [] : [[name, next] as (typeof pairs)[number]]));
  return Array.isArray(value) ? pairs.map(([, item]) => item) : Object.fromEntries(pairs);
}

describe("the schema and the readers", () => {
  it("agree: what the schema refuses is told, once at each place, and nothing that is read is refused", () => {
    const changes = fc.array(
      fc.tuple(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...odd),
        fc.constantFrom("replace" as const, "replace" as const, "remove" as const, "rename" as const),
      ),
      { minLength: 1, maxLength: 3 },
    );
    holds(changes, (all) => {
      const value = all.reduce<Json>((now, [path, by, how]) => changed(now, path, by, how), everyKey);
      const { allowlist, messages } = parseAllowlist([{ file: "0", text: JSON.stringify(value, null, 1) }]);
      expect(allowlist === undefined).toBe(messages.length > 0);
      if (!validator("root")(value)) expect(messages.length).toBeGreaterThan(0);
      const told = messages.map(({ code, text, source }) => `${code} ${source?.line ?? 0} ${text}`);
      expect(told).toEqual([...new Set(told)]);
      formatMessages(messages);
    });
  });
});
