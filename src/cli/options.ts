/** The options that several commands share. Each has the same name, meaning and parsing everywhere. */

import { InvalidArgumentError, Option } from "commander";
import { toDay, toTime } from "../allowlist/values.js";
import { parseFormat, parseTarget, type Target } from "./output.js";

/** `--allowlist GLOB`, repeatable. */
export interface AllowlistOptions {
  readonly allowlist?: readonly string[];
}

export function allowlistOption(): Option {
  return new Option(
    "--allowlist <glob>",
    "allowlist files, relative to this folder; may be repeated (default: allowlist.yaml, allowlist/**/*.{yaml,yml})",
  ).argParser(collect);
}

/** The account, and where it comes from. */
export interface AccountOptions {
  readonly account?: string;
  readonly inventory?: string;
}

/** `--account` and `--inventory`. */
export function accountOptions(): Option[] {
  return [
    new Option("--account <id>", "the account (default: CLOUDFLARE_ACCOUNT_ID)"),
    new Option("--inventory <file>", "read the account from this file instead of the API"),
  ];
}

/** `--now TIME`. */
export function nowOption(what: string): Option {
  return new Option("--now <time>", `${what}: an RFC 3339 time, or a day`).argParser(parseMoment);
}

/** `--format` and `--quiet` of a command that supports these formats, and `--output` unless it writes no report. */
export function outputOptions(known: readonly string[]): Option[] {
  return [
    // Our own parser has the better message. The choices are for the help and for shells.
    new Option("--format <name>", `what to print (default: ${known[0] ?? ""})`)
      .choices(known)
      .argParser((text: string) => parseFormat(text, known)),
    ...(known.includes("json")
      ? [new Option("--json", "short for --format json").implies({ format: "json" })]
      : []),
    new Option(
      "--output <file...>",
      "write FILE instead of printing; FORMAT=FILE is written too; several may be given",
    ).argParser((text: string, targets: readonly Target[] | undefined) => [
      ...(targets ?? []),
      parseTarget(text, known),
    ]),
    new Option("--quiet", "print only errors"),
    new Option("--no-color", "print without colour, as NO_COLOR=1 in the environment does"),
  ];
}

/** What a plan is made of: allowlist, account and `--now`, `--base`, `--base-ref`, `--stack`, `--own`, `--blame`, `--marker`. */
export function planOptions(): Option[] {
  return [
    allowlistOption(),
    ...accountOptions(),
    nowOption("decide as of this time (default: now, or when the inventory was taken)"),
    new Option(
      "--base <glob>",
      "the allowlist before a change, to report what the change itself does; may be repeated",
    ).argParser(collect),
    new Option(
      "--base-ref <ref>",
      "the same, from this folder at a commit that git knows, such as origin/main",
    ).conflicts("base"),
    new Option(
      "--stack <name>",
      "the name of this stack, to report other stacks of the project that share the account",
    ),
    ownOption(),
    blameOption(),
    new Option("--marker <text>", "in Markdown, marks the comment as this stack's"),
  ];
}

/** `--own FILE...`. */
export function ownOption(): Option {
  return new Option(
    "--own <file...>",
    "files that show what this stack revoked: `pulumi stack export`, reports of its runs, or a --history (see policy.listedRevoked)",
  );
}

/** `--blame`. */
export function blameOption(): Option {
  return new Option("--blame", "ask git since when each entry has been in the allowlist");
}

/** `--exit-code`. */
export function exitCodeOption(what: string): Option {
  return new Option("--exit-code", `exit with 2 if ${what}`);
}

/** Collects the values of an option that may be repeated. */
function collect(text: string, all: readonly string[] = []): readonly string[] {
  return [...all, text];
}

function parseMoment(text: string): Date {
  const moment = toDay(text)?.start ?? toTime(text);
  if (moment === undefined) {
    throw new InvalidArgumentError(
      "Expected a time such as 2026-05-01T08:00:00Z, or a day such as 2026-05-01.",
    );
  }
  return new Date(moment);
}
