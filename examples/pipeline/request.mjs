// One JSON call to a forge's API, and lists that come in pages.

const { fetch, AbortSignal } = globalThis;

const MOST_PAGES = 100;
const PER_PAGE = 100;

/** Makes `call(method, path, body)`; throws an error of one line, without the credentials. */
export function caller(base, headers) {
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
