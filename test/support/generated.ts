/** What is generated from tables of the code and checked in: `npm run generate` writes it, a test holds it. */
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { SCHEMAS } from "../../src/allowlist/keys/root.js";

const SCHEMA_FILES = {
  "schemas/allowlist.schema.json": SCHEMAS.root,
  "schemas/users.schema.json": SCHEMAS.users,
};

/** The texts by file, relative to the package's folder, formatted as everything here. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const texts = Object.entries(SCHEMA_FILES).map(
    ([file, schema]) => [file, JSON.stringify(schema, undefined, 2)] as const,
  );
  const options = await resolveConfig(join(__dirname, "generated.json"));
  return new Map(
    await Promise.all(
      texts.map(async ([file, text]) => [file, await format(text, { ...options, filepath: file })] as const),
    ),
  );
}
