import { CloudflareError } from "./errors.js";
import { escapeText } from "../escape.js";

/** An encoded query, without its question mark. */
export type Query = string;

/** Query parameters by their wire names; an array is repeated (`id=a&id=b`), as the API has it. */
export type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Half a character, which no URL can carry. */
const LONE_SURROGATE = /\p{Cs}/u;

function refuse(what: string, advice: string): never {
  throw new CloudflareError({ code: "cloudflare/bad-setting", what, advice });
}

/** What is wrong with an id, or undefined. `.` and `..` in a path would address something else. */
export function idFault(id: string): string | undefined {
  if (id.trim() === "") return "the id is empty";
  if (id === "." || id === "..") return `"${id}" is no id`;
  return LONE_SURROGATE.test(id) ? "the id is not well-formed text" : undefined;
}

/** An id as a path segment. Throws `cloudflare/bad-setting` for what is none. */
export function idSegment(id: string): string {
  const fault = idFault(id);
  if (fault !== undefined) refuse(`A call cannot be made: ${fault}.`, "Give an id as the API lists it.");
  return encodeURIComponent(id);
}

/**
 * The query for bulk calls: `id=a&id=b`. Throws `cloudflare/bad-setting` for an id that is none, and for more than
 * `most`: the API states no maximum, its older endpoints took 200, and a URL has its bounds.
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

/** Whether a filter asks for none of anything: an empty list would vanish from the wire, and so match everything. */
export function asksForNothing(parameters: Parameters): boolean {
  return Object.values(parameters).some((value) => Array.isArray(value) && value.length === 0);
}

/**
 * Encodes parameters in the order of `names`. Throws `cloudflare/bad-setting` for a name that is not among them, and
 * for an empty value: a filter that is lost makes the listing wider than was asked.
 */
export function encodeQuery(parameters: Parameters, names: readonly string[], most: number): Query {
  const unknown = Object.keys(parameters).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    refuse(`There is no list parameter ${escapeText(unknown, 60)}.`, `Use ${names.join(", ")}.`);
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
        refuse(`The list parameter ${name} is empty or no text.`, "Leave it out, or give it a value.");
      }
      return `${name}=${encodeURIComponent(one)}`;
    });
  });
  return pairs.join("&");
}
