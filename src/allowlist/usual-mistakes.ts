/**
 * Common mistakes in YAML, and what the writer meant. A parser reports where it could not go on, in its own words. This
 * file checks the lines around that place for the mistakes that people make again and again. It tries each correction,
 * and suggests it only if the syntax of the corrected file is valid beyond these lines.
 */

import { shown } from "../text/words.js";
import { isEntryKey } from "./keys/entries.js";
import { rootKeys, sharedKeys } from "./keys/root.js";
import type { Problem } from "./source.js";

/** A correction is tried on about this many lines before and after the place, below the line of their section. */
const mostTried = 200;

/** A longer line is not a typing mistake, and would take long to check. */
const longestLine = 1000;

/** At most this many columns are tried for a line. */
const mostColumns = 6;

/** An example shows at most this many lines, each cut to `longestShown`. */
const mostShown = 8;

const longestShown = 120;

/** A correction of the lines from `from` up to but not including `to`. */
interface Correction {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
  /** Where the mistake is (a line and a column from 0), what it is, and what to do. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly fix: string;
  /** Lines before `from` with which the example begins. */
  readonly before?: readonly string[];
}

/** The 0-based line of a text's first syntax error; Infinity if there is none. */
type FirstWrong = (text: string) => number;

/** Conflict markers of git and Mercurial. Each begins its line, where no line of an allowlist has such characters. */
const marker = /^(?:[<>|]{7}(?: .*)?|={7})\r?$/gmu;

/** The first unresolved merge conflict, or what is left of one. */
export function mergeConflict(text: string): Problem | undefined {
  const [first, ...others] = text.matchAll(marker);
  if (first === undefined) return undefined;
  const last = others.find(({ 0: found }) => found.startsWith(">"));
  const line = lineAt(text, first.index) + 1;
  const where = last === undefined ? `line ${line}` : `lines ${line} to ${lineAt(text, last.index) + 1}`;
  return {
    code: "allowlist/syntax",
    offset: first.index,
    text: `an unresolved merge conflict (${where})`,
    fix: "keep the lines that you want, and remove those that begin with `<<<<<<<`, `|||||||`, `=======` or `>>>>>>>`",
  };
}

/** What was probably meant, if the syntax of a text is wrong at an offset. */
export function usualMistake(text: string, offset: number, firstWrong: FirstWrong): Problem | undefined {
  const lines = text.split(/\r?\n/u);
  const at = lineAt(text, offset);
  const places = [at, nextLine(lines, at), previousLine(lines, at)].filter(
    (place) => place !== undefined && (lines[place] ?? "").length <= longestLine,
  );
  const around = surroundings(lines, at);
  for (const rule of rules)
    for (const place of places) {
      let best: { readonly correction: Correction; readonly wrong: number } | undefined;
      for (const correction of rule(lines, place ?? at)) {
        const wrong = around(correction, firstWrong);
        // An error further down is reported once this one is corrected.
        if (wrong > (best?.wrong ?? at)) best = { correction, wrong };
      }
      if (best !== undefined) return toProblem(text, best.correction);
    }
  return undefined;
}

/**
 * Returns a function that tries a correction on the lines around a place. It returns the line of the first error after
 * the corrected lines, Infinity if there is none, or -1 if the corrected lines themselves are wrong.
 */
function surroundings(lines: readonly string[], at: number) {
  const section = lines.findLastIndex((line, index) => index <= at && /^[A-Za-z]/u.test(line));
  const user = userAbove(lines, Math.max(0, at - mostTried));
  // A short file is tried as a whole, and so is one with an unknown structure.
  const start = user === undefined || section === -1 || user <= section ? 0 : user;
  const head = start === 0 ? [] : [lines[section] ?? ""];
  const end = at + mostTried;
  return ({ from, to, lines: right }: Correction, firstWrong: FirstWrong): number => {
    if (from < start) return -1;
    const tried = [...head, ...lines.slice(start, from), ...right, ...lines.slice(to, end)];
    const wrong = firstWrong(tried.join("\n")) + start - head.length;
    return wrong >= from + right.length ? wrong : -1;
  };
}

