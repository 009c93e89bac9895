// One JSON call to a forge's API, and lists that come in pages.

import { createRequire } from "node:module";

const { AbortSignal, URL } = globalThis;

const MOST_PAGES = 100;
const PER_PAGE = 100;

/** Before what a forge could not do (5xx) is tried again. */
const WAITS_MS = [500, 1_000, 2_000];

const PROXIES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];
/** So many characters of a secret in a row are hidden. */
const SHORTEST_RUN = 8;

/**
 * Node's `fetch`, which knows no proxy; or, where HTTPS_PROXY or HTTP_PROXY names one, that of undici, which comes with
 * pulumi-warp-registrations. NO_PROXY says what is reached directly, and this machine is.
 */
function fetchFor(env) {
  const given = PROXIES.filter((name) => (env[name] ?? "").trim() !== "");
  if (given.length === 0) return globalThis.fetch;
  const [https, http] = ["https", "http"].map((scheme) => {
    const name = given.find((each) => each.toLowerCase() === `${scheme}_proxy`);
    return name === undefined ? "" : addressOf(name, env[name].trim());
  });
  const { EnvHttpProxyAgent, fetch } = loadUndici(given[0]);
  const direct = (env.no_proxy || env.NO_PROXY || "").trim();
  const noProxy = direct === "*" ? "*" : [direct, ...LOOPBACK].filter((each) => each !== "").join(",");
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: http, httpsProxy: https, noProxy });
  return (url, options) => fetch(url, { ...options, dispatcher });
}

/** One without a scheme means http. What is no address is not shown: it may hold a password. */
function addressOf(name, text) {
  const address = text.includes("://") ? text : `http://${text}`;
  const { protocol } = URL.canParse(address) ? new URL(address) : { protocol: "" };
  if (protocol === "http:" || protocol === "https:") return address;
  throw new Error(`${name} is no address of a proxy; give one like http://proxy.example:3128, or unset it`);
}

function loadUndici(name) {
  try {
    const ours = createRequire(import.meta.url).resolve("pulumi-warp-registrations/package.json");
    return createRequire(ours)("undici");
  } catch {
    throw new Error(`${name} is set, which takes pulumi-warp-registrations to heed it: run npm ci first`);
  }
}

/** The text without the secrets and without any eight characters of them in a row. */
function hidden(text, secrets) {
  let shown = text;
  for (const secret of secrets) {
    for (let length = secret.length; length >= Math.min(SHORTEST_RUN, secret.length); length -= 1) {
      for (let at = 0; at + length <= secret.length; at += 1) {
        shown = shown.replaceAll(secret.slice(at, at + length), "***");
      }
    }
  }
  return shown;
}

/** Makes `call(method, path, body)`; throws an error of one line, without the credentials. */
export function caller(base, headers) {
  const fetch = fetchFor(process.env);
  const secrets = [headers.authorization?.replace("Bearer ", ""), headers["private-token"]]
    .concat(PROXIES.map((name) => /:([^:/@]+)@/u.exec(process.env[name] ?? "")?.[1]))
    .filter((secret) => (secret ?? "") !== "");
  const fail = (text) => {
    throw new Error(hidden(text, secrets).replaceAll(/\s+/gu, " "));
  };
  return async (method, path, body) => {
    const ask = () =>
      fetch(`${base}${path}`, {
        method,
        headers: { ...headers, "content-type": "application/json", "user-agent": "warp-registrations" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: "error",
        signal: AbortSignal.timeout(30_000),
      }).catch((error) => fail(`${method} ${path}: ${error.cause?.message ?? error.message}`));
    let answer = await ask();
    for (const wait of WAITS_MS) {
      if (answer.status < 500) break;
      await new Promise((over) => globalThis.setTimeout(over, wait));
      answer = await ask();
    }
    if (answer.status >= 500)
      fail(
        `${method} ${path}: answered ${answer.status}, ${WAITS_MS.length + 1} times: run the job again later`,
      );
    if (!answer.ok) fail(`${method} ${path}: answered ${answer.status}; may the token do this?`);
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
