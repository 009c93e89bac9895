import { errors } from "undici";
import { CloudflareError, type CloudflareErrorCode, type Method } from "./errors.js";
import type { Attempt } from "./retry.js";
import { escapeText } from "../escape.js";

interface Circumstances {
  readonly method: Method;
  readonly path: string;
  /** What the attempt was given. */
  readonly timeoutMs: number;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** The variable of the environment that names the proxy, where one stands in between. */
  readonly proxyVariable?: string | undefined;
}

const TIMEOUTS = [
  "UND_ERR_ABORTED",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
];

/** What OpenSSL says of a certificate: it says the same however often it is asked. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/u;

/** What undici says where a proxy answers CONNECT with another status than 200. */
const REFUSED_BY_PROXY = /^Proxy response \((\d{3})\)/u;

function stringIn(value: unknown, key: "code" | "message"): string {
  const field: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof field === "string" ? field : "";
}

/** What an attempt came to that brought no answer to read: too late, too large, or no connection. */
export function attemptError(thrown: unknown, circumstances: Circumstances): Attempt<never> {
  const { method, path, timeoutMs, redact, proxyVariable } = circumstances;
  const fail = (
    code: CloudflareErrorCode,
    what: string,
    again: boolean,
    advice?: string,
  ): Attempt<never> => ({
    ok: false,
    error: new CloudflareError({ code, what, method, path, advice }),
    again,
  });
  if (thrown instanceof errors.ResponseExceededMaxSizeError) {
    return fail("cloudflare/not-json", "The answer is larger than the API's are.", false);
  }
  const code = stringIn(thrown, "code");
  const name = thrown instanceof Error ? thrown.name : "";
  const refusal = REFUSED_BY_PROXY.exec(stringIn(thrown, "message"));
  if (refusal !== null) {
    const status = Number(refusal[1]);
    return fail(
      "cloudflare/unreachable",
      `The proxy does not let the connection to the API through: it answered ${status}.`,
      status >= 500,
      `${status === 407 ? "Give its user and password" : "Check the proxy"} in ${proxyVariable ?? "HTTPS_PROXY"}, or ` +
        "name the API's host in NO_PROXY where it is reached directly.",
    );
  }
  if (TIMEOUTS.includes(code) || name === "AbortError") {
    const what = `No answer within ${Math.round(timeoutMs) / 1000} s.`;
    return fail("cloudflare/timeout", what, true);
  }
  const untrusted = UNTRUSTED.test(code);
  // The cause itself is not kept: it may hold the request with its headers.
  const said = [code, stringIn(thrown, "message")].filter((word) => word !== "").join(": ");
  const words = escapeText(redact(said), 300);
  return fail(
    "cloudflare/unreachable",
    `The API cannot be reached (${words || "no reason given"}).`,
    !untrusted,
    untrusted
      ? "The certificate that came is not one that this machine trusts. Where a gateway inspects TLS (as Cloudflare's " +
          "own does), set NODE_EXTRA_CA_CERTS to the file with its root certificate; else check the base URL."
      : `Check the network, ${proxyVariable === undefined ? "whether a proxy has to be set (HTTPS_PROXY)" : `the proxy that ${proxyVariable} names`}, and the base URL (CLOUDFLARE_BASE_URL).`,
  );
}