/** For a user beside `users` instead of below it: the lines as they should be. */
export function belowUsers(text: string, offset: number): readonly string[] {
  const [first = "", ...others] = text.slice(offset, offset + 2000).split(/\r?\n/u);
  const next = others.findIndex((line) => /^[^\s#-]/u.test(line));
  const lines = [first, ...(next === -1 ? others : others.slice(0, next))];
  return asExample(["users:", ...lines.map((line) => shifted(line, 2))]);
}

/** The lines of an example, cut to what is shown. */
function asExample(lines: readonly string[]): readonly string[] {
  const example = lines.map((one) => one.slice(0, longestShown));
  while (example.at(-1)?.trim() === "") example.pop();
  if (example.length <= mostShown) return example;
  const indent = " ".repeat(indentOf(example[mostShown - 1] ?? ""));
  return [...example.slice(0, mostShown - 1), `${indent}# …`];
}

function toProblem(source: string, { line, column, text, fix, lines, before = [] }: Correction): Problem {
  const right = asExample([...before, ...lines]);
  return { code: "allowlist/syntax", offset: offsetOf(source, line) + column, text, fix, right };
}

type MistakeRule = (lines: readonly string[], at: number) => readonly Correction[];

/** In the order of how sure they are. */
const rules: readonly MistakeRule[] = [
  tabs,
  dashWithoutBlank,
  keyAboveList,
  colonMissing,
  outOfLine,
  quotesMissing,
];

/**
 * Tabs do not indent. Tries what was probably meant: indentation like the line above, two columns further, or a number
 * of columns for each tab.
 */
function tabs(lines: readonly string[], at: number): readonly Correction[] {
  const line = lines[at] ?? "";
  if (!/^ *\t/u.test(line)) return [];
  let to = at + 1;
  while (/^ *\t/u.test(lines[to] ?? "")) to++;
  const block = lines.slice(at, to);
  const above = lines[previousLine(lines, at) ?? -1] ?? "";
  const widths = [2, 4, 8].map((width) =>
    block.map((one) => one.replace(/^[ \t]+/u, (blanks) => blanks.replaceAll("\t", " ".repeat(width)))),
  );
  const columns = [...new Set([...columnsFor(lines, at, kindOf(line.trim())), indentOf(above) + 2])];
  const alone = columns.map((column) => [" ".repeat(column) + line.trim()]);
  return [...alone, ...widths].map((right) => ({
    from: at,
    to: at + right.length,
    lines: right,
    line: at,
    column: line.indexOf("\t"),
    text: "this line is indented with a tab, which YAML does not allow",
    fix: "indent with spaces",
    before: above === "" ? [] : [above],
  }));
}

function dashWithoutBlank(lines: readonly string[], at: number): readonly Correction[] {
  const [, blanks = "", rest] = /^( *)-([A-Za-z]\w*:(?:\s.*)?)$/u.exec(lines[at] ?? "") ?? [];
  if (rest === undefined) return [];
  return [
    {
      from: at,
      to: at + 1,
      lines: [`${blanks}- ${rest}`],
      line: at,
      column: blanks.length,
      text: "a space is missing after the dash",
      fix: "begin an entry with `- `",
    },
  ];
}

/** `state: offboarded` above or below a user's list: a user with keys of its own has the list under `devices`. */
function keyAboveList(lines: readonly string[], at: number): readonly Correction[] {
  const user = userAbove(lines, at);
  if (user === undefined) return [];
  const first = lines.findIndex((line, index) => index > user && isItem(line));
  const own = lines.findIndex((line, index) => index > user && isUserKey(line.trim()));
  if (first === -1 || own === -1 || at < Math.min(first, own) || at > Math.max(first, own) + 1) return [];
  const column = indentOf(lines[user] ?? "") + 2;
  const shift = column + 2 - indentOf(lines[first] ?? "");
  let end = first;
  for (let index = first; index < lines.length && isBelow(lines[index] ?? "", first, lines, index); index++)
    if ((lines[index] ?? "").trim() !== "") end = index + 1;
  const list = lines.slice(first, end).map((line) => shifted(line, shift));
  const keys = [own];
  for (let index = own + 1; index < lines.length && isUserKey((lines[index] ?? "").trim()); index++)
    keys.push(index);
  const [from, to] = [Math.min(first, own), Math.max(end, (keys.at(-1) ?? own) + 1)];
  const said = keys.map((index) => " ".repeat(column) + (lines[index] ?? "").trim());
  const name = keyOf((lines[own] ?? "").trim()) ?? "";
  return [
    {
      from,
      to,
      lines: [...said, `${" ".repeat(column)}devices:`, ...list],
      line: own,
      column: indentOf(lines[own] ?? ""),
      text: `${shown(name)} is beside the list of devices; a user is either a list or a mapping`,
      fix: "put the list under the key `devices:`",
      before: [lines[user] ?? ""],
    },
  ];
}

/** A key of a user or an entry without its colon, or without the blank after the colon. */
function colonMissing(lines: readonly string[], at: number): readonly Correction[] {
  const line = lines[at] ?? "";
  const [, blanks = "", email] =
    /^( *)([^\s:#"'{}[\]-][^\s:#"'{}[\]]*@[^\s:#"'{}[\],]+)\s*$/u.exec(line) ?? [];
  const [, start = "", key = "", value] = /^( *(?:- )?)(\w+)(?::(?=\S)| +(?=[^\s:]))(.*)$/u.exec(line) ?? [];
  const right =
    email !== undefined
      ? `${blanks}${email}:`
      : value !== undefined && isEntryKey(key)
        ? `${start}${key}: ${value}`
        : undefined;
  if (right === undefined) return [];
  const name = email ?? key;
  return [
    {
      from: at,
      to: at + 1,
      lines: [right],
      line: at,
      column: line.indexOf(name) + name.length,
      text:
        line[line.indexOf(name) + name.length] === ":"
          ? `a space is missing after ${shown(`${name}:`)}`
          : `a colon is missing after ${shown(name)}`,
      fix: "add it",
    },
  ];
}

/** A line that begins one or more columns away from the lines that it belongs to. */
function outOfLine(lines: readonly string[], at: number): readonly Correction[] {
  const line = lines[at] ?? "";
  const text = line.trim();
  const column = indentOf(line);
  const kind = kindOf(text);
  if (text === "" || kind === "no key") return [];
  const name = keyOf(text.replace(/^-\s+/u, "")) ?? text;
  const what = {
    item: "this entry",
    user: `the user ${shown(name)}`,
    entry: shown(name),
    own: shown(name),
    root: shown(name),
    other: shown(name),
  }[kind];
  const beside = {
    item: "the entries beside it begin",
    user: "the users beside it begin",
    entry: "the keys of its entry begin",
    own: "the keys of its user begin",
    root: "the sections of a file begin",
    other: "the keys beside it begin",
  }[kind];
  const previous = previousLine(lines, at);
  let below = at + 1;
  while (
    below < lines.length &&
    ((lines[below] ?? "").trim() === "" || indentOf(lines[below] ?? "") > column)
  )
    below++;
  return columnsFor(lines, at, kind)
    .filter((other) => other !== column)
    .flatMap((other) => {
      const shift = other - column;
      const about = {
        from: at,
        line: at,
        column,
        text: `${what} begins in column ${column + 1}, but ${beside} in column ${other + 1}`,
        fix: "align it with them",
        before: previous === undefined ? [] : [lines[previous] ?? ""],
      };
      const block = lines.slice(at, below).map((one) => shifted(one, shift));
      return [
        { ...about, to: at + 1, lines: [shifted(line, shift)] },
        { ...about, to: below, lines: block },
      ];
    });
}

function quotesMissing(lines: readonly string[], at: number): readonly Correction[] {
  const line = lines[at] ?? "";
  const [, start = "", value] = /^(\s*(?:- )?[^\s:"'{}[\]]+: +)([^\s"'].*?)(?:\s+#.*)?\s*$/u.exec(line) ?? [];
  // An unclosed collection is not a text.
  if (value === undefined || (/^[[{]/u.test(value) && !/[\]}]\s*[^\]}\s]+$/u.test(value))) return [];
  const why = value.includes(": ") ? "contains `: `" : `begins with ${shown(value.slice(0, 1))}`;
  return [
    {
      from: at,
      to: at + 1,
      lines: [start + JSON.stringify(value)],
      line: at,
      column: start.length,
      text: `this text needs quotes: it ${why}`,
      fix: "quote it",
    },
  ];
}

/** What a line is, by its first word: an item of a list, or a key and what it is a key of. */
type Kind = "item" | "user" | "entry" | "own" | "root" | "other" | "no key";

function kindOf(text: string): Kind {
  if (/^-(?:\s|$)/u.test(text)) return "item";
  const key = keyOf(text);
  if (key === undefined) return "no key";
  if (key.includes("@")) return "user";
  if (isUserKey(text)) return "own";
  if (isEntryKey(key)) return "entry";
  return rootKeys.includes(key) || sharedKeys.includes(key) ? "root" : "other";
}

function keyOf(text: string): string | undefined {
  return /^(?:"([^"]*)"|'([^']*)'|([^\s"'#&*!|>%@`{}[\],-][^\s#]*?))\s*:(?:\s|$)/u
    .exec(text)
    ?.slice(1)
    .find(Boolean);
}

/** Keys that only a user written as a mapping has. Entries have `reason` too, and `state` with other values. */
function isUserKey(text: string): boolean {
  return /^(?:state:\s+["']?(?:offboarded|suspended)|(?:since|maxDevices|policy):)/u.test(text);
}

/** The columns in which such a line may begin, judged by the lines above it, the likeliest first. */
function columnsFor(lines: readonly string[], at: number, kind: Kind): readonly number[] {
  if (kind === "root") return [0];
  const found = new Set<number>();
  for (let index = at - 1; index >= 0 && index >= at - 200; index--) {
    const line = lines[index] ?? "";
    const text = line.trim();
    const column = indentOf(line);
    const above = kindOf(text);
    if (text === "" || text.startsWith("#")) continue;
    const content = above === "item" ? column + (/^-\s+/u.exec(text)?.[0].length ?? 2) : column;
    if (kind === "entry" && above === "item") found.add(content);
    else if (kind === "other") found.add(content);
    else if (kind === above) found.add(column);
    if (above === "user") {
      if (kind === "item" || kind === "own") found.add(column + 2);
      if (kind !== "user") break;
    }
  }
  const own = indentOf(lines[at] ?? "");
  const columns = [...found];
  if (kind === "other") columns.sort((a, b) => Math.abs(a - own) - Math.abs(b - own));
  return columns.slice(0, mostColumns);
}

/** The line of the user that these lines belong to. */
function userAbove(lines: readonly string[], at: number): number | undefined {
  for (let index = at; index >= 0; index--) {
    const kind = kindOf((lines[index] ?? "").trim());
    if (kind === "user") return index;
    if (kind === "root") return undefined;
  }
  return undefined;
}

/** Whether a line belongs to the list that begins at `first`. */
function isBelow(line: string, first: number, lines: readonly string[], index: number): boolean {
  if (line.trim() === "" || index === first) return true;
  const column = indentOf(lines[first] ?? "");
  return indentOf(line) > column || (indentOf(line) === column && isItem(line));
}

function isItem(line: string): boolean {
  return /^ *-(?:\s|$)/u.test(line);
}

function shifted(line: string, by: number): string {
  if (line.trim() === "") return line;
  return " ".repeat(Math.max(0, indentOf(line) + by)) + line.trimStart();
}

function indentOf(line: string): number {
  return /^ */u.exec(line)?.[0].length ?? 0;
}

function nextLine(lines: readonly string[], at: number): number | undefined {
  const found = lines.findIndex((line, index) => index > at && line.trim() !== "");
  return found === -1 ? undefined : found;
}

function previousLine(lines: readonly string[], at: number): number | undefined {
  const found = lines.slice(0, at).findLastIndex((line) => line.trim() !== "");
  return found === -1 ? undefined : found;
}

/** The 0-based line of an offset. */
function lineAt(text: string, offset: number): number {
  let line = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

function offsetOf(text: string, line: number): number {
  let offset = 0;
  for (let count = 0; count < line; count++) offset = text.indexOf("\n", offset) + 1;
  return offset;
}
