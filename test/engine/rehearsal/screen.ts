/** What a user sees of a run: lines like the CLI's. */

import type { StepKind, Steps } from "../engine.js";
import { shortType } from "../urn.js";
import type { Properties, Row } from "./rows.js";

/** What is done to a resource, and how it is written. */
type Act = "create" | "update" | "delete" | "refresh";

const SIGNS: Readonly<Record<Act, string>> = { create: "+", update: "~", delete: "-", refresh: "~" };
const DONE: Readonly<Record<Act, string>> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  refresh: "refreshed",
};
const SUMMARY: readonly (readonly [StepKind, string, string, string])[] = [
  ["create", "+ ", "to create", "created"],
  ["update", "~ ", "to update", "updated"],
  ["delete", "- ", "to delete", "deleted"],
  ["same", "", "unchanged", "unchanged"],
  ["failed", "", "errored", "errored"],
];

export class Screen {
  readonly #lines: string[] = [];

  constructor(private readonly onLine: ((line: string) => void) | undefined) {}

  get output(): string {
    return this.#lines.join("\n");
  }

  /** A text of any number of lines. */
  print(text: string): void {
    for (const line of text.split("\n")) {
      this.#lines.push(line);
      this.onLine?.(line);
    }
  }

  /** One row for what is due, or has been done. */
  act(
    act: Act,
    row: Pick<Row, "type" | "name">,
    how: { dryRun: boolean; retain?: boolean; seconds?: number | undefined },
  ): void {
    const word = `${how.dryRun ? act : DONE[act]}${how.retain === true ? "[retain]" : ""}`;
    const time = how.seconds === undefined ? "" : ` (${how.seconds.toFixed(2)}s)`;
    this.print(` ${SIGNS[act]} ${word.padEnd(15)} ${label(row)}${time}`);
  }

  /** The inputs that differ, below their row. */
  difference(olds: Properties, news: Properties): void {
    for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
      const [old, now] = [JSON.stringify(olds[key]), JSON.stringify(news[key])] as (string | undefined)[];
      if (key === "__provider" || old === now) continue;
      if (old === undefined) this.print(`     + ${key}: ${now ?? ""}`);
      else if (now === undefined) this.print(`     - ${key}: ${old}`);
      else this.print(`     ~ ${key}: ${old} => ${now}`);
    }
  }

  /** A failure of one resource. */
  failure(row: Pick<Row, "type" | "name">, message: string): void {
    this.print(`error: ${label(row)}: ${message}`);
  }

  summary(steps: Steps, dryRun: boolean): void {
    this.print("Resources:");
    for (const [kind, sign, due, done] of SUMMARY) {
      const count = steps[kind];
      if (count !== undefined) this.print(`    ${sign}${count} ${dryRun ? due : done}`);
    }
    this.print("");
  }
}

function label({ type, name }: Pick<Row, "type" | "name">): string {
  return `${shortType(type)}  ${name}`;
}
