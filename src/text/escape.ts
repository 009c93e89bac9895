import { clipped } from "./words.js";

/** What `escapeText` leaves unchanged besides visible characters. */
interface EscapeOptions {
  /** Leaves line feeds, for output that indents or frames each line itself. Default false. */
  readonly keepLineFeeds?: boolean;
  /** Leaves tabs. Default false. */
  readonly keepTabs?: boolean;
}

/**
 * Everything that a terminal obeys instead of showing, or that changes what the reader sees around it: controls (Cc),
 * format characters (Cf: bidirectional, zero-width, soft hyphen, tags), lone surrogates (Cs), private use and
 * unassigned characters (Co, Cn: a font may draw them as anything), line and paragraph separators, every space except
 * U+0020, variation selectors, and letters that are invisible (Hangul fillers, the Braille blank).
 */
const hidden =
  /\p{C}|\p{Zl}|\p{Zp}|\p{Variation_Selector}|[\u115f\u1160]|\u17b4|\u17b5|[\u2800\u3164\uffa0]|(?! )\p{Zs}/gu;

/** The only places where {@link hidden} and {@link stackedMarks} can match. Nearly all text has none. */
const unusual = /[^ -~]+/g;

/** The same for a text with its own line breaks. */
const unusualInLines = /[^\n -~]+/g;

/** A run of more combining marks than this reaches over the neighbouring lines. */
const stackedMarks = /(\p{M}{4})(\p{M}+)/gu;

/**
 * Commands in a text. Pulumi's CLI expands `<{%…%}>`, and an open one swallows the following lines. CI runners take
 * `::command::` at the beginning of a line, and `##[command]` or `##vso[command]` anywhere, and hide the line.
 */
const commands = /<(?=\{%)|%(?=\}>)|:(?=:)|#(?=#\[|#vso\[)/g;

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * Makes text of unknown origin safe for terminal-like output: a console, a log, Pulumi's diagnostics and names.
 *
 * - Hidden, control and bidirectional characters become visible: U+202E becomes `\u{202e}`, a line feed `\n`, a
 *   tab `\t`, a carriage return `\r`. The result is one line unless `keepLineFeeds` is set.
 * - The first character of `<{%`, `%}>`, `::`, `##[` and `##vso[` is escaped (`\u{3c}{%`, `\u{3a}:`).
 * - A backslash is unchanged, so that `DOMAIN\name` is readable: the result is for reading, not for decoding.
 * - Of a stack of combining marks, those after the fourth are escaped.
 *
 * It does not quote for Markdown, HTML, YAML or a shell: these formats have their own rules, which can be applied to
 * the result. Applying it twice changes nothing.
 *
 * @param max The most characters (code points) of `text` to show. `…` replaces the rest. Characters are counted before
 * escaping, so the result may be longer, by a bounded factor. Default: no limit.
 */
export function escapeText(text: string, max = Infinity, options: EscapeOptions = {}): string {
  const shown = (character: string) => {
    if (character === "\n") return options.keepLineFeeds === true ? "\n" : "\\n";
    if (character === "\t") return options.keepTabs === true ? "\t" : "\\t";
    return character === "\r" ? "\\r" : codePoint(character);
  };
  return clipped(text, max)
    .replace(unusual, (run) =>
      run
        .replace(hidden, shown)
        .replace(
          stackedMarks,
          (_all, kept: string, rest: string) => kept + Array.from(rest, codePoint).join(""),
        ),
    )
    .replace(commands, codePoint);
}

/**
 * A value as JSON that can be both shown and parsed. What {@link escapeText} makes visible is written as `\u…`, so that
 * no terminal obeys the text and it misleads nobody. Parsing it returns the value unchanged.
 *
 * @param indent Spaces for each level. Default: none, all on one line.
 */
export function jsonText(value: unknown, indent = 0): string {
  return visible(JSON.stringify(value, null, indent));
}

/** At most this many items of a list are written at once. */
const MOST_AT_ONCE = 200;

/**
 * The text of {@link jsonText} with an indent of 2 and a line break at its end, in parts: for a large account it is too
 * large to hold. Lists that are direct properties of the object are split.
 */
export function* jsonParts(object: object): Generator<string, void> {
  let separator = "{";
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const inParts = list.length > MOST_AT_ONCE;
    const head = `{\n  ${JSON.stringify(key)}: [`.length;
    for (let at = 0; at === 0 || at < list.length; at += MOST_AT_ONCE) {
      const json = JSON.stringify({ [key]: inParts ? list.slice(at, at + MOST_AT_ONCE) : value }, null, 2);
      if (json === "{}") break;
      yield (
        separator + visible(json.slice(at === 0 ? 1 : head, inParts ? -LIST_END.length : -OBJECT_END.length))
      );
      separator = ",";
      if (!inParts) break;
    }
    if (inParts) yield LIST_END.slice(0, -OBJECT_END.length);
  }
  yield separator === "{" ? "{}\n" : `${OBJECT_END}\n`;
}

const OBJECT_END = "\n}";

const LIST_END = `\n  ]${OBJECT_END}`;

function visible(json: string): string {
  return json
    .replace(unusualInLines, (run) =>
      run
        .replace(hidden, codeUnits)
        .replace(stackedMarks, (_all, kept: string, rest: string) => kept + codeUnits(rest)),
    )
    .replace(commands, (character) => (character === ":" ? ":" : codeUnits(character)));
}

/** As JSON writes them: a character above U+FFFF becomes two. */
function codeUnits(text: string): string {
  return text
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
