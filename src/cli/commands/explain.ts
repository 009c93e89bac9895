/** `warp-registrations explain`: why a registration, a device or a user has its decision. */

import { type Command, Option } from "commander";
import { checkAccount } from "../../allowlist/checks.js";
import type { SourcePosition } from "../../allowlist/messages.js";
import type { Allowlist } from "../../allowlist/model.js";
import { showDomains } from "../../allowlist/values.js";
import type { Registration } from "../../cloudflare/types.js";
import { type Decision, liveState } from "../../reconcile/decision.js";
import { type Consideration, explain, type Explanation } from "../../reconcile/explain.js";
import { named, quoted } from "../../reconcile/findings/finding.js";
import { toReportedHardware, type Hardware } from "../../reconcile/hardware.js";
import { type Evidence, evidenceLines } from "../../report/evidence.js";
import { narrowInventory } from "../../run/account.js";
import { escapeText, jsonText } from "../../text/escape.js";
import { layOut, type Line, line } from "../../text/lines.js";
import { counted, minute } from "../../text/words.js";
import { type AccountSource, momentOf, openSource } from "../account.js";
import {
  type CommandContext,
  EXIT,
  type ExitCode,
  newCommand,
  runs,
  type Surroundings,
  UserError,
} from "../command.js";
import { filesOfOwn, type OwnOptions, readOwn } from "../files.js";
import {
  type AccountOptions,
  accountOptions,
  allowlistOption,
  type AllowlistOptions,
  nowOption,
  outputOptions,
  ownOption,
} from "../options.js";
import { checkOutputs, checkPlaces, emit, type OutputOptions, pathsOf } from "../output.js";
import { openAllowlist, type OpenAllowlist } from "./accept-change.js";
import { findSubject, type Located } from "./find.js";

const FORMATS = ["text", "json"] as const;

interface ExplainOptions
  extends AllowlistOptions, AccountOptions, OwnOptions, OutputOptions<(typeof FORMATS)[number]> {
  readonly evidence?: boolean;
  readonly now?: Date;
}

const EXAMPLE = `
$ warp-registrations explain 3f1c9a52-…
BOB-THINKPAD (3f1c9a52-…) of bob@example.com
  is        active; created 2026-05-01T08:00Z, last seen 2026-05-31T08:00Z
  should be revoked: revoke is due
  rule      unlisted: no entry for its user allows it
  …
$ warp-registrations explain PF3TQ9ZX --inventory inventory.json
$ warp-registrations explain bob@example.com --format json
`;

