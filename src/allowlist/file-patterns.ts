/**
 * Patterns for files, as `--allowlist` takes them: `*` and `?` within a name, `**` for any folders, `[abc]`, and
 * alternatives in braces. Matching takes at most pattern × name steps. Extended globs such as `+(a|b)` are refused: a
 * regular expression made from one could take forever. Every other character, a parenthesis included, matches itself.
 */

import { shown } from "../text/words.js";

/** Where to look for an allowlist if the user gives no pattern. Not all of them have to match. */
export const DEFAULT_PATTERNS: readonly string[] = ["allowlist.yaml", "allowlist/**/*.{yaml,yml}"];

/**
 * Splits the text of the configuration into globs. They are separated by commas, except commas inside `{a,b}`; or the
 * text is a list, which Pulumi passes as JSON (`pulumi config set --path 'warp-registrations:allowlist[0]' …`).
 */
export function splitPatterns(text: string | undefined): readonly string[] {
  if (text === undefined) return DEFAULT_PATTERNS;
  return listOf(text) ?? split(text);
}

/** The items of a JSON list. A glob may begin with `[` as well. */
function listOf(text: string): readonly string[] | undefined {
  if (!text.trimStart().startsWith("[")) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}

function split(text: string): readonly string[] {
  return text
    .split(/,(?![^{]*\})/u)
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "");
}

/** One pattern, its alternatives expanded. */
export interface FilePattern {
  /** The pattern for the search: it matches at least what the pattern matches, with at most one `*` in a name. */
  readonly search: string;
  /** The folder that holds everything the pattern can match, with `/`; empty for the project's own folder. */
  readonly folder: string;
  /** Whether the pattern names exactly one file. */
  readonly isStatic: boolean;
  /** Whether a name, relative to the project's folder and with `/`, matches. */
  readonly matches: (name: string) => boolean;
  /** Whether the pattern can match something below that folder. */
  readonly reaches: (folder: string) => boolean;
}

/** The patterns that a text stands for, or why it is not a pattern. */
type ParsedPattern =
  | { readonly ok: true; readonly patterns: readonly FilePattern[] }
  | { readonly ok: false; readonly why: string };

/** The most alternatives that the braces of one pattern may make. The default pattern makes two. */
const mostAlternatives = 64;

/** The most `**` in one pattern: each is tried at each depth. */
const mostDeep = 4;

export function parseFilePattern(text: string): ParsedPattern {
  const extended = /(?<!\\)(?:[!*+@]|\?)\(/u.exec(text)?.[0];
  if (extended !== undefined)
    return { ok: false, why: `extended globs such as ${shown(`${extended}…)`)} are not read` };
  const alternatives = expandBraces(text);
  if (alternatives === undefined)
    return { ok: false, why: `its braces make more than ${mostAlternatives} patterns` };
  const patterns = alternatives.map(toPattern);
  if (patterns.some((pattern) => pattern === undefined))
    return { ok: false, why: `it has more than ${mostDeep} \`**\`` };
  return { ok: true, patterns: patterns.flatMap((pattern) => pattern ?? []) };
}

/** All alternatives of `a{b,c{d,e}}f`. Braces without a comma match themselves. Undefined if there are too many. */
function expandBraces(text: string): readonly string[] | undefined {
  const done: string[] = [];
  const open: string[] = [text];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const found = firstBraces(next);
    if (found === undefined) done.push(next);
    else {
      const { start, end, parts } = found;
      const before = next.slice(0, start);
      const after = next.slice(end);
      for (const part of [...parts].reverse()) open.push(before + part + after);
    }
    if (done.length + open.length > mostAlternatives) return undefined;
  }
  return done;
}

interface Braces {
  readonly start: number;
  readonly end: number;
  readonly parts: readonly string[];
}

function firstBraces(text: string): Braces | undefined {
  const starts: { readonly at: number; readonly commas: number[] }[] = [];
  let outermost: Braces | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === "{") starts.push({ at, commas: [] });
    else if (character === ",") starts.at(-1)?.commas.push(at);
    else if (character === "}") {
      const inner = starts.pop();
      if (inner === undefined || inner.commas.length === 0) continue;
      const cuts = [inner.at, ...inner.commas, at];
      const parts = cuts.slice(1).map((cut, index) => text.slice((cuts[index] ?? 0) + 1, cut));
      // Keep the braces that begin first: those inside them are expanded later.
      if (outermost === undefined || inner.at < outermost.start)
        outermost = { start: inner.at, end: at + 1, parts };
      if (starts.length === 0) return outermost;
    }
  }
  return outermost;
}

/** One part of a name's pattern: a character, any character (`?`), any run of characters (`*`), or a class. */
type Token = string | { readonly kind: "any" | "run" } | Class;

interface Class {
  readonly kind: "class";
  readonly negated: boolean;
  readonly ranges: readonly (readonly [string, string])[];
}

type Segment = "**" | readonly Token[];

