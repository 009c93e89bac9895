/** Faults: what can go wrong with a request, one row each, and the faults that wait for a request. */

import type { ServerResponse } from "node:http";
import { tooMany } from "./admission.js";
import { RefusedCall, SimulatorError, type Wire, wire } from "./envelope.js";

/** A request that a fault strikes, with what the fault can do to it. */
export interface Struck {
  readonly fault: Fault;
  /** The cursor in the request for a listing. */
  readonly cursor: string | null;
  /** The headers of every answer, also of a false one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly response: ServerResponse;
  /** Carries out the request, once. */
  readonly trueAnswer: () => Wire;
  /** Logs an answer and sends it. */
  readonly end: (answer: Wire) => void;
  /** Logs a request whose answer is not sent, or not completely. The status is null if there is none. */
  readonly log: (status: number | null) => void;
}

/** What each kind of fault does. */
const FAULTS = {
  /**
   * Answers with `status` (default 500) in the envelope, with `code` and `message` if given; 429 with `retry_after`.
   */
  status: (struck) => struck.end(refused(struck, 500)),
  /** Answers with an HTML page, as proxies do, and with `status` (default 502). */
  html: ({ fault, headers, end }) => {
    const { status = 502 } = fault;
    const text = `<!DOCTYPE html><html><head><title>${status}</title></head><body>cloudflare</body></html>\n`;
    end({ status, type: "text/html; charset=UTF-8", headers: withRetry(fault, headers), text });
  },
  /** Answers 200 with `success: false`. */
  unsuccessful: (struck) => struck.end(refused(struck, 200)),
  /** Answers with `body`, unchanged, and with `status` (default 200). */
  body: ({ fault, headers, end }) => {
    const { status = 200, body = null } = fault;
    end({ status, type: "application/json", headers: withRetry(fault, headers), text: JSON.stringify(body) });
  },
  /** Never answers. */
  hang: ({ log }) => log(null),
  /** Closes the connection without an answer. */
  reset: ({ log, response }) => {
    log(null);
    response.req.socket.destroy();
  },
  /** Begins the true answer, and closes the connection in the middle. */
  cut: ({ trueAnswer, log, response }) => {
    const whole = trueAnswer();
    log(whole.status);
    const bytes = Buffer.from(whole.text);
    response.writeHead(whole.status, { "Content-Type": whole.type, "Content-Length": bytes.length });
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
  },
  /** Gives the true answer `delay_ms` later (default 1000). */
  slow: ({ fault, trueAnswer, end }) => {
    const made = trueAnswer();
    setTimeout(() => end(made), fault.delay_ms ?? 1000);
  },
  /** Gives the true answer to a listing, but with the request's cursor as the next one. */
  "repeat-cursor": ({ cursor, trueAnswer, end }) => {
    const made = trueAnswer();
    const body = JSON.parse(made.text) as { result_info?: { cursor?: string } };
    if (body.result_info === undefined || cursor === null) end(made);
    else
      end({
        ...made,
        text: JSON.stringify({ ...body, result_info: { ...body.result_info, cursor } }),
      });
  },
} as const satisfies Readonly<Record<string, (struck: Struck) => void>>;

/** The name of a fault. */
export type FaultKind = keyof typeof FAULTS;

/** Applies a fault to its request. */
export function applyFault(struck: Struck): void {
  if (struck.fault.applied === true) struck.trueAnswer();
  FAULTS[struck.fault.kind](struck);
}

function refused({ fault, headers }: Struck, usual: number): Wire {
  const { status = usual, code, retry_after: wait = 1 } = fault;
  const more = withRetry(fault, headers);
  if (status === 429 && code === undefined) return wire(tooMany(wait).answer(), more);
  const message = fault.message ?? (status === 200 ? "Something did not work" : `Injected ${status}`);
  return wire(new RefusedCall(status, [{ code: code ?? 10001, message }]).answer(), more);
}

function withRetry({ retry_after: wait }: Fault, headers: Struck["headers"]): Struck["headers"] {
  return wait === undefined ? headers : { ...headers, "Retry-After": String(wait) };
}

