/** What `escapeText` leaves as it is, besides visible characters. */
interface EscapeOptions {
  /** Leave line feeds, for a sink that indents or frames each line by itself. Default false. */
  readonly keepLineFeeds?: boolean;
  /** Leave tabs. Default false. */
  readonly keepTabs?: boolean;
}

/**
 * Everything that a terminal obeys instead of showing, or that changes what the reader sees around it: controls
 * (Cc), format characters (Cf: bidirectional, zero-width, soft hyphen, tags), lone surrogates (Cs), private use and
 * unassigned characters (Co, Cn: a font may draw them as anything), line and paragraph separators, every space but
 * U+0020, variation selectors, and the letters that are drawn as nothing (Hangul fillers, the Braille blank).
 */
const hidden =
  /\p{C}|\p{Zl}|\p{Zp}|\p{Variation_Selector}|[\u115f\u1160]|\u17b4|\u17b5|[\u2800\u3164\uffa0]|(?! )\p{Zs}/gu;

/** Where {@link hidden} and {@link stackedMarks} can find anything; nearly all text is passed over by this alone. */
const unusual = /[^ -~]+/g;

/** The same in a text whose line breaks are its own. */
const unusualInLines = /[^\n -~]+/g;

/** A run of combining marks beyond this many is stacked over the neighbouring lines. */
const stackedMarks = /(\p{M}{4})(\p{M}+)/gu;

/**
 * What those who show a text obey instead: Pulumi's CLI expands `<{%…%}>`, and an open one swallows the lines that
 * follow; CI runners take `::command::` at the beginning of a line, and `##[command]` or `##vso[command]` anywhere,
 * and do not show the line that holds one.
 */
const commands = /<(?=\{%)|%(?=\}>)|:(?=:)|#(?=#\[|#vso\[)/g;

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * Text of unknown origin, made safe for a terminal-like sink: a console, a log, Pulumi's diagnostics and names.
 *
 * - Hidden, control and bidirectional characters become visible: U+202E becomes `\u{202e}`, a line feed `\n`, a
 *   tab `\t`, a carriage return `\r`. The result is one line unless `keepLineFeeds` says otherwise.
 * - `<{%`, `%}>`, `::`, `##[` and `##vso[` lose their first character to an escape (`\u{3c}{%`, `\u{3a}:`).
 * - A backslash stays as it is, so that `DOMAIN\name` reads well: the result is for reading, not for decoding.
 * - A stack of more than four combining marks is cut out into escapes.
 *
 * It does not quote for Markdown, HTML, YAML or a shell: those sinks have their own rules, and can apply them to
 * the result. Applying it twice changes nothing.
 *
 * @param max The most characters (code points) of `text` that are shown; what is cut is replaced by `…`. Counted
 * before escaping, so that the result may be longer, by a bounded factor. Default: no limit.
 */
export function escapeText(text: string, max = Infinity, options: EscapeOptions = {}): string {
  const shown = (character: string) => {
    if (character === "\n") return options.keepLineFeeds === true ? "\n" : "\\n";
    if (character === "\t") return options.keepTabs === true ? "\t" : "\\t";
    return character === "\r" ? "\\r" : codePoint(character);
  };
  return cut(text, max)
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
 * A value as JSON that can be shown as well as parsed: what {@link escapeText} makes visible is written as `\u…`, so
 * that no terminal obeys the text and nobody is misled by it. Whoever parses it gets the value as it is.
 *
 * @param indent Spaces of each level; default none, all on one line.
 */
export function jsonText(value: unknown, indent = 0): string {
  return visible(JSON.stringify(value, null, indent));
}

/** So many items of a list are written at once. */
const SOME = 200;

/**
 * What {@link jsonText} writes with an indent of 2, and a line break, in parts: of a large account it is more than can
 * be held well. The lists that stand directly in the object are taken apart.
 */
export function* jsonParts(object: object): Generator<string, void> {
  let separator = "{";
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    const list = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const inParts = list.length > SOME;
    const head = `{\n  ${JSON.stringify(key)}: [`.length;
    for (let at = 0; at === 0 || at < list.length; at += SOME) {
      const json = JSON.stringify({ [key]: inParts ? list.slice(at, at + SOME) : value }, null, 2);
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

/** As JSON writes them: a character beyond U+FFFF is two. */
function codeUnits(text: string): string {
  return text
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/** The first `max` code points, the last of them an ellipsis where something was cut. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  // Two code units hold at least one code point: a huge text is never walked whole.
  const points = Array.from(text.slice(0, 2 * max + 2));
  return points.length <= max ? text : `${points.slice(0, Math.max(0, max - 1)).join("")}…`;
}
