/** `warp-registrations accept`: an entry for what is there and not allowed. */

import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import type { Day } from "../allowlist/allowlist.js";
import { toDay } from "../allowlist/day.js";
import { endOf } from "../reconcile/in-force.js";
import { unifiedDiff } from "./accept-diff.js";
import { showDomains } from "../allowlist/email.js";
import { openAllowlist } from "./accept-files.js";
import { propose, type Details } from "./accept-propose.js";
import { lookUp, type LookUpOptions } from "./accept-lookup.js";
import { refusedAll, tellChange, tellRest, writeChange } from "./accept-tell.js";
import { newCommand, runs, type CommandContext } from "./command.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import { accountOptions, allowlistOption, nowOption, type AllowlistOptions } from "./options.js";
import { hideSecrets } from "../redact.js";
import type { Surroundings } from "./surroundings.js";
import { UserError } from "./user-error.js";

interface AcceptOptions extends AllowlistOptions, LookUpOptions {
  readonly write?: boolean;
  readonly file?: string;
  readonly expires?: Day;
  readonly note?: string;
  readonly owner?: string;
  readonly ticket?: string;
  readonly reason?: string;
  readonly diff?: boolean;
  readonly now?: Date;
}

const EXAMPLE = `
$ warp-registrations accept 3f1c9a52-… --expires 2026-12-31 --ticket IT-311
allowlist/team-a.yaml: added serial "PF3TQ9ZX" of bob@example.com
$ warp-registrations accept bob@example.com --diff
$ warp-registrations accept --undo run.json

The entry goes by serial number where that names one machine, else by hardware id, device id or registration id, into
the file where the user stands, or else --file, the file that \`owns\` the address, or the root file. The result is
read and planned before it is written. --undo shows what would bring back what a run revoked, and --write writes it.
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
    .option("--write", "with --undo: write the entries, and not only show them")
    .option("--file <file>", "where users go who are not listed yet")
    .addOption(new Option("--expires <date>", "the entry's last day").argParser(parseDay))
    .option("--note <text>", "the entry's note")
    .option("--owner <text>", "who answers for the device")
    .option("--ticket <text>", "where it was asked for")
    .option("--reason <text>", "why it is allowed, shown with its decision")
    .option("--diff", "show the patch, and write nothing")
    .option("--quiet", "print nothing but errors, and the patch where it is asked for")
    .addOption(nowOption("the result is planned (default: now)"));
  return runs(command, context, accept);
}

function parseDay(text: string): Day {
  const day = toDay(text);
  if (!day) throw new InvalidArgumentError("Expected a day like 2026-12-31.");
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
  const { whole, targets, lost, asOf = begin } = await lookUp(surroundings, what, options, open.allowlist);
  const details = detailsOf(surroundings, options, asOf);
  const terms = { whole, asOf, file: options.file };
  const proposal = propose(open, targets, terms, details);
  const { change, refused } = proposal;
  const show = showDomains(open.allowlist.domains);
  if (!change && refused.length > 0) throw refusedAll(refused, show);
  const isShown = options.diff === true || (options.undo !== undefined && options.write !== true);
  if (change) {
    if (isShown) surroundings.stdout.write(change.files.map(unifiedDiff).join(""));
    else writeChange(folder, change.files);
    if (options.quiet !== true) tellChange(surroundings, proposal, { isShown, show });
  }
  tellRest(surroundings, options.quiet === true ? [] : lost, refused, show);
  return EXIT.fine;
}

function refuseMixed(what: string | undefined, { undo, write, diff }: AcceptOptions): void {
  if (what === undefined && undo === undefined)
    throw new UserError(
      "accept what?",
      "give a registration id, a device id or an e-mail address, or --undo RUN-REPORT",
    );
  if (what !== undefined && undo !== undefined)
    throw new UserError("--undo says what is accepted", "leave out the id, or --undo");
  if (write === true && (undo === undefined || diff === true))
    throw new UserError(
      "--write goes with --undo alone",
      "without --undo and --diff entries are written anyway",
    );
}

function detailsOf({ env }: Surroundings, options: AcceptOptions, asOf: Date): Details {
  const { expires } = options;
  if (expires && endOf(expires) <= asOf.getTime())
    throw new UserError(`--expires ${expires.text}: that day is over`, "give a later day");
  const hide = hideSecrets(env);
  const texts = Object.entries({
    note: options.note,
    reason: options.reason,
    owner: options.owner,
    ticket: options.ticket,
  }).flatMap(([key, text]) => (text === undefined ? [] : [[key, hide(text)] as const]));
  return { ...Object.fromEntries(texts), ...(expires && { expires }) };
}
