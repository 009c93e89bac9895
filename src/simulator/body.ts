import type { IncomingMessage } from "node:http";
import { SimulatorError } from "./errors.js";

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * A request's body.
 *
 * @throws SimulatorError where it is too large
 */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new SimulatorError(`body: more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/**
 * The JSON object in a request's body; an empty body is an empty object.
 *
 * @throws SimulatorError
 */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(request);
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SimulatorError("body: not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SimulatorError("body: expected a JSON object");
  }
  return value as Readonly<Record<string, unknown>>;
}

/** A text of a body; undefined where it is missing. */
export function text(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new SimulatorError(`${name}: expected a text`);
  return value;
}

/** A text of a body that must be there. */
export function requiredText(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = text(body, name);
  if (value === undefined || value === "") throw new SimulatorError(`${name}: required`);
  return value;
}

/** `ids`, or one `id`. */
export function idsOf(body: Readonly<Record<string, unknown>>): readonly string[] {
  const { ids, id } = body;
  if (Array.isArray(ids) && ids.length > 0 && ids.every((each) => typeof each === "string")) {
    return ids;
  }
  if (ids === undefined && typeof id === "string" && id !== "") return [id];
  throw new SimulatorError("ids: expected a list of registration ids, or id with one");
}

/** Refuses names that a call does not know: a misspelt field would be passed over in silence. */
export function onlyFields(body: Readonly<Record<string, unknown>>, ...names: readonly string[]): void {
  const unknown = Object.keys(body).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new SimulatorError(
      `${unknown}: no such field; ${names.length === 0 ? "none is known" : `there are ${names.join(", ")}`}`,
    );
  }
}
