import { errors } from "undici";
import { escapeText } from "../text/escape.js";
import { CloudflareError, type CloudflareErrorCode, type Method, RATE_ADVICE, errorWith } from "./errors.js";
import type { Clock, Pace } from "./pace.js";

/** The result of one attempt. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly error: CloudflareError;
      /** Whether another attempt may succeed. */
      readonly again: boolean;
      /** The wait that the server asked for, in milliseconds. */
      readonly retryAfterMs?: number | undefined;
    };

/** The bounds of one call. */
export interface RetryLimits {
  /** For every failure except 429, which is retried until the deadline or {@link MOST_REQUESTS}. */
  readonly maxAttempts: number;
  /** For all attempts and waits together, in milliseconds. */
  readonly deadlineMs: number;
}

/** The call that is attempted. */
interface About {
  readonly method: Method;
  readonly path: string;
}

const FIRST_WAIT_MS = 500;

const LONGEST_WAIT_MS = 30_000;

/** The least wait before another attempt, even if the server asks for less. It doubles after each attempt. */
const SHORTEST_WAIT_MS = 250;

/** The most requests of one call, including those answered with 429. A call that is still refused then has to stop. */
export const MOST_REQUESTS = 60;

/** The wait after the `failures`-th failure (from 1): doubles up to 30 s; half of it is random. */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return full * (0.5 + random / 2);
}

/** The least wait after the `failures`-th failure (from 1), even if `Retry-After` is shorter. */
function floorMs(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** (failures - 1));
}

function seconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 1000)} s`;
}

/** The last error, if there is no time left for another attempt. */
function outOfTime(last: CloudflareError, detail: string): CloudflareError {
  const details = [...last.details, detail];
  if (last.status === 429) return errorWith(last, { code: "cloudflare/rate-limited", details });
  return errorWith(last, {
    code: "cloudflare/deadline",
    what: `The call ran out of time: ${last.what}`,
    details,
  });
}

function gaveUp(last: CloudflareError, attempts: number): CloudflareError {
  if (attempts === 1) return last;
  return errorWith(last, { details: [...last.details, `tried ${attempts} times`] });
}

async function waitForTurn(about: About, pace: Pace, clock: Clock, deadline: number): Promise<void> {
  // Check again after each sleep: meanwhile another call may have gone out, or the server may have asked for a pause.
  for (let wait = pace.delay(clock.elapsed()); wait > 0; wait = pace.delay(clock.elapsed())) {
    if (clock.elapsed() + wait > deadline) {
      throw new CloudflareError({
        ...about,
        code: "cloudflare/rate-limited",
        what: "Cloudflare's request limit is used up.",
        details: [
          `the next request may go out in ${seconds(wait)}; this call has ${seconds(deadline - clock.elapsed())} left`,
        ],
        advice: RATE_ADVICE,
      });
    }
    await clock.sleep(wait);
  }
  pace.sent(clock.elapsed());
}

/**
 * Makes attempts until one succeeds, fails for good, or the limits are reached. Any method may be sent again: every act
 * that this client repeats can be done twice. `attempt` gets its number (from 1) and the milliseconds left. Waits and
 * the deadline are by a clock that nobody can set. Once an attempt's answer was lost, any later error of the call is
 * `doubtful`.
 */
export async function withRetries<T>(
  attempt: (number: number, leftMs: number) => Promise<Attempt<T>>,
  about: About,
  { maxAttempts, deadlineMs }: RetryLimits,
  pace: Pace,
  clock: Clock,
): Promise<T> {
  const deadline = clock.elapsed() + deadlineMs;
  let doubtful = false;
  const failure = (error: CloudflareError) =>
    doubtful && !error.doubtful ? errorWith(error, { doubtful }) : error;
  for (let number = 1, counted = 0; ; number += 1) {
    try {
      await waitForTurn(about, pace, clock, deadline);
    } catch (error) {
      throw error instanceof CloudflareError ? failure(error) : error;
    }
    const outcome = await attempt(number, deadline - clock.elapsed());
    if (outcome.ok) return outcome.value;
    const { again, retryAfterMs } = outcome;
    const error = failure(outcome.error);
    doubtful = error.doubtful;
    if (!again) throw error;
    if (error.status !== 429) counted += 1;
    if (counted >= maxAttempts) throw gaveUp(error, number);
    if (number >= MOST_REQUESTS) throw gaveUp(error, number);
    // A Retry-After close to zero must not make a loop without pauses.
    const floor = floorMs(number);
    const asked = retryAfterMs !== undefined && retryAfterMs > floor;
    const wait = asked ? retryAfterMs : Math.max(floor, backoffMs(number, clock.random()));
    const left = deadline - clock.elapsed();
    if (wait >= left) {
      const who = asked ? "Cloudflare asks to wait" : "the next attempt would be in";
      throw outOfTime(error, `${who} ${seconds(wait)}; the call has ${seconds(Math.max(0, left))} left`);
    }
    if (error.status === 429) pace.block(clock.elapsed() + wait);
    await clock.sleep(wait);
  }
}

interface Circumstances {
  readonly method: Method;
  readonly path: string;
  /** The time that the attempt had. */
  readonly timeoutMs: number;
  /** Removes secrets from a text. */
  readonly redact: (text: string) => string;
  /** The variable of the environment that names the proxy, if there is one in between. */
  readonly proxyVariable?: string | undefined;
}

const TIMEOUTS = [
  "UND_ERR_ABORTED",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
];

/** What OpenSSL reports about a certificate. A retry would not change it. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/u;

/** What undici reports if a proxy answers CONNECT with a status other than 200. */
const REFUSED_BY_PROXY = /^Proxy response \((\d{3})\)/u;

function stringIn(value: unknown, key: "code" | "message"): string {
  const field: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof field === "string" ? field : "";
}

/** The result of an attempt without a readable answer: too late, too large, or no connection. */
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
    return fail("cloudflare/not-json", "The answer is larger than any answer of the API.", false);
  }
  const code = stringIn(thrown, "code");
  const name = thrown instanceof Error ? thrown.name : "";
  const refusal = REFUSED_BY_PROXY.exec(stringIn(thrown, "message"));
  if (refusal !== null) {
    const status = Number(refusal[1]);
    return fail(
      "cloudflare/unreachable",
      `The proxy refuses the connection to the API: it answered ${status}.`,
      status >= 500,
      `${status === 407 ? "Set its user and password" : "Check the proxy"} in ${proxyVariable ?? "HTTPS_PROXY"}, or ` +
        "add the API's host to NO_PROXY if it is reached directly.",
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
      ? "This machine does not trust the server's certificate. If a gateway inspects TLS (as Cloudflare's own " +
          "does), set NODE_EXTRA_CA_CERTS to the file with its root certificate. Otherwise check the base URL."
      : `Check the network, ${proxyVariable === undefined ? "whether a proxy is needed (HTTPS_PROXY)" : `the proxy in ${proxyVariable}`}, and the base URL (CLOUDFLARE_BASE_URL).`,
  );
}
