import {
  createClient,
  credentialsFromEnvironment,
  type ClientOptions,
  type CloudflareClient,
  CloudflareError,
} from "./cloudflare/index.js";
import { isLoopback } from "./cloudflare/base-url.js";

import { escapeText } from "./escape.js";

/** Which account, and how it is reached; credentials come from the environment only. */
export interface AccountTerms extends Pick<ClientOptions, "accountId" | "baseUrl" | "perPage" | "onRequest"> {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The config's `baseUrl`, where the credentials may go there: to Cloudflare, to this machine, or to where the run's own
 * environment sends them. A stack's file comes with a pull request, and could name a host that collects tokens.
 *
 * @throws CloudflareError (`cloudflare/bad-setting`)
 */
export function trustedBaseUrl(
  baseUrl: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return baseUrl;
  const { hostname, origin } = new URL(baseUrl);
  if (/^api\.(?:[\da-z-]+\.)?cloudflare\.com$/u.test(hostname) || isLoopback(hostname)) return baseUrl;
  const own = env.CLOUDFLARE_BASE_URL?.trim() ?? "";
  if (URL.canParse(own) && new URL(own).origin === origin) return baseUrl;
  const host = escapeText(hostname, 100);
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: `The config warp-registrations:baseUrl would send the credentials to ${host}, which is not Cloudflare's.`,
    advice: `Remove it, or, if that is meant, set CLOUDFLARE_BASE_URL to the same address in the environment of the run.`,
  });
}

/** Does something with a client of the account, and closes it whatever comes of that. */
export async function withAccount<T>(
  { env, baseUrl, ...options }: AccountTerms,
  use: (client: CloudflareClient) => Promise<T>,
): Promise<T> {
  const client = createClient({
    ...options,
    env,
    credentials: credentialsFromEnvironment(env),
    baseUrl: trustedBaseUrl(baseUrl, env) ?? env.CLOUDFLARE_BASE_URL?.trim() ?? "",
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
