/** `warp-registrations accept`: adds an entry for what exists and is not allowed. */

import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Day, toDay, showDomains } from "../../allowlist/values.js";
import { inOrder } from "../../allowlist/write.js";
import { describeMatch, named } from "../../reconcile/findings/finding.js";
import { endOf, userOf } from "../../reconcile/scope.js";
import { escapeText, jsonText } from "../../text/escape.js";
import { hideSecrets } from "../../text/redact.js";
import {
  type CommandContext,
  EXIT,
  type ExitCode,
  newCommand,
  runs,
  type Surroundings,
  UserError,
} from "../command.js";
import { writeFiles } from "../files.js";
import { accountOptions, allowlistOption, type AllowlistOptions, nowOption } from "../options.js";
import { BOM, type ChangedFile, openAllowlist, readFileText, sameEntry } from "./accept-change.js";
import {
  type Details,
  listTargets,
  placeOf,
  type Proposal,
  propose,
  type Refused,
  type TargetOptions,
} from "./accept-propose.js";

interface AcceptOptions extends AllowlistOptions, TargetOptions {
  readonly write?: boolean;
  readonly file?: string;
  readonly expires?: Day;
  readonly note?: string;
  readonly owner?: string;
  readonly ticket?: string;
  readonly reason?: string;
  readonly diff?: boolean;
  readonly json?: boolean;
  readonly now?: Date;
}

const EXAMPLE = `
$ warp-registrations accept 3f1c9a52-… --expires 2026-12-31 --ticket IT-311
allowlist/team-a.yaml: added serial "PF3TQ9ZX" of bob@example.com
$ warp-registrations accept bob@example.com --diff
$ warp-registrations accept --undo run.json

The entry matches by serial number if that identifies one machine, otherwise by hardware id, device id or registration
id. It is written to the file that lists the user; for a new user to --file, the file that \`owns\` the address, or the
root file. The result is read and planned before it is written. --undo shows the entries that would bring back what a
run revoked, and --write writes them.
`;

export function acceptCommand(context: CommandContext): Command {
  const command = newCommand(
    "accept",
    "Add an entry to the allowlist for a registration, a device, or all devices of a user.",
    EXAMPLE,
  )
    .addArgument(new Argument("[what]", "registration id, device id or e-mail address"))
    .addOption(allowlistOption());
  for (const option of accountOptions()) command.addOption(option);
  command
    .option("--undo <run-report>", "instead of [what]: everything that this run revoked")
    .option("--write", "with --undo: write the entries instead of only showing them")
    .option("--file <file>", "the file for users who are not listed yet")
    .addOption(new Option("--expires <date>", "the entry's last day").argParser(parseDay))
    .option("--note <text>", "the entry's note")
    .option("--owner <text>", "who is responsible for the device")
    .option("--ticket <text>", "where it was requested")
    .option("--reason <text>", "why it is allowed, shown with its decision")
    .option("--diff", "show the patch, and write nothing")
    .option("--json", "print what is added, or would be, as JSON")
    .option("--quiet", "print only errors, and the patch if it is requested")
    .addOption(nowOption("plan the result as of this time (default: now)"));
  return runs(command, context, accept);
}

function parseDay(text: string): Day {
  const day = toDay(text);
  if (!day) throw new InvalidArgumentError("Expected a day such as 2026-12-31.");
  return day;
}

async function accept(
  surroundings: Surroundings,
  what: string | undefined,
  options: AcceptOptions,
): Promise<ExitCode> {
  refuseMixed(what, options);
  const { folder } = surroundings;
  const begin = options.now ?? surroundings.now();
  const open = await openAllowlist(folder, options.allowlist, begin);
  const listed = await listTargets(surroundings, what, options, open.allowlist);
  const { full, targets, lost, asOf = begin } = listed;
  const details = detailsOf(surroundings, options, asOf);
  const context = { full, asOf, file: options.file };
  const proposal = propose(open, targets, context, details);
  const { change, refused } = proposal;
  const show = showDomains(open.allowlist.domains);
  if (!change && refused.length > 0) throw refusedAll(refused, show);
  const isShown = options.diff === true || (options.undo !== undefined && options.write !== true);
  if (change) {
    if (!isShown) writeChangedFiles(folder, change.files);
    else if (options.json !== true) surroundings.stdout.write(change.files.map(unifiedDiff).join(""));
    if (options.quiet !== true && options.json !== true)
      printAdded(surroundings, proposal, { isShown, show });
  }
  if (options.json === true) {
    surroundings.stdout.write(`${jsonText(toJson(proposal, lost, change !== undefined && !isShown), 2)}\n`);
    return EXIT.fine;
  }
  printNotAdded(surroundings, options.quiet === true ? [] : lost, refused, show);
  return EXIT.fine;
}