/** A fault, which waits for requests to strike. */
export interface Fault {
  readonly kind: FaultKind;
  /** Which requests: a method, and regular expressions for parts of the path and of the query as sent. */
  readonly match?: { readonly method?: string; readonly path?: string; readonly query?: string };
  /** How many requests it strikes. Default 1. */
  readonly times?: number;
  /** How many matching requests it lets pass first. Default 0. */
  readonly skip?: number;
  /** Whether the request takes effect all the same, so that only its answer is lost. Default false. */
  readonly applied?: boolean;
  readonly status?: number;
  readonly code?: number;
  readonly message?: string;
  /** Seconds, for `Retry-After`. */
  readonly retry_after?: number;
  readonly body?: unknown;
  readonly delay_ms?: number;
}

const NUMBERS = { times: 1, skip: 0, status: 200, code: 0, retry_after: 0, delay_ms: 0 };

const FIELDS = [...Object.keys(NUMBERS), "kind", "match", "applied", "message", "body"];

interface Waiting {
  readonly fault: Fault;
  times: number;
  skip: number;
}

/** The waiting faults, in the order in which they were added. If several match a request, the first one strikes. */
export class Faults {
  #waiting: Waiting[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, times: fault.times ?? 1, skip: fault.skip ?? 0 });
  }

  /** The fault that strikes this request, if any. This counts as one of its requests. */
  strike(method: string, path: string, query: string): Fault | undefined {
    const found = this.#waiting.find(({ fault }) => matches(fault, method, path, query));
    if (found === undefined) return undefined;
    if (found.skip > 0) {
      found.skip--;
      return undefined;
    }
    found.times--;
    if (found.times === 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== found);
    return found.fault;
  }

  /** Removes all faults. */
  clear(): void {
    this.#waiting = [];
  }
}

function matches({ match = {} }: Fault, method: string, path: string, query: string): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false;
  if (match.path !== undefined && !new RegExp(match.path).test(path)) return false;
  return match.query === undefined || new RegExp(match.query).test(query);
}

/**
 * A fault from JSON.
 *
 * @throws SimulatorError naming the field
 */
export function readFault(value: unknown): Fault {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SimulatorError("fault: expected an object");
  }
  const fault = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(fault).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    throw new SimulatorError(`fault.${unknown}: no such field; the fields are ${FIELDS.join(", ")}`);
  }
  if (typeof fault.kind !== "string" || !Object.hasOwn(FAULTS, fault.kind)) {
    throw new SimulatorError(`fault.kind: expected one of ${Object.keys(FAULTS).join(", ")}`);
  }
  for (const [name, least] of Object.entries(NUMBERS)) {
    const number = fault[name];
    if (number !== undefined && !(Number.isSafeInteger(number) && (number as number) >= least)) {
      throw new SimulatorError(`fault.${name}: expected a whole number, at least ${least}`);
    }
  }
  if (typeof fault.status === "number" && fault.status > 599) {
    throw new SimulatorError("fault.status: expected an HTTP status from 200 to 599");
  }
  if (fault.message !== undefined && typeof fault.message !== "string") {
    throw new SimulatorError("fault.message: expected text");
  }
  if (fault.applied !== undefined && typeof fault.applied !== "boolean") {
    throw new SimulatorError("fault.applied: expected true or false");
  }
  checkMatch(fault.match);
  return fault as unknown as Fault;
}

function checkMatch(match: unknown): void {
  if (match === undefined) return;
  if (typeof match !== "object" || match === null)
    throw new SimulatorError("fault.match: expected an object");
  for (const [name, value] of Object.entries(match)) {
    if (!["method", "path", "query"].includes(name) || typeof value !== "string") {
      throw new SimulatorError(`fault.match.${name}: expected method, path or query, with text`);
    }
    if (name === "method") continue;
    try {
      new RegExp(value);
    } catch {
      throw new SimulatorError(`fault.match.${name}: not a regular expression: ${value}`);
    }
  }
}
