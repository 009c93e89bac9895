/** What `accept` writes and says. */

import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { escapeText } from "../escape.js";
import { named } from "../reconcile/naming.js";
import { userOf } from "../reconcile/scope.js";
import { describeMatch } from "../reconcile/naming.js";
import { sameEntry, type ChangedFile } from "./accept-change.js";
import { BOM, readWhole } from "./accept-files.js";
import type { Proposal, Refused } from "./accept-propose.js";
import { placeOf } from "./accept-refusal.js";
import { writeFiles } from "./atomic-file.js";
import type { Surroundings } from "./surroundings.js";
import { UserError } from "./user-error.js";

/** Before the text there may be a mark, and the file keeps who may read it. */
export function writeChange(folder: string, files: readonly ChangedFile[]): void {
  const modes = files.map(({ file }) => statSync(join(folder, file)).mode);
  writeFiles(
    folder,
    files.map(({ file, text }) => ({
      path: file,
      text: readWhole(folder, file).startsWith(BOM) ? BOM + text : text,
    })),
  );
  files.forEach(({ file }, at) => chmodSync(join(folder, file), modes[at] ?? 0o600));
}

export function tellChange(
  { stdout, stderr }: Surroundings,
  { wanted, change, effects }: Proposal,
  { isShown, show }: { readonly isShown: boolean; readonly show: (text: string) => string },
): void {
  for (const { email, entry } of isShown ? [] : wanted) {
    const allowed = change?.plan.decisions.find(
      (one) => one.user === email && one.entry && sameEntry(one.entry, entry),
    );
    const place = allowed?.entry ? `${placeOf(allowed.entry.source)}: ` : "";
    stdout.write(
      `${escapeText(place, 200)}added ${escapeText(describeMatch(entry))} of ${escapeText(show(email))}\n`,
    );
  }
  for (const line of capped(effects.map((text) => escapeText(show(text))))) stderr.write(`${line}\n`);
}

/** As many lines as a report spells out findings; the rest is counted. */
export function capped(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`];
}

const MOST_LINES = 50;

/** What cannot be brought back, and what is not added. */
export function tellRest(
  { stderr }: Surroundings,
  lost: readonly string[],
  refused: readonly Refused[],
  show: (text: string) => string,
): void {
  const lines = [
    ...capped(lost.map((text) => escapeText(show(text)))),
    ...capped(refused.map((one) => `not added: ${show(refusalText(one))}`)),
  ];
  for (const line of lines) stderr.write(`${line}\n`);
}

export function refusedAll(refused: readonly Refused[], show: (text: string) => string): UserError {
  const [first] = refused;
  if (refused.length === 1 && first) return new UserError(show(nameOf(first)), first.why.fix);
  return new UserError(
    `nothing can be added:\n${capped(refused.map((one) => show(refusalText(one))))
      .map((line) => `  ${line}`)
      .join("\n")}`,
    "see warp-registrations explain for each of them",
  );
}

function nameOf({ registration, why }: Refused): string {
  return `${named(registration, userOf(registration))}: ${why.text}`;
}

function refusalText(one: Refused): string {
  return escapeText(`${nameOf(one)}; ${one.why.fix}`);
}
