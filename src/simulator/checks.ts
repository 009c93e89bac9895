import { instant } from "./clock.js";
import { SimulatorError } from "./errors.js";

/* What must hold for the JSON of a world; each mistake is told with its place, e.g. `registrations[3].device.id`. */

/** A JSON object's fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object. */
export function object(value: unknown, at: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SimulatorError(`${at}: expected an object, got ${quote(value)}`);
  }
  return value as Fields;
}

/** The value as a list of objects. */
export function list(value: unknown, at: string): readonly Fields[] {
  if (!Array.isArray(value)) throw new SimulatorError(`${at}: expected a list, got ${quote(value)}`);
  return value.map((row, index) => object(row, `${at}[${index}]`));
}

/** Texts that must be there. */
export function required(row: Fields, at: string, ...names: readonly string[]): void {
  for (const name of names) {
    const value = row[name];
    // A user chooses the device's name, and may choose none.
    if (typeof value !== "string" || (value === "" && name !== "name")) {
      throw new SimulatorError(`${place(at, name)}: expected a text, got ${quote(value)}`);
    }
  }
}

/** Texts that may be missing or null. */
export function optional(row: Fields, at: string, ...names: readonly string[]): void {
  for (const name of names) {
    const value = row[name];
    if (value != null && typeof value !== "string") {
      throw new SimulatorError(`${place(at, name)}: expected a text or null, got ${quote(value)}`);
    }
  }
}

/** Times that must be there. */
export function times(row: Fields, at: string, ...names: readonly string[]): void {
  for (const name of names) {
    const value = row[name];
    if (typeof value !== "string" || instant(value) === undefined) {
      throw new SimulatorError(`${place(at, name)}: expected an RFC 3339 time, got ${quote(value)}`);
    }
  }
}

/** Times that may be missing or null. */
export function optionalTimes(row: Fields, at: string, ...names: readonly string[]): void {
  times(row, at, ...names.filter((name) => row[name] != null));
}

/** No id twice. */
export function checkUnique(rows: readonly Fields[], at: string): void {
  const seen = new Set<unknown>();
  rows.forEach((row, index) => {
    if (seen.has(row.id)) throw new SimulatorError(`${at}[${index}].id: ${quote(row.id)} occurs twice`);
    seen.add(row.id);
  });
}

function place(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}

/** A value in a message. */
export function quote(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
