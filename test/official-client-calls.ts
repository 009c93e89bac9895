/** Every call of the API by Cloudflare's own client and by this one, and the two clients. */

import Cloudflare from "cloudflare";
import { createClient, type CloudflareClient, tokenCredentials } from "../src/cloudflare/index.js";
import { DEVICE_CALLS, REGISTRATION_CALLS } from "./official-client-device-calls.js";
import type { Pair } from "./official-client-pair.js";
import { USER_CALLS } from "./official-client-user-calls.js";
import { TOKEN } from "./official-client-world.js";

export const CALLS: readonly Pair[] = [...REGISTRATION_CALLS, ...DEVICE_CALLS, ...USER_CALLS];

/** The official client; `baseURL` as this project's `baseUrl`. */
export function officialClient(baseURL: string): Cloudflare {
  return new Cloudflare({ apiToken: TOKEN, baseURL });
}

/** This client, which waits for nothing. */
export function ourClient(baseUrl: string, accountId: string): CloudflareClient {
  const clock = {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    sleep: () => Promise.resolve(),
    random: () => 0,
  };
  return createClient({ accountId, credentials: tokenCredentials(TOKEN), baseUrl, clock });
}
