import { escapeText } from "../text/escape.js";
import { isMapping } from "../text/words.js";
import {
  type ApiError,
  CloudflareError,
  isEndpointGone,
  LATER_ADVICE,
  type Method,
  type ApiRefusal,
  refusalError,
} from "./errors.js";

/** A successful answer of the API. */
export interface OpenedAnswer {
  readonly status: number;
  /** The envelope's `result` and `result_info`, unchanged. */
  readonly result: unknown;
  readonly resultInfo: unknown;
  /** The server's clock in milliseconds since 1970, from the `Date` header, which has whole seconds. */
  readonly date?: number | undefined;
}

/** An answer as it came over the wire, with the call it answers. */
export interface RawAnswer {
  readonly method: Method;
  readonly path: string;
  readonly status: number;
  readonly body: string;
  readonly date?: number | undefined;
  /** The `Location` header of a redirect. */
  readonly location?: string | undefined;
}

/** At most this many characters of an unexpected body, or of one text in an error, are shown. */
const LONGEST_SHOWN = 200;

const MOST_TEXT = 300;

const MOST_ERRORS = 10;

const DEEPEST_CHAIN = 4;

/** An object's fields; undefined if the value is not an object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isMapping(value) ? value : undefined;
}

function readErrors(value: unknown, redact: (text: string) => string, depth = 0): readonly ApiError[] {
  if (!Array.isArray(value) || depth > DEEPEST_CHAIN) return [];
  return value.slice(0, MOST_ERRORS).map((item: unknown) => {
    const { code, message, documentation_url: page, error_chain } = fieldsOf(item) ?? { message: item };
    const chain = readErrors(error_chain, redact, depth + 1);
    return {
      ...(typeof code === "number" && { code }),
      message: typeof message === "string" ? escapeText(redact(message), MOST_TEXT) : "(no message)",
      ...(typeof page === "string" &&
        page.startsWith("https://") && { documentation_url: escapeText(redact(page), MOST_TEXT) }),
      ...(chain.length > 0 && { error_chain: chain }),
    };
  });
}

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return fieldsOf(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function notAnEnvelope(raw: RawAnswer, redact: (text: string) => string): CloudflareError {
  const { method, path, status } = raw;
  const begin = escapeText(redact(raw.body), LONGEST_SHOWN);
  const details = [begin === "" ? "the body is empty" : `the body begins: ${begin}`];
  const refusal: ApiRefusal = { method, path, status };
  if (status === 429 || isEndpointGone(refusal)) return refusalError(refusal, details);
  return new CloudflareError({
    code: "cloudflare/not-json",
    what: "The answer is not what Cloudflare's API sends.",
    details,
    method,
    path,
    status,
    advice:
      status >= 500 ? LATER_ADVICE : "Check the base URL (CLOUDFLARE_BASE_URL), and any proxy on the way.",
  });
}

/**
 * Opens the API's envelope (`success`, `errors`, `result`, `result_info`). Throws a {@link CloudflareError} for
 * `success: false` under any status, for an HTTP error, for a redirect, and for a body that is not an envelope.
 */
export function openEnvelope(raw: RawAnswer, redact: (text: string) => string): OpenedAnswer {
  const { method, path, status, date } = raw;
  if (status >= 300 && status < 400) {
    throw new CloudflareError({
      code: "cloudflare/redirected",
      what: "The answer is a redirect. None is followed, since the credentials would go with it.",
      details: raw.location ? [`it leads to ${escapeText(redact(raw.location), LONGEST_SHOWN)}`] : [],
      method,
      path,
      status,
      advice: "Check the base URL (CLOUDFLARE_BASE_URL).",
    });
  }
  if (status === 204 && raw.body === "") return { status, result: undefined, resultInfo: undefined, date };
  const envelope = parse(raw.body);
  const errors = envelope?.errors;
  const ok = status < 300;
  if (typeof envelope?.success !== "boolean" && (ok || !Array.isArray(errors)))
    throw notAnEnvelope(raw, redact);
  if (ok && envelope?.success === true) {
    return { status, result: envelope.result, resultInfo: envelope.result_info, date };
  }
  throw refusalError({ method, path, status, errors: readErrors(errors, redact) });
}

/** An encoded query, without its question mark. */
export type Query = string;

/** Query parameters by their wire names. An array is repeated (`id=a&id=b`), as the API expects. */
export type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Half a character, which no URL can carry. */
const LONE_SURROGATE = /\p{Cs}/u;

function refuse(what: string, advice: string): never {
  throw new CloudflareError({ code: "cloudflare/bad-setting", what, advice });
}

/** What is wrong with an id, or undefined. `.` or `..` in a path would address something else. */
export function idFault(id: string): string | undefined {
  if (id.trim() === "") return "the id is empty";
  if (id === "." || id === "..") return `"${id}" is not an id`;
  return LONE_SURROGATE.test(id) ? "the id is not well-formed text" : undefined;
}

/** An id as a path segment. Throws `cloudflare/bad-setting` for a text that is not an id. */
export function idSegment(id: string): string {
  const fault = idFault(id);
  if (fault !== undefined) refuse(`A call cannot be made: ${fault}.`, "Give an id as the API lists it.");
  return encodeURIComponent(id);
}

/**
 * The query for bulk calls: `id=a&id=b`. Throws `cloudflare/bad-setting` for a text that is not an id, and for more
 * than `most` ids: the API states no maximum, its older endpoints took 200, and the length of a URL is limited.
 */
export function idQuery(ids: readonly string[], most: number): Query {
  for (const id of ids) idSegment(id);
  if (ids.length > most) {
    refuse(
      `${ids.length} ids are too many for one call.`,
      `Give at most ${most}, or set a larger chunk size.`,
    );
  }
  return encodeQuery({ id: ids }, ["id"], most);
}

/** Whether a filter has an empty list: on the wire it would disappear, and so match everything. */
export function asksForNothing(parameters: Parameters): boolean {
  return Object.values(parameters).some((value) => Array.isArray(value) && value.length === 0);
}

/**
 * Encodes parameters in the order of `names`. Throws `cloudflare/bad-setting` for a name that is not among them, and
 * for an empty value: a lost filter makes the listing wider than requested.
 */
export function encodeQuery(parameters: Parameters, names: readonly string[], most: number): Query {
  const unknown = Object.keys(parameters).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    refuse(`There is no list parameter ${escapeText(unknown, 60)}.`, `Use one of: ${names.join(", ")}.`);
  }
  const pairs = names.flatMap((name) => {
    const value = parameters[name];
    if (value === undefined) return [];
    const values = typeof value === "object" ? value : [String(value)];
    if (values.length > most) {
      refuse(`${values.length} values of ${name} are too many for one call.`, `Give at most ${most}.`);
    }
    return values.map((one) => {
      if (one === "" || LONE_SURROGATE.test(one)) {
        refuse(
          `The list parameter ${name} is empty or not well-formed text.`,
          "Omit it, or give it a value.",
        );
      }
      return `${name}=${encodeURIComponent(one)}`;
    });
  });
  return pairs.join("&");
}
