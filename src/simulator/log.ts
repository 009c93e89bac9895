import { redactor } from "../redact.js";
import { endpointOf } from "./routes.js";

/** One request to the API, as it was answered. */
export interface LogEntry {
  /** From 1 on, in the order of the answers. */
  readonly n: number;
  readonly time: string;
  readonly method: string;
  /** Without `/client/v4`. */
  readonly path: string;
  /** As it was sent, without `?`. */
  readonly query: string;
  /** Null: no answer was given. */
  readonly status: number | null;
}

/** How many requests there were, by method and endpoint, e.g. `GET /accounts/{account_id}/devices/registrations`. */
export interface Stats {
  readonly total: number;
  readonly requests: Readonly<Record<string, number>>;
}

/** The requests so far. Control calls do not count. */
export class RequestLog {
  #entries: LogEntry[] = [];
  #counts = new Map<string, number>();

  readonly #blot: (text: string) => string;

  /** `secrets`, and parts of them, are blotted out wherever a client has put them; `written` gets each entry as it is made. */
  constructor(
    secrets: readonly string[],
    private readonly written: (entry: LogEntry) => void = () => undefined,
  ) {
    const texts = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
    this.#blot = redactor(texts.map((text) => ({ text, label: "***" })));
  }

  /** Adds the next entry. */
  add(request: Omit<LogEntry, "n">): void {
    const entry = {
      n: this.#entries.length + 1,
      time: request.time,
      method: request.method,
      path: this.#blot(request.path),
      query: this.#blot(request.query),
      status: request.status,
    };
    const endpoint = `${request.method} ${endpointOf(request.path) ?? "(no such endpoint)"}`;
    this.#entries.push(entry);
    this.#counts.set(endpoint, (this.#counts.get(endpoint) ?? 0) + 1);
    this.written(entry);
  }

  /** How many there are. */
  get total(): number {
    return this.#entries.length;
  }

  /** The entries after the one with this number. */
  since(n = 0): readonly LogEntry[] {
    return this.#entries.slice(n);
  }

  /** The counts so far. */
  stats(): Stats {
    return { total: this.#entries.length, requests: Object.fromEntries([...this.#counts].sort()) };
  }

  /** Begins anew. */
  clear(): void {
    this.#entries = [];
    this.#counts = new Map();
  }
}
