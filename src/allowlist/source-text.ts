import type { SourcePosition } from "./allowlist.js";
import type { MessageCode } from "./codes.js";
import type { Message } from "./message.js";

/** A longer line is left out of messages: it says nothing to a reader, and many messages may carry it. */
const longestShownLine = 10_000;

/** What a check says about a place in a file; `offset` is in UTF-16 code units. */
export interface Problem {
  readonly code: MessageCode;
  readonly offset: number;
  readonly text: string;
  readonly fix?: string | undefined;
  readonly right?: Message["right"];
  readonly related?: Message["related"];
}

/** Takes what is wrong, where anything is. */
export type Tell = (problem: Problem | undefined) => void;

/** A file's text with the means to turn offsets into lines and columns. */
export class SourceText {
  readonly #lineStarts: number[] = [0];
  /** Where the second halves of surrogate pairs are: columns count characters, offsets count code units. */
  readonly #trailing: number[] = [];

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
      this.#lineStarts.push(at + 1);
    for (const pair of text.matchAll(/[\u{10000}-\u{10ffff}]/gu)) this.#trailing.push(pair.index + 1);
  }

  /** The place of an offset. Both counts start at 1; a column is a count of code points. */
  position(offset: number): SourcePosition {
    const line = upperBound(this.#lineStarts, offset);
    const start = this.#lineStarts[line - 1] ?? 0;
    const pairs = upperBound(this.#trailing, offset - 1) - upperBound(this.#trailing, start - 1);
    return { file: this.file, line, column: offset - start - pairs + 1 };
  }

  /** Passes on what is said of this file as messages. */
  teller(report: (message: Message) => void): Tell {
    return (problem) => {
      if (problem !== undefined) report(this.message(problem));
    };
  }

  /** A message about a place in this file, with its position and its line. */
  message(problem: Problem): Message {
    const source = this.position(Math.max(0, Math.min(problem.offset, this.text.length)));
    const line = this.#line(source.line);
    return {
      code: problem.code,
      text: problem.text,
      ...(problem.fix === undefined ? {} : { fix: problem.fix }),
      ...(problem.right === undefined ? {} : { right: problem.right }),
      source,
      ...(line.length > longestShownLine ? {} : { line }),
      ...(problem.related === undefined ? {} : { related: problem.related }),
    };
  }

  #line(line: number): string {
    const start = this.#lineStarts[line - 1] ?? 0;
    const next = this.#lineStarts[line] ?? this.text.length + 1;
    const text = this.text.slice(start, next - 1);
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  }
}

/** How many of the ascending numbers are at most `value`. */
function upperBound(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
