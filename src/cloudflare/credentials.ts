import { redactor } from "../text/redact.js";
import { CloudflareError } from "./errors.js";

/**
 * What signs a request. The secret lives only in a closure: `JSON.stringify`, `util.inspect` and `String` cannot show
 * it.
 */
export interface Credentials {
  readonly kind: "token" | "key";
  /** The headers that sign a request. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** The text without the secret or any eight characters of it, which a server or a proxy may have echoed. */
  readonly redact: (text: string) => string;
}

/** What one word of an HTTP header can carry. Pasted secrets often bring a line break or a space. */
const ONE_WORD = /^[\x21-\x7e]+$/;

function checkWord(name: string, value: string): void {
  if (ONE_WORD.test(value)) return;
  if (/^\s*(?:authorization:\s*)?bearer\s/iu.test(value))
    throw new CloudflareError({
      code: "cloudflare/bad-token",
      what: `${name} has the word "Bearer" of the header before the token.`,
      advice: "Set it again without `Bearer`.",
    });
  throw new CloudflareError({
    code: "cloudflare/bad-token",
    what: `${name} is empty, or contains a space, a line break or a character outside ASCII.`,
    advice: "Set it again, without quotes and without a line break at the end.",
  });
}

/**
 * Credentials from an API token. Throws `cloudflare/bad-token` if it cannot be one; the error does not show the text.
 */
export function tokenCredentials(token: string): Credentials {
  checkWord("CLOUDFLARE_API_TOKEN", token);
  return {
    kind: "token",
    headers: () => ({ authorization: `Bearer ${token}` }),
    redact: redactor([{ text: token, label: "[API token]" }]),
  };
}

/** Credentials from a global API key and its user's e-mail. Throws `cloudflare/bad-token` in the same way. */
export function keyCredentials(key: string, email: string): Credentials {
  checkWord("CLOUDFLARE_API_KEY", key);
  checkWord("CLOUDFLARE_EMAIL", email);
  return {
    kind: "key",
    headers: () => ({ "x-auth-email": email, "x-auth-key": key }),
    redact: redactor([{ text: key, label: "[API key]" }]),
  };
}

/**
 * Credentials from the variables that Cloudflare's own SDK reads: `CLOUDFLARE_API_TOKEN`, or `CLOUDFLARE_API_KEY` with
 * `CLOUDFLARE_EMAIL`. An empty variable counts as not set. Throws `cloudflare/bad-token`.
 */
export function credentialsFromEnvironment(env: Readonly<Record<string, string | undefined>>): Credentials {
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_API_KEY: key, CLOUDFLARE_EMAIL: email } = env;
  if (token) return tokenCredentials(token);
  if (key && email) return keyCredentials(key, email);
  if (!key && !email) {
    throw new CloudflareError({
      code: "cloudflare/bad-token",
      what: "There are no Cloudflare credentials in the environment.",
      advice:
        "Set CLOUDFLARE_API_TOKEN to an API token with the permission Zero Trust Write " +
        "(Zero Trust Read is enough to report).",
    });
  }
  throw new CloudflareError({
    code: "cloudflare/bad-token",
    what: `${key ? "CLOUDFLARE_API_KEY" : "CLOUDFLARE_EMAIL"} is set, but ${key ? "CLOUDFLARE_EMAIL" : "CLOUDFLARE_API_KEY"} is not.`,
    advice: "Set both, or better, only CLOUDFLARE_API_TOKEN.",
  });
}
