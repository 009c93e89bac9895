import { CloudflareError } from "./errors.js";
import { escapeText } from "../escape.js";

/** Cloudflare's API. */
export const DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether a host, as a URL has it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

function refuse(what: string): never {
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what,
    advice: `Leave it out for ${DEFAULT_BASE_URL}, or set CLOUDFLARE_BASE_URL to an https:// address with no more than a path.`,
  });
}

/**
 * The address under which all calls are made, without a slash at its end: the option, else `CLOUDFLARE_BASE_URL`, else
 * Cloudflare's own. A path in it is kept. Throws `cloudflare/bad-setting` for what would send the credentials in
 * clear over a network, and for credentials, a query or a fragment in the address.
 */
export function resolveBaseUrl(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const set = option ?? env.CLOUDFLARE_BASE_URL?.trim() ?? "";
  const text = set === "" ? DEFAULT_BASE_URL : set;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    refuse("The base URL is no http or https address.");
  // Nothing of these is shown: it may be a password.
  if (url.username !== "" || url.password !== "") refuse("The base URL has credentials in it.");
  if (/[?#]/.test(text)) refuse("The base URL has a query or a fragment.");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    refuse(`The base URL would send the credentials to ${escapeText(url.hostname, 100)} unencrypted.`);
  }
  return url.href.replace(/\/+$/, "");
}
