/** Free text as an input: Pulumi shows inputs as they are, and the provider needs them as they were meant. */
import { escapeText } from "../src/text/escape.js";

/** Makes a text safe to show, so that {@link readInput} gives back just what it was. */
export function toInput(text: string): string {
  // With every backslash spelled out, none is left that could be taken for an escape.
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