export function explainCommand(context: CommandContext): Command {
  const command = newCommand(
    "explain",
    "Show what a registration is, what it should be, which rule and line decide, and what would change it.",
    EXAMPLE,
  )
    .argument("<what>", "registration id, device id, serial number or e-mail address")
    .addOption(allowlistOption());
  for (const option of accountOptions()) command.addOption(option);
  command
    .addOption(ownOption())
    .addOption(new Option("--evidence", "show what the account knows about the user; personal data"))
    .addOption(nowOption("decide as of this time (default: now, or when the inventory was taken)"));
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
      "--evidence asks the live account, but --inventory is a saved one",
      "omit one of the two",
    );
  checkOutputs(surroundings.folder, options, FORMATS, [
    options.inventory,
    ...filesOfOwn(surroundings, options),
  ]);
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
  const own = readOwn(surroundings, source.account, options);
  const full = await source.listFull();
  const asOf = momentOf(surroundings, source, options);
  const found = findSubject(what, full, allowlist);
  const inventory = narrowInventory(full, allowlist);
  const explanations = explain(allowlist, inventory, asOf, found.ids, { devices: full.devices, own });
  const evidence = options.evidence === true ? await evidenceOf(source, explanations) : undefined;
  const lineOf = lineReader(open);
  emit(surroundings, options, FORMATS, (format, { columns }) =>
    format === "json"
      ? explainDocument({ account: source.account, asOf, what, explanations, evidence, lineOf })
      : showDomains(allowlist.domains)(
          toText(found, allowlist, explanations, { lineOf, evidence, short: found.ids.length > 1, columns }),
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

function lineReader({ files }: OpenAllowlist): TextContext["lineOf"] {
  const lines = new Map(files.map(({ file, text }) => [file, text.split("\n")]));
  return ({ file, line }: SourcePosition) => lines.get(file)?.[line - 1]?.replace(/\r$/u, "");
}

function toText(
  { by, ids, listed }: Located,
  { users }: Allowlist,
  explanations: readonly Explanation[],
  context: TextContext,
): string {
  const blocks = explanations.map((one) => explanationLines(one, context));
  const user = listed && users.get(listed.email);
  const place = user ? `${escapeText(user.source.file, 200)}:${user.source.line}` : "";
  if (user && ids.length === 0)
    blocks.push([
      line(
        "",
        `${escapeText(user.email)} is listed at ${place} with ${counted(user.entries.length, "entry", "entries")}, but has no registration`,
      ),
    ]);
  const { columns } = context;
  if (ids.length < 2) return blocks.map((block) => layOut(block, { columns })).join("\n\n");
  const head = `${counted(ids.length, "registration")} of this ${by === "hardwareId" || by === "serial" ? "hardware" : by}${user ? `, listed at ${place}` : ""}`;
  const more = "for all rules, and what would change a decision: warp-registrations explain ID";
  return [[line("", head)], ...blocks, [line("", more)]]
    .map((block) => layOut(block, { columns }))
    .join("\n\n");
}

// Explanations as JSON, version 1. Texts are not escaped: whoever shows one must escape it.

interface ExplainContext {
  readonly account: string;
  readonly asOf: Date;
  /** The subject as the user wrote it. */
  readonly what: string;
  readonly explanations: readonly Explanation[];
  readonly evidence: ReadonlyMap<string, Evidence> | undefined;
  readonly lineOf: (source: SourcePosition) => string | undefined;
}

function explainDocument({ account, asOf, what, explanations, evidence, lineOf }: ExplainContext): string {
  const document = {
    version: 1,
    account,
    asOf: asOf.toISOString(),
    what,
    explanations: explanations.map((one) => toJson(one, evidence, lineOf)),
  };
  return jsonText(document, 2);
}

function toJson(
  explanation: Explanation,
  evidence: ExplainContext["evidence"],
  lineOf: ExplainContext["lineOf"],
): object {
  if (explanation.kind === "out-of-scope") {
    const { registration, user, why } = explanation;
    return {
      registration: aboutRegistration(registration, user),
      live: liveState(registration),
      outOfScope: why,
    };
  }
  const { decision, rules, changes, pending } = explanation;
  const { registration, user, hardware, live, desired, action, reason, source } = decision;
  return {
    registration: aboutRegistration(registration, user),
    hardware: hardware && toReportedHardware(hardware),
    live,
    desired,
    action,
    reason,
    source: { ...source, text: lineOf(source) ?? "" },
    pending,
    rules,
    changes,
    evidence: evidence?.get(registration.id),
  };
}

function aboutRegistration(
  { id, device, created_at, last_seen_at, revoked_at }: Registration,
  user: string,
): object {
  return {
    id,
    device: { id: device.id, name: device.name },
    user,
    times: { created: created_at, lastSeen: last_seen_at, revoked: revoked_at ?? undefined },
  };
}

// Explanations for a terminal: escaped, and as wide as the terminal.

/** What the text needs besides the explanations. */
interface TextContext {
  /** The text of a line of the allowlist. */
  readonly lineOf: (source: SourcePosition) => string | undefined;
  readonly evidence: ReadonlyMap<string, Evidence> | undefined;
  /** Whether to show only what is and what should be, because there are several. */
  readonly short: boolean;
  /** Undefined if it does not go to a terminal. */
  readonly columns: number | undefined;
}

const LABEL = 10;

const HANGING = " ".repeat(2 + LABEL);

function explanationLines(explanation: Explanation, context: TextContext): Line[] {
  if (explanation.kind === "out-of-scope") {
    const { registration, user, why } = explanation;
    return [
      title(registration, user),
      row("is", whatItIs(registration)),
      row("scope", `out of scope: ${why}`),
    ];
  }
  const { decision, rules, changes, pending } = explanation;
  const { registration, user, reason, source } = decision;
  const lineAt = (label: string, at: SourcePosition) => {
    const text = context.lineOf(at)?.trim() ?? "";
    return row(label, `${place(at)}${text === "" ? "" : `  ${escapeText(text, 80)}`}`);
  };
  const lines = [
    title(registration, user),
    row("is", whatItIs(registration)),
    ...(context.short ? [] : identity(decision)),
    row("should be", whatItShouldBe(decision) + (pending === undefined ? "" : `; it waits: ${pending}`)),
    row("rule", `${reason.code}: ${reason.text}`),
    lineAt("line", decision.line ?? source),
    ...(decision.line ? [lineAt("policy", source)] : []),
  ];
  if (context.short) return lines;
  const evidence = context.evidence?.get(registration.id);
  return [
    ...lines,
    line("  ", "rules, in their order"),
    ...rules.map(ruleLine),
    line("  ", "what would change it"),
    ...changes.map((change) => line("    - ", escapeText(change, 600), { hanging: "      " })),
    ...(evidence
      ? [line("  ", "its user"), ...evidenceLines(evidence).map((one) => line("    ", escapeText(one, 300)))]
      : []),
  ];
}

function title(registration: Registration, user: string): Line {
  return line("", escapeText(named(registration, user)));
}

function row(label: string, text: string): Line {
  return line(`  ${label.padEnd(LABEL)}`, escapeText(text, 800), { hanging: HANGING });
}

function whatItIs(registration: Registration): string {
  const { created_at, last_seen_at, revoked_at } = registration;
  const revoked = revoked_at == null ? "" : ` since ${minute(revoked_at)}`;
  const seen = last_seen_at === null ? "never seen" : `last seen ${minute(last_seen_at)}`;
  return `${liveState(registration)}${revoked}; created ${minute(created_at)}, ${seen}`;
}

function identity({ registration, hardware }: Decision): Line[] {
  return [row("device", quoted(registration.device.id)), row("hardware", hardwareText(hardware))];
}

function hardwareText(hardware: Hardware | undefined): string {
  if (!hardware) return "not known, or no entry asks for it";
  const { serial, hardwareId, model, deviceType, clientVersion } = hardware;
  const parts = [
    serial === undefined ? "no usable serial" : `serial ${quoted(serial)}`,
    hardwareId === undefined ? "no usable hardware id" : `hardware id ${quoted(hardwareId)}`,
    ...[model, deviceType, clientVersion].flatMap((text) =>
      text === undefined || text === "" ? [] : [quoted(text)],
    ),
  ];
  return parts.join(", ");
}

function whatItShouldBe({ desired, action }: Decision): string {
  if (desired === "as-is") return "left alone: nothing is due";
  return action === "keep" ? `${desired}: nothing is due` : `${desired}: ${action} is due`;
}

const MARKS = { decides: "=>", passes: "  ", "not-asked": "  " } as const;

function ruleLine({ place: number, name, outcome, text, source }: Consideration): Line {
  const head = `  ${MARKS[outcome]}${String(number).padStart(3)} ${name}: `;
  const said = outcome === "not-asked" ? `not asked, ${text}` : text;
  return line(head.trimEnd() + " ", escapeText(said, 600) + (source ? ` (${place(source)})` : ""), {
    hanging: "        ",
  });
}

function place({ file, line }: SourcePosition): string {
  return `${escapeText(file, 200)}:${line}`;
}
