/**
 * Where a text stops being JSON. Node's own message names the place in some versions and for some mistakes only, so
 * this is asked once `JSON.parse` has refused a text.
 */

const BLANK = /[ \t\n\r]*/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;
const COLON = /[ \t\n\r]*:/y;
/** What a string goes on with: a run without anything special, or one escape. Short, since engines bound repetition. */
const PLAIN = /[ !#-[\]-\uffff]{1,1000}/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

export interface JsonPlace {
  /** From 1; `column` counts code units. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

/** The first place that is wrong; undefined where the text is JSON after all. */
export function findJsonMistake(text: string): JsonPlace | undefined {
  const open: ("[" | "{")[] = [];
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found !== null;
  };
  const skip = () => take(BLANK);
  /** A string of whatever length: one expression for all of it overflows the stack. */
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
      if (inner === undefined) return at === text.length ? undefined : wrong("nothing more");
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