function refuseMixed(what: string | undefined, { undo, write, diff }: AcceptOptions): void {
  if (what === undefined && undo === undefined)
    throw new UserError(
      "nothing to accept is given",
      "give a registration id, a device id or an e-mail address, or --undo RUN-REPORT",
    );
  if (what !== undefined && undo !== undefined)
    throw new UserError("--undo already sets what is accepted", "omit the id, or omit --undo");
  if (write === true && (undo === undefined || diff === true))
    throw new UserError(
      "--write is only for --undo",
      "omit --write: without --diff, entries are written anyway",
    );
}

function detailsOf({ env }: Surroundings, options: AcceptOptions, asOf: Date): Details {
  const { expires } = options;
  if (expires && endOf(expires) <= asOf.getTime())
    throw new UserError(`--expires ${expires.text}: that day is in the past`, "give a later day");
  const hide = hideSecrets(env);
  const hidden = (text: string | undefined) => (text === undefined ? undefined : hide(text));
  const [note, reason, owner, ticket] = [options.note, options.reason, options.owner, options.ticket].map(
    hidden,
  );
  return { note, reason, owner, ticket, expires };
}

// What `accept` writes and prints.

/** Keeps a byte order mark before the text, and the file's permissions. */
function writeChangedFiles(folder: string, files: readonly ChangedFile[]): void {
  const modes = files.map(({ file }) => statSync(join(folder, file)).mode);
  writeFiles(
    folder,
    files.map(({ file, text }) => ({
      path: file,
      text: readFileText(folder, file).startsWith(BOM) ? BOM + text : text,
    })),
  );
  files.forEach(({ file }, at) => chmodSync(join(folder, file), modes[at] ?? 0o600));
}

/** Version 1. Texts are not escaped. */
function toJson({ wanted, change, effects, refused }: Proposal, lost: readonly string[], written: boolean) {
  return {
    version: 1,
    written,
    added: wanted.map(({ email, entry }) => ({
      user: email,
      match: entry.match,
      source: written ? writtenAt(change, email, entry) : undefined,
    })),
    files: (change?.files ?? []).map(({ file }) => file),
    effects,
    lost,
    refused: refused.map(({ registration, why }) => ({
      registration: registration.id,
      user: userOf(registration),
      device: registration.device.name,
      why: why.text,
      fix: why.fix,
    })),
  };
}

function writtenAt(change: Proposal["change"], email: string, entry: Proposal["wanted"][number]["entry"]) {
  return change?.plan.decisions.find((one) => one.user === email && one.entry && sameEntry(one.entry, entry))
    ?.entry?.source;
}

function printAdded(
  { stdout, stderr }: Surroundings,
  { wanted, change, effects }: Proposal,
  { isShown, show }: { readonly isShown: boolean; readonly show: (text: string) => string },
): void {
  for (const { email, entry } of isShown ? [] : wanted) {
    const source = writtenAt(change, email, entry);
    const place = source ? `${placeOf(source)}: ` : "";
    stdout.write(
      `${escapeText(place, 200)}added ${escapeText(describeMatch(entry))} of ${escapeText(show(email))}\n`,
    );
  }
  for (const line of capped(effects.map((text) => escapeText(show(text))))) stderr.write(`${line}\n`);
}

/** At most as many lines as a report lists findings. The rest is counted. */
function capped(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`];
}

const MOST_LINES = 50;

/** Prints what cannot be brought back, and what is not added. */
function printNotAdded(
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

function refusedAll(refused: readonly Refused[], show: (text: string) => string): UserError {
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

// A change of a file as a unified diff.

/** Lines of context. */
const CONTEXT = 3;

/** Lines of the old text, from `at` on, and the lines that replace them. */
interface LineChange {
  readonly at: number;
  readonly old: readonly string[];
  readonly now: readonly string[];
}

/** Lines are escaped, because other people wrote them. Nearly all lines of an allowlist look the same escaped. */
function unifiedDiff({ file, before, edits }: ChangedFile): string {
  const lines = linesOf(before);
  const changes = inOrder(edits).map((edit) => toLineChange(before, edit));
  const head = [`--- a/${file}`, `+++ b/${file}`];
  const rows = [...head, ...hunks(lines, changes)];
  return rows
    .flatMap((row) => row.split("\n"))
    .map((row) => `${escapeText(row.replace(/\r$/u, ""), Infinity, { keepTabs: true })}\n`)
    .join("");
}

/**
 * The lines of a text. A last line without a line break gets git's words for that, because it differs from the same
 * line with one.
 */
function linesOf(text: string): string[] {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  return last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

/** The whole lines that an edit touches, without unchanged lines at its beginning and its end. */
function toLineChange(text: string, { start, end, text: added }: ChangedFile["edits"][number]): LineChange {
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

function hunks(lines: readonly string[], changes: readonly LineChange[]): string[] {
  const groups: LineChange[][] = [];
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
