/** One call of the API, as Cloudflare's own client makes it and as this one does. */

import type Cloudflare from "cloudflare";
import type { CloudflareClient } from "../src/cloudflare/index.js";

/** One call of both clients. What they give is compared, so lists are read to their end. */
export interface Pair {
  readonly name: string;
  /** As the documents write it. */
  readonly endpoint: string;
  readonly official: (client: Cloudflare, account_id: string) => Promise<unknown>;
  readonly ours: (client: CloudflareClient) => Promise<unknown>;
}

/** Every record of a listing. */
export async function all<T>(listing: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const record of listing) {
    found.push(record);
    if (found.length > 1000) throw new Error("the listing does not end");
  }
  return found;
}
