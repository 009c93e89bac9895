/** The one place that hides credentials: what no text that leaves this project may hold, whatever it came from. */

/** A credential, and what stands in its place. */
interface Secret {
  readonly text: string;
  readonly label: string;
}

/**
 * So many characters of a secret in a row are hidden: a server or a proxy that echoes a token may cut it short, and who
 * reads a log has the rest from the next one.
 */
const SHORTEST_RUN = 8;

/**
 * Hides every run of eight or more characters that a secret has in a row, and a shorter secret as a whole. Takes time by
 * the length of the text alone.
 */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const finders = secrets.filter(({ text }) => text !== "").map(finder);
  return (text) => {
    // All of them at once: what one has hidden a part of, another would not find again.
    const found = finders.flatMap((find) => find(text)).sort((a, b) => a.from - b.from);
    let shown = "";
    let kept = 0;
    for (const { from, to, label } of found) {
      if (kept === 0 || from > kept) shown += text.slice(kept, from) + label;
      kept = Math.max(kept, to);
    }
    return kept === 0 ? text : shown + text.slice(kept);
  };
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

function finder({ text: secret, label }: Secret): (text: string) => readonly Run[] {
  const width = Math.min(SHORTEST_RUN, secret.length);
  const parts = new Set(
    Array.from({ length: secret.length - width + 1 }, (_, at) => secret.slice(at, at + width)),
  );
  return (text) => {
    const runs: Run[] = [];
    for (let from = 0; from + width <= text.length; from += 1) {
      if (!parts.has(text.slice(from, from + width))) continue;
      let to = from + width;
      while (to < text.length && parts.has(text.slice(to - width + 1, to + 1))) to += 1;
      runs.push({ from, to, label });
      from = to - 1;
    }
    return runs;
  };
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Real tokens and keys have 37 characters or more; hiding parts of a word would garble what has nothing to hide. */
const SHORTEST_SECRET = 16;

/** Hides the credentials of the environment: the API token, the API key, and the password of a proxy. */
export function hideSecrets(env: Environment): (text: string) => string {
  const credentials = [env.CLOUDFLARE_API_TOKEN, env.CLOUDFLARE_API_KEY]
    .map((text) => ({ text: text?.trim() ?? "", label: "[API token]" }))
    .filter(({ text }) => text.length >= SHORTEST_SECRET);
  return redactor([...credentials, ...proxyPasswords(env)]);
}

const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/** The passwords in the addresses of proxies: as they stand there, in plain, and as a header carries them (Basic). */
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The same data with the credentials of the environment hidden in every text of it, and itself where none has one; only
 * for what is plain JSON. Keys are ours, and stay: a password that is a word must not break a document.
 */
export function withoutSecretsIn<T>(value: T, env: Environment): T {
  return secretsHider(env)(value);
}

/** The same for many values of one environment, which is read once. */
export function secretsHider(env: Environment): <T>(value: T) => T {
  const hide = hideSecrets(env);
  return <T>(value: T) => hiddenIn(value, hide) as T;
}

function hiddenIn(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === "string") return hide(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const shown = value.map((each) => hiddenIn(each, hide));
    return shown.some((each, at) => each !== value[at]) ? shown : value;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, each, hiddenIn(each, hide)] as const);
  if (entries.every(([, each, shown]) => each === shown)) return value;
  return Object.fromEntries(entries.map(([key, , shown]) => [key, shown]));
}
