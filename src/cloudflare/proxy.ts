import { Agent, EnvHttpProxyAgent, type Dispatcher } from "undici";
import { isLoopback } from "./base-url.js";
import { CloudflareError } from "./errors.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** How the API is reached. */
export interface Route {
  readonly dispatcher: Dispatcher;
  /** The variable that names the proxy in between, where one may be. */
  readonly proxyVariable: string | undefined;
}

/** The first of these variables that is set, lower case first, as curl and undici have it. */
function firstOf(env: Environment, names: readonly string[]): { name: string; value: string } | undefined {
  const name = names.find((each) => (env[each]?.trim() ?? "") !== "");
  return name === undefined ? undefined : { name, value: env[name]?.trim() ?? "" };
}

/** The address of a proxy; one without a scheme means http. What is no address is not shown: it may hold a password. */
function proxyOf(env: Environment, names: readonly string[]): { name: string; address: string } | undefined {
  const given = firstOf(env, names);
  if (given === undefined) return undefined;
  const address = given.value.includes("://") ? given.value : `http://${given.value}`;
  const { protocol } = URL.canParse(address) ? new URL(address) : { protocol: "" };
  if (protocol === "http:" || protocol === "https:") return { name: given.name, address };
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: `${given.name} is no address of a proxy.`,
    advice: "Give one like http://proxy.example:3128, with http or https, or unset it.",
  });
}

/**
 * The way to the API: through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name (lower case as well), as
 * curl goes. An address on loopback is on this machine, and no proxy stands before it. Throws `cloudflare/bad-setting`.
 */
export function routeTo(
  baseUrl: string,
  env: Environment,
  options: { readonly connectTimeoutMs: number; readonly maxResponseSize: number },
): Route {
  const { hostname, protocol } = new URL(baseUrl);
  const { maxResponseSize } = options;
  const connect = { timeout: options.connectTimeoutMs };
  const http = proxyOf(env, ["http_proxy", "HTTP_PROXY"]);
  const https = proxyOf(env, ["https_proxy", "HTTPS_PROXY"]);
  const proxy = protocol === "https:" ? (https ?? http) : http;
  if (isLoopback(hostname) || proxy === undefined)
    return { dispatcher: new Agent({ connect, maxResponseSize }), proxyVariable: undefined };
  const dispatcher = new EnvHttpProxyAgent({
    connect,
    maxResponseSize,
    // Empty, not left out: it would look into the process's own environment.
    httpProxy: http?.address ?? "",
    httpsProxy: https?.address ?? "",
    noProxy: firstOf(env, ["no_proxy", "NO_PROXY"])?.value ?? "",
  });
  return { dispatcher, proxyVariable: proxy.name };
}
