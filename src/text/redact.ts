/** The one place that hides credentials, which no text that leaves this project may contain. */

/** A credential, and the label that replaces it. */
interface Secret {
  readonly text: string;
  readonly label: string;
}

/**
 * At least this many characters of a secret in a row are hidden. A server or a proxy that echoes a token may cut it
 * short, and a reader of the log could get the rest from the next echo.
 */
const SHORTEST_RUN = 8;

/**
 * Hides every run of eight or more characters of a secret, and a shorter secret as a whole. The time it takes depends
 * only on the length of the text.
 */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const known = secrets.filter(({ text }) => text !== "");
  const finders = known.map(finder);
  const shortest = Math.min(SHORTEST_RUN, ...known.map(({ text }) => text.length));
  return (text) => {
    // A report of a large account has millions of texts, most of them short.
    if (text.length < shortest) return text;
    // All secrets at once: if one is partly hidden by another, it would not be found again.
    let found: Run[] | undefined;
    for (const find of finders) found = find(text, found);
    if (found === undefined) return text;
    found.sort((a, b) => a.from - b.from);
    let shown = "";
    let kept = 0;
    for (const { from, to, label } of found) {
      if (kept === 0 || from > kept) shown += text.slice(kept, from) + label;
      kept = Math.max(kept, to);
    }
    return shown + text.slice(kept);
  };
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/**
 * Looks at the last two characters of a window. In most texts they do not follow one another in the secret; then all
 * windows that contain both can be skipped. A report of a large account has hundreds of millions of characters.
 */
function finder({
  text: secret,
  label,
}: Secret): (text: string, found: Run[] | undefined) => Run[] | undefined {
  const width = Math.min(SHORTEST_RUN, secret.length);
  const parts = new Set(
    Array.from({ length: secret.length - width + 1 }, (_, at) => secret.slice(at, at + width)),
  );
  const pairs = new Uint8Array(PAIRS);
  for (let at = 1; at < secret.length; at += 1) pairs[pairAt(secret, at)] = 1;
  // A secret of one character has no pair.
  const step = Math.max(1, width - 1);
  return (text, before) => {
    let found = before;
    for (let end = width; end <= text.length;) {
      if (width > 1 && pairs[pairAt(text, end - 1)] === 0) {
        end += step;
      } else if (!parts.has(text.slice(end - width, end))) {
        end += 1;
      } else {
        const from = end - width;
        while (end < text.length && parts.has(text.slice(end - width + 1, end + 1))) end += 1;
        (found ??= []).push({ from, to: end, label });
        end += width;
      }
    }
    return found;
  };
}

/** The number of distinct hashes of character pairs. Pairs with the same hash are checked more closely. */
const PAIRS = 65_536;

function pairAt(text: string, last: number): number {
  return ((text.charCodeAt(last - 1) << 8) ^ text.charCodeAt(last)) & (PAIRS - 1);
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Real tokens and keys have at least 37 characters. Hiding parts of a shorter word would garble harmless text. */
const SHORTEST_SECRET = 16;

/** Hides the credentials of the environment: the API token, the API key, and the passwords of proxies. */
export function hideSecrets(env: Environment): (text: string) => string {
  const credentials = [env.CLOUDFLARE_API_TOKEN, env.CLOUDFLARE_API_KEY]
    .map((text) => ({ text: text?.trim() ?? "", label: "[API token]" }))
    .filter(({ text }) => text.length >= SHORTEST_SECRET);
  return redactor([...credentials, ...proxyPasswords(env)]);
}

const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/** The passwords in proxy addresses: as written there, decoded, and as a header carries them (Basic). */
export function proxyPasswords(env: Environment): readonly Secret[] {
  return PROXY_VARIABLES.flatMap((name) => {
    const [, user = "", written = ""] =
      /^(?:[^/]*\/\/)?([^/@:]*):([^/@]*)@/u.exec(env[name]?.trim() ?? "") ?? [];
    if (written === "") return [];
    const basic = Buffer.from(`${decoded(user)}:${decoded(written)}`).toString("base64");
    const texts = [written, decoded(written), basic].filter((text) => text.length >= SHORTEST_RUN);
    return [...new Set(texts)].map((text) => ({ text, label: "[proxy password]" }));
  });
}

/** The text without percent-encoding; unchanged if the encoding is malformed. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The same data with the environment's credentials hidden in every text; the same object if it contains none. Only for
 * plain JSON. Keys are our own and are unchanged: a password that is a word must not break a document.
 */
export function withoutSecretsIn<T>(value: T, env: Environment): T {
  return secretsHider(env)(value);
}

/** The same for many values. The environment is read once. */
export function secretsHider(env: Environment): <T>(value: T) => T {
  const hide = hideSecrets(env);
  return <T>(value: T) => hiddenIn(value, hide) as T;
}

/** The value itself if nothing is hidden: only what holds a secret is copied. */
function hiddenIn(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === "string") return hide(value);
  if (typeof value !== "object" || value === null) return value;
  const given = value as Readonly<Record<string, unknown>>;
  let changed: [string, unknown][] | undefined;
  for (const key in given) {
    const field = given[key];
    const shown = hiddenIn(field, hide);
    if (shown !== field) (changed ??= []).push([key, shown]);
  }
  if (changed === undefined) return value;
  return Object.assign(Array.isArray(value) ? value.slice() : { ...value }, Object.fromEntries(changed));
}