function toPattern(text: string): FilePattern | undefined {
  const names = text
    .split("/")
    .filter((name, at, all) => name !== "." && (name !== "" || at === all.length - 1));
  const segments = names
    .map((name): Segment => (name === "**" ? "**" : toTokens(name)))
    .filter((segment, at, all) => segment !== "**" || all[at - 1] !== "**");
  if (segments.filter((segment) => segment === "**").length > mostDeep) return undefined;
  const fixed = segments.findIndex((segment) => segment === "**" || !isLiteral(segment));
  const folder = segments
    .slice(0, fixed === -1 ? -1 : fixed)
    .map(literalOf)
    .join("/");
  return {
    search: segments.map(searchOf).join("/"),
    folder,
    isStatic: fixed === -1,
    matches: (name) => placesBehind(segments, name.split("/")).has(segments.length),
    reaches: (name) => [...placesBehind(segments, name.split("/"))].some((place) => place < segments.length),
  };
}

function toTokens(name: string): readonly Token[] {
  const tokens: Token[] = [];
  const characters = Array.from(name);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "\\" && at + 1 < characters.length) tokens.push(characters[++at] ?? "");
    else if (character === "?") tokens.push({ kind: "any" });
    else if (character === "*") {
      const last = tokens.at(-1);
      if (last === undefined || !isRun(last)) tokens.push({ kind: "run" });
    } else if (character === "[" && characters.includes("]", at + 2)) {
      const negated = characters[at + 1] === "!" || characters[at + 1] === "^";
      const from = at + (negated ? 2 : 1);
      const end = characters.indexOf("]", from + 1);
      if (end === -1) tokens.push(character);
      else {
        tokens.push({ kind: "class", negated, ranges: toRanges(characters.slice(from, end)) });
        at = end;
      }
    } else tokens.push(character);
  }
  return tokens;
}

function toRanges(characters: readonly string[]): Class["ranges"] {
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < characters.length; at++) {
    const first = characters[at] ?? "";
    const last = characters[at + 1] === "-" ? characters[at + 2] : undefined;
    ranges.push([first, last ?? first]);
    if (last !== undefined) at += 2;
  }
  return ranges;
}

function isLiteral(tokens: readonly Token[]): boolean {
  return tokens.every((token) => typeof token === "string");
}

function literalOf(segment: Segment): string {
  return segment === "**" ? "" : segment.filter((token) => typeof token === "string").join("");
}

/** The literal text before the first wildcard and after the last one, with one `*` between them. */
function searchOf(segment: Segment): string {
  if (segment === "**") return "**";
  const isWild = (token: Token) => typeof token !== "string";
  const first = segment.findIndex(isWild);
  const literal = (tokens: readonly Token[]) =>
    literalOf(tokens).replace(/[^\p{L}\p{N} _.,~%=#;:'"&<>-]/gu, "\\$&");
  if (first === -1) return literal(segment);
  return `${literal(segment.slice(0, first))}*${literal(segment.slice(segment.findLastIndex(isWild) + 1))}`;
}

/**
 * The places in a pattern that the names can lead to from its beginning. Takes at most one step for each segment and
 * name, for each `**`, because it walks the sets of places and not the ways through them.
 */
function placesBehind(segments: readonly Segment[], names: readonly string[]): ReadonlySet<number> {
  let places = closed(segments, new Set([0]));
  for (const name of names) {
    const next = new Set<number>();
    for (const place of places) {
      const segment = segments[place];
      if (segment === undefined) continue;
      // As in a shell, only a pattern that begins with a dot matches a hidden name.
      if (segment === "**") {
        if (!name.startsWith(".")) next.add(place);
      } else if (matchesName(segment, name)) next.add(place + 1);
    }
    places = closed(segments, next);
  }
  return places;
}

/** Adds the places behind each `**`, which may also match no folder. */
function closed(segments: readonly Segment[], places: Set<number>): ReadonlySet<number> {
  // The loop also visits the places that it adds.
  for (const place of places) if (segments[place] === "**") places.add(place + 1);
  return places;
}

function matchesName(wanted: readonly Token[], name: string): boolean {
  if (name.startsWith(".") && wanted[0] !== ".") return false;
  return matchesRuns(wanted, Array.from(name), isRun, matchesOne);
}

function isRun(token: Token): boolean {
  return typeof token === "object" && token.kind === "run";
}

function matchesOne(token: Token, character: string): boolean {
  if (typeof token === "string") return token === character;
  if (token.kind !== "class") return token.kind === "any";
  return token.ranges.some(([first, last]) => first <= character && character <= last) !== token.negated;
}

/**
 * Whether `text` matches `pattern`. `*` matches any run of characters, `?` any one, and every other character itself.
 * Takes at most pattern × text steps: a regular expression made from the same pattern can take forever.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return matchesRuns(Array.from(pattern), Array.from(text), isStar, fits);
}

const isStar = (wanted: string): boolean => wanted === "*";

const fits = (wanted: string, given: string): boolean => wanted === "?" || wanted === given;

/**
 * The same for a pattern in parts, where each part matches any run of characters or one character. Goes back only to
 * the last run: an earlier one could not match more.
 */
function matchesRuns<Part>(
  wanted: readonly Part[],
  given: readonly string[],
  isRun: (part: Part) => boolean,
  fits: (part: Part, character: string) => boolean,
): boolean {
  let at = 0;
  let run = -1;
  let resume = 0;
  for (let g = 0; g < given.length;) {
    const part = wanted[at];
    if (part !== undefined && isRun(part)) {
      run = at++;
      resume = g;
    } else if (part !== undefined && fits(part, given[g] ?? "")) {
      at++;
      g++;
    } else if (run < 0) {
      return false;
    } else {
      at = run + 1;
      g = ++resume;
    }
  }
  return wanted.slice(at).every(isRun);
}
