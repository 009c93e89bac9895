/** What an exported allowlist says besides its users. */

import { isAccountId } from "../allowlist/account.js";
import type { AllowedUser, Allowlist, SourcePosition } from "../allowlist/allowlist.js";
import { parseAllowlist } from "../allowlist/parse.js";
import type { NewEntry } from "../allowlist/write-entry.js";

/**
 * Everything by default, and said so that whoever goes on from here sees it. Nothing in it goes by age: an export asks
 * for no act on any later day either, as long as the account does not change.
 */
const EXPORT_POLICY = `
policy:
  # What no entry of a listed user allows. What is revoked and not listed stays revoked.
  unlisted: revoke
  # Users who are not listed, and what belongs to no person (service tokens, WARP Connectors), are only reported.
  unknownUsers: report
  noUser: report
`;

const SCHEMAS = "node_modules/pulumi-warp-registrations/schemas";

/** The line by which editors find the schema of a file. */
export function schemaLine(file: string, kind: "allowlist" | "users"): string {
  const up = "../".repeat(file.split("/").length - 1);
  return `# yaml-language-server: $schema=${up === "" ? "./" : up}${SCHEMAS}/${kind}.schema.json\n`;
}

/** What stands above the users. A redacted account has another id, and is named all the same: it plans alone. */
export function exportHead(account: string): string {
  const said = isAccountId(account)
    ? `# On any other account this allowlist is refused.\naccount: ${JSON.stringify(account)}\n`
    : "";
  return `version: 1\n${said}${EXPORT_POLICY}`;
}

/** The entries of each user, by normalised e-mail. */
export type ExportedEntries = ReadonlyMap<string, readonly NewEntry[]>;

/** The allowlist that an export with these entries reads back as. */
export function toAllowlist(users: ExportedEntries): Allowlist {
  const text = `${exportHead("")}\nusers: { nobody@example.com: [] }\n`;
  const { allowlist, messages } = parseAllowlist([{ file: "allowlist.yaml", text }]);
  if (!allowlist) throw new Error(messages.map((message) => message.text).join("; "));
  let line = 1;
  const next = (): SourcePosition => ({ file: "allowlist.yaml", line: line++, column: 1 });
  const listed = [...users].map(([email, entries]): [string, AllowedUser] => [
    email,
    { email, source: next(), entries: entries.map((entry) => ({ ...entry, source: next() })) },
  ]);
  return { ...allowlist, users: new Map(listed) };
}
