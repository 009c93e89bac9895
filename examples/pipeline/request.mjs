// One JSON call to a forge's API, and lists that come in pages.

import { createRequire } from "node:module";

const { AbortSignal } = globalThis;

const MOST_PAGES = 100;
const PER_PAGE = 100;

const PROXIES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Node's `fetch`, which knows no proxy; or, where HTTPS_PROXY or HTTP_PROXY names one, that of undici, which comes with
 * pulumi-warp-registrations. NO_PROXY says what is reached directly, and this machine is.
 */
function fetchFor(env) {
  if (PROXIES.every((name) => (env[name] ?? "") === "")) return globalThis.fetch;
  const ours = createRequire(import.meta.url).resolve("pulumi-warp-registrations/package.json");
  const { EnvHttpProxyAgent, fetch } = createRequire(ours)("undici");
  const given = env.no_proxy ?? env.NO_PROXY ?? "";
  const noProxy = given.trim() === "*" ? "*" : [given, ...LOOPBACK].join(",");
  const dispatcher = new EnvHttpProxyAgent({ noProxy });
  return (url, options) => fetch(url, { ...options, dispatcher });
}

/** Makes `call(method, path, body)`; throws an error of one line, without the credentials. */
export function caller(base, headers) {
  const fetch = fetchFor(process.env);
  return async (method, path, body) => {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: { ...headers, "content-type": "application/json", "user-agent": "warp-registrations" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: "error",
      signal: AbortSignal.timeout(30_000),
    }).catch((error) => {
      throw new Error(`${method} ${path}: ${error.cause?.message ?? error.message}`);
    });
    if (!answer.ok) throw new Error(`${method} ${path}: answered ${answer.status}; may the token do this?`);
    return answer.json();
  };
}

/** The first row of a list that `wanted` takes. */
export async function findIn(call, path, wanted) {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const rows = await call(
      "GET",
      `${path}${path.includes("?") ? "&" : "?"}per_page=${PER_PAGE}&page=${page}`,
    );
    const found = rows.find(wanted);
    if (found !== undefined || rows.length < PER_PAGE) return found;
  }
  return undefined;
}

/** A setting of the environment; throws where it is not there. */
export function setting(env, name) {
  const value = env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}
