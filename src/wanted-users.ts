import type { Allowlist } from "./allowlist/allowlist.js";
import { retold } from "./cloudflare/errors.js";
import { CloudflareError, type AccessUser, type CloudflareClient } from "./cloudflare/index.js";
import { escapeText } from "./escape.js";

/**
 * Every Access user, where the allowlist has a section `accessUsers`; undefined where it has none. Nothing can be
 * decided about them without the list, so that its failure is the run's.
 *
 * @throws CloudflareError that says which line asks for the list
 */
export async function listWantedUsers(
  client: CloudflareClient,
  { accessUsers: [first] }: Allowlist,
): Promise<readonly AccessUser[] | undefined> {
  if (first === undefined) return undefined;
  try {
    return await client.accessUsers.listAll();
  } catch (error) {
    if (!(error instanceof CloudflareError)) throw error;
    const { file, line } = first.source;
    const why = `asked for because of \`accessUsers\` (${escapeText(file)}:${line})`;
    throw retold(error, { details: [...error.details, why] });
  }
}
