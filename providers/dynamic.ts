/**
 * What Pulumi's dynamic provider process calls, without loading Pulumi: each method of `dynamic.ResourceProvider`,
 * which every provider here satisfies. That type gives the inputs of `read` the type of outputs, hence the union there.
 */

import { escapeText } from "../src/text/escape.js";
import { configure } from "./session.js";
import { work } from "./stop.js";

/** Properties as they arrive: what the program of any release passed, including `__provider`. */
export type Properties = object;

/** Why an input is refused. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

interface CheckResult<Inputs> {
  readonly inputs: Inputs;
  readonly failures: Failure[];
}

export interface DynamicProvider<Inputs, Outputs> {
  configure(request: { readonly config: { get(key: string): string | undefined } }): Promise<void>;
  check(olds: Properties, news: Properties): Promise<CheckResult<Inputs>>;
  diff(id: string, olds: Properties, news: Properties): Promise<{ readonly changes: boolean }>;
  create(inputs: Properties): Promise<{ readonly id: string; readonly outs: Outputs }>;
  read(
    id: string,
    props?: Properties,
  ): Promise<{ readonly id?: string; readonly props?: Outputs; readonly inputs?: Inputs }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ readonly outs: Outputs }>;
  delete(id: string, props: Properties): Promise<void>;
}

/**
 * Thrown by create or update if the resource exists but not everything was done: Pulumi keeps it and shows the reasons.
 */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  readonly properties: object;

  /** The SDK adds `__provider` to what create and update return, but not here, and the state needs it. */
  constructor(
    readonly id: string,
    outs: object,
    properties: Properties,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
    this.properties = { ...outs, __provider: value(properties, "__provider") };
  }
}

/** What rows of one kind are, and what is done for them. */
interface RowKind<Inputs, Outputs> {
  /** Identifies a row among those of its kind; its id once it is made. */
  readonly idOf: (properties: Properties) => string;
  readonly inputsOf: (properties: Properties) => Inputs;
  /** Why inputs are refused, apart from another account. */
  readonly failuresOf?: (news: Properties) => readonly Failure[];
  /**
   * Whether the inputs ask for a write. The program lists the account on every run, so the inputs are right. `olds` is
   * what the state has, for a program that does not list it.
   */
  readonly isDue: (news: Properties, olds: Properties) => boolean;
  /** Whether what a refresh has just read differs from what the row asks for. */
  readonly hasDrifted: (id: string, read: Properties, news: Properties) => boolean;
  /** Does what is due; what it returns is kept in the state. `olds` is empty for a new row. */
  readonly make: (news: Properties, olds: Properties) => Promise<Outputs>;
  /** What is live; undefined if it is gone, so that Pulumi forgets the row. */
  readonly look: (
    id: string,
    props: Properties,
  ) => Promise<{ readonly props: Outputs; readonly inputs: Inputs } | undefined>;
}

/**
 * A provider of rows of one kind.
 *
 * In a refresh Pulumi reads a row, and then asks for a diff of what was read against the inputs of the last run, which
 * say what was due then. In an update it asks for a diff against inputs that say what is due now. Only `check`, which a
 * refresh does not call, distinguishes the two.
 */
export function provider<Inputs, Outputs>(kind: RowKind<Inputs, Outputs>): DynamicProvider<Inputs, Outputs> {
  const justRead = new Set<string>();
  return {
    configure({ config }) {
      configure(config);
      return Promise.resolve();
    },

    check(olds, news) {
      justRead.delete(kind.idOf(news));
      const failures = [...refuseOtherAccount(olds, news), ...(kind.failuresOf?.(news) ?? [])];
      return Promise.resolve({ inputs: kind.inputsOf(news), failures });
    },

    diff(id, olds, news) {
      const changes = justRead.has(id) ? kind.hasDrifted(id, olds, news) : kind.isDue(news, olds);
      return Promise.resolve({ changes });
    },

    async create(inputs) {
      return { id: kind.idOf(inputs), outs: await work(() => kind.make(inputs, {})) };
    },

    async update(_id, olds, news) {
      return { outs: await work(() => kind.make(news, olds)) };
    },

    async read(id, props = {}) {
      const found = await kind.look(id, props);
      justRead.add(id);
      return found ? { id, ...found } : {};
    },

    /** Forgetting a row never calls the API: a plan decides about registrations and users, not the absence of a row. */
    delete() {
      return Promise.resolve();
    },
  };
}

/** A text property; the empty string if it is missing or not a string. */
export function text(properties: Properties, key: string): string {
  const found = value(properties, key);
  return typeof found === "string" ? found : "";
}

/** Any property; undefined if it is missing. */
export function value(properties: Properties, key: string): unknown {
  return (properties as Readonly<Record<string, unknown>>)[key];
}

/** A stack belongs to one account: with another one, every row would be about registrations that do not exist there. */
function refuseOtherAccount(olds: Properties, news: Properties): Failure[] {
  const [old, now] = [text(olds, "account"), text(news, "account")];
  if (old === "" || old === now) return [];
  const reason = `this stack belongs to account ${old} and cannot change to ${now}: use a separate stack for each account (pulumi stack init)`;
  return [{ property: "account", reason }];
}

// Free text as an input: Pulumi shows inputs as they are, and the provider needs the original text.

/** Makes a text safe to show; {@link readInput} gives back exactly the original. */
export function toInput(text: string): string {
  // Every backslash is spelled out, so that none is mistaken for an escape.
  return escapeText(text.replaceAll("\\", "\\u{5c}"));
}

/** The text that {@link toInput} was given. */
export function readInput(input: string): string {
  return input.replace(ESCAPES, (escape, point: string | undefined) =>
    point === undefined ? (SHORT[escape] ?? escape) : String.fromCodePoint(Number.parseInt(point, 16)),
  );
}

const ESCAPES = /\\(?:u\{([0-9a-f]{1,6})\}|[nrt])/gu;

const SHORT: Readonly<Record<string, string>> = { "\\n": "\n", "\\r": "\r", "\\t": "\t" };
