import { resolve } from "node:path";
import { readAccessUser, readPhysicalDevice, readRegistration } from "../cloudflare/collection.js";
import { CloudflareError } from "../cloudflare/index.js";
import type { EarlierRuns } from "../reconcile/decision.js";
import type { ReportDocument } from "../report/document.js";
import { checkReport } from "../report/read-back.js";
import type { FullInventory } from "../run/account.js";
import { HISTORY_VARIABLE, ownByAll, ownByHistory, ownByText, ownByVariable } from "../run/earlier-runs.js";
import { jsonText } from "../text/escape.js";
import {
  LARGEST_JSON,
  LARGEST_YAML,
  OutputError,
  type OutputText,
  readInput,
  reasonOf,
  writeOutputs,
} from "../text/files.js";
import { isMapping, variable } from "../text/words.js";
import { type Surroundings, UserError } from "./command.js";

/**
 * The text of a regular file of an allowed size. Throws a {@link UserError}. Undefined if `optional` is set and there
 * is no file.
 */
export function readText(folder: string, path: string): string;

export function readText(folder: string, path: string, optional: true): string | undefined;

export function readText(folder: string, path: string, optional = false): string | undefined {
  try {
    return readInput(resolve(folder, path), /\.ya?ml$/iu.test(path) ? LARGEST_YAML : LARGEST_JSON);
  } catch (error) {
    if (optional && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError(`${path}: cannot be read: ${reasonOf(error)}`, undefined, { cause: error });
  }
}

/** The value of `--own`. */
export interface OwnOptions {
  readonly own?: readonly string[];
}

/**
 * The files of earlier runs that {@link readOwn} reads, except a history that the run itself keeps, because the run
 * writes it on purpose.
 */
export function filesOfOwn(
  { env }: Surroundings,
  { own = [] }: OwnOptions,
  history?: string,
): readonly (string | undefined)[] {
  return history === undefined ? [variable(env, HISTORY_VARIABLE), ...own] : own;
}

/** What files report about earlier runs: those of `--own`, a history, and the one that the environment names. */
export function readOwn(
  { env, folder }: Surroundings,
  account: string,
  { own = [] }: OwnOptions,
  history?: string,
): EarlierRuns | undefined {
  const given = own.map((path) => {
    const found = ownByText(account, readText(folder, path));
    if (found) return found;
    throw new UserError(
      `--own ${path}: contains nothing that a stack of account ${account} revoked`,
      "give the output of `pulumi stack export`, a run's report (WARP_REPORT), or a --history of drift",
    );
  });
  const kept = history === undefined ? undefined : ownByKept(readText(folder, history, true), account);
  return ownByAll([ownByVariable(account, env), kept, ...given]);
}

/** A history that this run begins has no earlier runs. */
function ownByKept(text: string | undefined, account: string): EarlierRuns | undefined {
  return text === undefined ? ownByHistory({}) : ownByText(account, text);
}

/** JSON as a value. Throws a {@link UserError} with the place of the mistake. */
export function parseJson(path: string, text: string, hint?: string): unknown {
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  try {
    return JSON.parse(plain) as unknown;
  } catch (error) {
    const place = findJsonMistake(plain);
    const where = place ? `${path}:${place.line}:${place.column}` : path;
    const what = place ? `expected ${place.expected}` : reasonOf(error);
    throw new UserError(`${where}: not JSON: ${what}`, hint, { cause: error });
  }
}

// Finds where a text stops being JSON. Node's own message has the place only in some versions and for some mistakes,
// so this runs once `JSON.parse` has refused a text.

const BLANK = /[ \t\n\r]*/y;

const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;

const COLON = /[ \t\n\r]*:/y;

/** The next piece of a string: a run without special characters. It is short, because engines limit repetition. */
const PLAIN = /[ !#-[\]-\uffff]{1,1000}/y;

const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

interface JsonPlace {
  /** From 1. `column` counts code units. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

/** The first mistake; undefined if the text is JSON after all. */
function findJsonMistake(text: string): JsonPlace | undefined {
  const open: ("[" | "{")[] = [];
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found !== null;
  };
  const skip = () => take(BLANK);
  /** A string of any length. A single expression for all of it would overflow the stack. */
  const takeString = (): boolean => {
    const from = at;
    if (text[at] !== '"') return false;
    at++;
    while (take(PLAIN) || take(ESCAPE));
    if (text[at] === '"') {
      at++;
      return true;
    }
    at = from;
    return false;
  };
  const takeKey = (): boolean => {
    const from = at;
    if (takeString() && take(COLON)) return true;
    at = from;
    return false;
  };
  const wrong = (expected: string): JsonPlace => placeOf(text, at, expected);
  for (;;) {
    skip();
    const bracket = text[at];
    if (bracket === "[" || bracket === "{") {
      at++;
      skip();
      if (text[at] !== closing(bracket)) {
        open.push(bracket);
        if (bracket === "{" && !takeKey()) return wrong('a key in double quotes and ":"');
        continue;
      }
      at++;
    } else if (!takeString() && !take(SCALAR)) return wrong("a value");
    for (;;) {
      skip();
      const inner = open.at(-1);
      if (inner === undefined) return at === text.length ? undefined : wrong("the end of the file");
      if (text[at] === ",") {
        at++;
        skip();
        if (inner === "{" && !takeKey()) return wrong('a key in double quotes and ":"');
        break;
      }
      if (text[at] !== closing(inner)) return wrong(`"," or "${closing(inner)}"`);
      at++;
      open.pop();
    }
  }
}

function closing(bracket: "[" | "{"): string {
  return bracket === "[" ? "]" : "}";
}

function placeOf(text: string, at: number, expected: string): JsonPlace {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1, expected };
}

// Writes the files of a command. A file that cannot be written is a mistake of the user.

export interface FileText {
  /** The path as the user wrote it, for messages. */
  readonly path: string;
  readonly text: OutputText;
}

/** Writes all of the files, or none and throws a {@link UserError}: see `writeOutputs`. */
export function writeFiles(folder: string, files: readonly FileText[]): void {
  const given = new Map(files.map(({ path }) => [resolve(folder, path), path]));
  try {
    writeOutputs(files.map(({ path, text }) => ({ path: resolve(folder, path), text })));
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    const path = given.get(error.path) ?? error.path;
    throw new UserError(`${path}: cannot be written: ${reasonOf(error.cause)}`, undefined, { cause: error });
  }
}

// The account as one file, which `plan`, `explain` and `simulate` take instead of a live one.

/** Version 1 of the file. Records are as the API sent them. */
export interface InventoryFile {
  readonly kind: "warp-inventory";
  readonly version: 1;
  readonly account: string;
  /** RFC 3339: when the listing began. */
  readonly takenAt: string;
  /** Whether the data that identifies people and machines was replaced. */
  readonly redacted: boolean;
  readonly registrations: FullInventory["registrations"];
  readonly devices: FullInventory["devices"];
  /** Only if requested. */
  readonly accessUsers?: FullInventory["accessUsers"] | undefined;
}

/** One record on each line, and in parts: a diff of two files shows what changed, and no line holds a whole account. */
export function* formatInventory(file: InventoryFile): Generator<string, void> {
  const { registrations, devices, accessUsers, ...head } = file;
  yield "{\n";
  for (const [key, value] of Object.entries(head)) yield `  ${jsonText(key)}: ${jsonText(value)},\n`;
  if (accessUsers) yield* rows("accessUsers", accessUsers, ",");
  yield* rows("registrations", registrations, ",");
  yield* rows("devices", devices, "");
  yield "}\n";
}

/** At most this many records are written at once. */
const MOST_AT_ONCE = 500;

function* rows(key: string, list: readonly unknown[], end: string): Generator<string, void> {
  yield `  ${jsonText(key)}: [`;
  for (let at = 0; at < list.length; at += MOST_AT_ONCE) {
    const lines = list.slice(at, at + MOST_AT_ONCE).map((row) => `\n    ${jsonText(row)}`);
    yield (at > 0 ? "," : "") + lines.join(",");
  }
  yield `${list.length === 0 ? "" : "\n  "}]${end}\n`;
}

const MAKE_ONE = "create one with: warp-registrations inventory --output inventory.json";

/** Reads and checks an inventory. Throws a {@link UserError} with the place of the mistake. */
export function readInventoryFile(folder: string, path: string): InventoryFile {
  const value = parseJson(path, readText(folder, path), MAKE_ONE);
  if (!isMapping(value) || value.kind !== "warp-inventory")
    throw new UserError(`${path}: is not an inventory`, MAKE_ONE);
  const file = value;
  if (file.version !== 1) {
    throw new UserError(
      `${path}: version: the inventory has version ${JSON.stringify(file.version)}, but this program reads version 1`,
      "create the inventory again, or use the release that wrote it",
    );
  }
  const account = text(path, "account", file.account);
  const takenAt = text(path, "takenAt", file.takenAt);
  if (Number.isNaN(Date.parse(takenAt))) throw new UserError(`${path}: takenAt: expected an RFC 3339 time`);
  return {
    kind: "warp-inventory",
    version: 1,
    account,
    takenAt,
    redacted: file.redacted === true,
    registrations: records(path, "registrations", file.registrations, readRegistration),
    devices: records(path, "devices", file.devices, readPhysicalDevice),
    accessUsers:
      file.accessUsers === undefined
        ? undefined
        : records(path, "accessUsers", file.accessUsers, readAccessUser),
  };
}

function records<T extends { readonly id: string }>(
  path: string,
  key: string,
  value: unknown,
  read: (row: unknown) => T,
): readonly T[] {
  if (!Array.isArray(value)) throw new UserError(`${path}: ${key}: expected a list`, MAKE_ONE);
  const first = new Map<string, number>();
  return value.map((row: unknown, at) => {
    const place = `${path}: ${key}[${at}]`;
    const record = checked(place, () => read(row));
    const other = first.get(record.id);
    if (other !== undefined) throw new UserError(`${place}: the same id as ${key}[${other}]`, MAKE_ONE);
    first.set(record.id, at);
    return record;
  });
}

function checked<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CloudflareError) throw new UserError(`${place}: ${error.what}`, MAKE_ONE);
    throw error;
  }
}

function text(path: string, key: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new UserError(`${path}: ${key}: expected text`, MAKE_ONE);
}

/**
 * Reads the report of a plan, a drift or a run, and checks it against the published schema.
 *
 * @param fix What to give instead, if the file is not a report.
 * @throws UserError with the place of the mistake
 */
export function readReportFile(folder: string, path: string, fix: string): ReportDocument {
  const value = parseJson(path, readText(folder, path), fix);
  const read = checkReport(value);
  if (!read.ok) throw new UserError(`${path}: ${read.why}`, fix);
  return read.document;
}
