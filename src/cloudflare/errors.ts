/** What went wrong, for machines; the strings are stable. */
export type CloudflareErrorCode =
  /** The credentials are missing, malformed, or refused as such. */
  | "cloudflare/bad-token"
  /** The credentials are good and may not do this. */
  | "cloudflare/missing-permission"
  /** The API knows no such account. */
  | "cloudflare/unknown-account"
  /** The deprecated revoke or unrevoke endpoint is not there any more. */
  | "cloudflare/endpoint-gone"
  /** The request limit is used up for longer than the call may wait. */
  | "cloudflare/rate-limited"
  /** The answer is no JSON, or not the API's envelope. */
  | "cloudflare/not-json"
  /** The API said no for another reason. */
  | "cloudflare/refused"
  | "cloudflare/not-found"
  /** The API answered 408 or 5xx until the attempts ran out. */
  | "cloudflare/unavailable"
  /** No connection, or one that broke. */
  | "cloudflare/unreachable"
  /** One attempt took too long. */
  | "cloudflare/timeout"
  /** The call as a whole took too long, or would have. */
  | "cloudflare/deadline"
  /** The answer is a redirect; none is followed, since the credentials would go with it. */
  | "cloudflare/redirected"
  /** A listing could not be shown to be whole. */
  | "cloudflare/incomplete-listing"
  /** A record lacks a field that the API's document requires. */
  | "cloudflare/bad-record"
  /** The caller gave a setting or an argument that cannot be used. */
  | "cloudflare/bad-setting"
  /** The client was closed. */
  | "cloudflare/closed"
  /** Whoever runs the client let no further request out. */
  | "cloudflare/stopped";

/** The methods this client uses. */
export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** An entry of the envelope's `errors`, its texts escaped and cut. */
export interface ApiError {
  readonly code?: number;
  readonly message: string;
  readonly documentation_url?: string;
  /** What led to it, as the API nests it. */
  readonly error_chain?: readonly ApiError[];
}

/** What a {@link CloudflareError} is made from. Texts from outside must have been escaped. */
export interface CloudflareErrorInit {
  readonly code: CloudflareErrorCode;
  /** One sentence that says what happened. */
  readonly what: string;
  /** Further lines. */
  readonly details?: readonly string[] | undefined;
  readonly method?: Method | undefined;
  /** Path below the base URL, without the query. */
  readonly path?: string | undefined;
  readonly status?: number | undefined;
  readonly errors?: readonly ApiError[] | undefined;
  /** What to do about it. */
  readonly advice?: string | undefined;
  /** Whether the call may have been carried out all the same. Default: what `code` says. */
  readonly doubtful?: boolean | undefined;
}

/** After these nobody knows whether the API did what it was asked: the request may have reached it. */
const DOUBTFUL: readonly CloudflareErrorCode[] = [
  "cloudflare/unavailable",
  "cloudflare/unreachable",
  "cloudflare/timeout",
  "cloudflare/deadline",
  "cloudflare/not-json",
];

/**
 * A call that did not do what it should, or could not be made. `message` reads well on its own, in several short
 * lines; no field ever holds a credential.
 */
export class CloudflareError extends Error {
  override readonly name = "CloudflareError";
  readonly code: CloudflareErrorCode;
  /** One sentence that says what happened. */
  readonly what: string;
  readonly method: Method | undefined;
  /** Path below the base URL, without the query. */
  readonly path: string | undefined;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** The API's own words. */
  readonly errors: readonly ApiError[];
  /** The page that the API points to. */
  readonly documentationUrl: string | undefined;
  /** Further lines of the message. */
  readonly details: readonly string[];
  /** What to do about it. */
  readonly advice: string | undefined;
  /**
   * Whether the call may have been carried out all the same: by this attempt, or by an earlier one of the same call
   * whose answer was lost. What was written must be read back then.
   */
  readonly doubtful: boolean;

  constructor(init: CloudflareErrorInit) {
    super(messageOf(init));
    this.code = init.code;
    this.what = init.what;
    this.method = init.method;
    this.path = init.path;
    this.status = init.status;
    this.errors = init.errors ?? [];
    this.details = init.details ?? [];
    this.documentationUrl = this.errors.find((error) => error.documentation_url)?.documentation_url;
    this.advice = init.advice;
    this.doubtful = init.doubtful ?? DOUBTFUL.includes(init.code);
  }

  /** The message on one line: what happened, the API's own words, what to do. */
  get summary(): string {
    const words = this.errors.flatMap(linesOf).map((line) => line.trim());
    return [this.what, words.length > 0 ? `(${words.join("; ")})` : "", this.advice ?? ""]
      .filter((part) => part !== "")
      .join(" ");
  }
}

function linesOf(error: ApiError): string[] {
  const own = error.code === undefined ? error.message : `${error.code}: ${error.message}`;
  return [own, ...(error.error_chain ?? []).flatMap(linesOf).map((line) => `  ${line}`)];
}

function messageOf(init: CloudflareErrorInit): string {
  const { method, path, status, errors = [] } = init;
  const answered = status === undefined ? "" : ` answered ${status}`;
  const where = method && path ? [`${method} ${path}${answered}`] : [];
  const pages = new Set(errors.flatMap(({ documentation_url }) => documentation_url ?? []));
  const inner = [
    ...where,
    ...errors.flatMap(linesOf),
    ...(init.details ?? []),
    ...[...pages].map((page) => `see ${page}`),
  ];
  return [init.what, ...inner.map((line) => `  ${line}`), ...(init.advice ? [init.advice] : [])].join("\n");
}

/** The same error told otherwise. */
export function retold(error: CloudflareError, changes: Partial<CloudflareErrorInit>): CloudflareError {
  const { code, what, details, method, path, status, errors, advice, doubtful } = error;
  return new CloudflareError({
    code,
    what,
    details,
    method,
    path,
    status,
    errors,
    advice,
    doubtful,
    ...changes,
  });
}
