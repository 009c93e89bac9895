/** `warp-registrations explain`: why a registration, a device or a user is decided as it is. */

import { Option, type Command } from "commander";
import { checkAccount } from "../allowlist/account.js";
import { showDomains } from "../allowlist/email.js";
import type { Allowlist, SourcePosition } from "../allowlist/allowlist.js";
import { escapeText } from "../escape.js";
import { narrowInventory } from "../inventory.js";
import { explain, type Explanation } from "../reconcile/explain.js";
import type { Evidence } from "../report/evidence.js";
import { openAllowlist, type OpenAllowlist } from "./accept-files.js";
import { momentOf, openSource, type AccountSource } from "./account-source.js";
import { checkOutputs, checkPlaces, pathsOf } from "./check-targets.js";
import { newCommand, runs, type CommandContext } from "./command.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import { explainDocument } from "./explain-document.js";
import { findSubject, type Found } from "./explain-find.js";
import { explanationText, type TextTerms } from "./explain-text.js";
import {
  accountOptions,
  allowlistOption,
  nowOption,
  outputOptions,
  type AccountOptions,
  type AllowlistOptions,
} from "./options.js";
import { emit, type OutputOptions } from "./output.js";
import type { Surroundings } from "./surroundings.js";
import { UserError } from "./user-error.js";
import { counted } from "../counted.js";

const FORMATS = ["text", "json"] as const;

interface ExplainOptions extends AllowlistOptions, AccountOptions, OutputOptions<(typeof FORMATS)[number]> {
  readonly evidence?: boolean;
  readonly now?: Date;
}

const EXAMPLE = `
$ warp-registrations explain 3f1c9a52-…
BOB-THINKPAD (3f1c9a52-…) of bob@example.com
  is        active; created 2026-05-01T08:00Z, last seen 2026-05-31T08:00Z
  should be revoked: revoke is due
  rule      unlisted: no entry of its user allows it
  …
$ warp-registrations explain PF3TQ9ZX --inventory inventory.json
$ warp-registrations explain bob@example.com --format json
`;

export function explainCommand(context: CommandContext): Command {
  const command = newCommand(
    "explain",
    "What a registration is, what it should be, which rule and line say so, and what would change it.",
    EXAMPLE,
  )
    .argument("<what>", "registration id, device id, serial number or e-mail address")
    .addOption(allowlistOption());
  for (const option of accountOptions()) command.addOption(option);
  command
    .addOption(new Option("--evidence", "ask the account what it knows of the user; personal data"))
    .addOption(nowOption("to decide (default: now, or when the inventory was taken)"));
  for (const option of outputOptions(FORMATS)) command.addOption(option);
  return runs(command, context, explainSubject);
}

async function explainSubject(
  surroundings: Surroundings,
  what: string,
  options: ExplainOptions,
): Promise<ExitCode> {
  if (options.evidence === true && options.inventory !== undefined)
    throw new UserError(
      "--evidence asks the live account, and --inventory is a saved one",
      "leave out one of the two",
    );
  checkOutputs(surroundings.folder, options, FORMATS, [options.inventory]);
  const source = openSource(surroundings, options);
  const begin = options.now ?? source.takenAt ?? surroundings.now();
  const open = await openAllowlist(surroundings.folder, options.allowlist, begin);
  const { allowlist } = open;
  checkAccount(allowlist, source.account);
  checkPlaces(
    surroundings.folder,
    pathsOf(options),
    allowlist.files.map(({ file }) => file),
  );
  const whole = await source.listWhole();
  const asOf = momentOf(surroundings, source, options);
  const found = findSubject(what, whole, allowlist);
  const inventory = narrowInventory(whole, allowlist);
  const explanations = explain(allowlist, inventory, asOf, found.ids, whole.devices);
  const evidence = options.evidence === true ? await evidenceOf(source, explanations) : undefined;
  const lineOf = lineReader(open);
  emit(surroundings, options, FORMATS, (format) =>
    format === "json"
      ? explainDocument({ account: source.account, asOf, what, explanations, evidence, lineOf })
      : showDomains(allowlist.domains)(
          toText(found, allowlist, explanations, { lineOf, evidence, short: found.ids.length > 1 }),
        ),
  );
  return EXIT.fine;
}

async function evidenceOf(
  source: AccountSource,
  explanations: readonly Explanation[],
): Promise<ReadonlyMap<string, Evidence> | undefined> {
  const decisions = explanations.flatMap((one) => (one.kind === "decided" ? [one.decision] : []));
  return source.evidence(decisions);
}

function lineReader({ files }: OpenAllowlist): TextTerms["lineOf"] {
  const lines = new Map(files.map(({ file, text }) => [file, text.split("\n")]));
  return ({ file, line }: SourcePosition) => lines.get(file)?.[line - 1]?.replace(/\r$/u, "");
}

function toText(
  { by, ids, listed }: Found,
  { users }: Allowlist,
  explanations: readonly Explanation[],
  terms: TextTerms,
): string {
  const blocks = explanations.map((one) => explanationText(one, terms).join("\n"));
  const user = listed && users.get(listed.email);
  const place = user ? `${escapeText(user.source.file, 200)}:${user.source.line}` : "";
  if (user && ids.length === 0)
    return `${escapeText(user.email)} is listed at ${place} with ${counted(user.entries.length, "entry", "entries")}, and has no registration`;
  if (ids.length < 2) return blocks.join("\n\n");
  const head = `${counted(ids.length, "registration")} of this ${by === "hardwareId" || by === "serial" ? "hardware" : by}${user ? `, listed at ${place}` : ""}`;
  return [head, ...blocks, "for the rules and what would change one: warp-registrations explain ID"].join(
    "\n\n",
  );
}
