/** A change of a file as a unified diff. */

import { escapeText } from "../escape.js";
import { inOrder } from "../allowlist/write-edits.js";
import type { ChangedFile } from "./accept-change.js";

/** Lines of context. */
const CONTEXT = 3;

/** Lines of the old text, from `at` on, that give way to others. */
interface Change {
  readonly at: number;
  readonly old: readonly string[];
  readonly now: readonly string[];
}

/** Lines are escaped, since other hands wrote them; what an allowlist may hold looks nearly always the same. */
export function unifiedDiff({ file, before, edits }: ChangedFile): string {
  const lines = linesOf(before);
  const changes = inOrder(edits).map((edit) => toChange(before, edit));
  const head = [`--- a/${file}`, `+++ b/${file}`];
  const rows = [...head, ...hunks(lines, changes)];
  return rows.map((row) => `${escapeText(row.replace(/\r$/u, ""), Infinity, { keepTabs: true })}\n`).join("");
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The whole lines that an edit touches, without those that stay as they are at its ends. */
function toChange(text: string, { start, end, text: added }: ChangedFile["edits"][number]): Change {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const isBetween = start === end && from === start;
  const endsLine = end > start && text[end - 1] === "\n";
  const feed = text.indexOf("\n", end);
  const to = isBetween || endsLine ? end : feed < 0 ? text.length : feed + 1;
  const old = linesOf(text.slice(from, to));
  const now = linesOf(text.slice(from, start) + added + text.slice(end, to));
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same++;
  return {
    at: text.slice(0, from).split("\n").length - 1 + same,
    old: old.slice(same),
    now: now.slice(same),
  };
}

function hunks(lines: readonly string[], changes: readonly Change[]): string[] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1);
    if (last && change.at - (last.at + last.old.length) <= 2 * CONTEXT) groups.at(-1)?.push(change);
    else groups.push([change]);
  }
  let shift = 0;
  return groups.flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (!first || !last) return [];
    const from = Math.max(0, first.at - CONTEXT);
    const to = Math.min(lines.length, last.at + last.old.length + CONTEXT);
    const rows: string[] = [];
    let at = from;
    for (const change of group) {
      rows.push(...lines.slice(at, change.at).map((line) => ` ${line}`));
      rows.push(...change.old.map((line) => `-${line}`), ...change.now.map((line) => `+${line}`));
      at = change.at + change.old.length;
    }
    rows.push(...lines.slice(at, to).map((line) => ` ${line}`));
    const gained = group.reduce((sum, { old, now }) => sum + now.length - old.length, 0);
    const head = `@@ -${range(from, to - from)} +${range(from + shift, to - from + gained)} @@`;
    shift += gained;
    return [head, ...rows];
  });
}

function range(from: number, count: number): string {
  return `${count === 0 ? from : from + 1}${count === 1 ? "" : `,${count}`}`;
}
