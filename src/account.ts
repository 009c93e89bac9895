import {
  createClient,
  credentialsFromEnvironment,
  type ClientOptions,
  type CloudflareClient,
} from "./cloudflare/index.js";

/** Which account, and how it is reached; credentials come from the environment only. */
export interface AccountTerms extends Pick<ClientOptions, "accountId" | "baseUrl" | "perPage" | "onRequest"> {
  readonly env: Readonly<Record<string, string | undefined>>;
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
    baseUrl: baseUrl ?? env.CLOUDFLARE_BASE_URL?.trim() ?? "",
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
