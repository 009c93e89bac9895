/** `warp-registrations export`: an allowlist of what is live now. */

import { type Command, Option } from "commander";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type AllowlistFile, parseAllowlist } from "../../allowlist/parse.js";
import { domainOf } from "../../allowlist/values.js";
import { commentText } from "../../allowlist/write-entry.js";
import type { FullInventory } from "../../run/account.js";
import { reasonOf } from "../../text/files.js";
import { hideSecrets } from "../../text/redact.js";
import { counted, groupBy, minute } from "../../text/words.js";
import { momentOf, openSource } from "../account.js";
import {
  type CommandContext,
  EXIT,
  type ExitCode,
  newCommand,
  runs,
  type Surroundings,
  UserError,
} from "../command.js";
import { type FileText, writeFiles } from "../files.js";
import { type AccountOptions, accountOptions, outputOptions } from "../options.js";
import { checkOutputs, emit, type OutputOptions, pathsOf } from "../output.js";
import {
  chooseEntries,
  type DeviceNotes,
  type ExportedAccount,
  type ExportedUser,
  type ExportedUsers,
  exportHead,
  formAccount,
  isWrong,
  schemaLine,
  usersText,
} from "./export-entries.js";

interface ExportOptions extends AccountOptions, OutputOptions<"yaml"> {
  readonly split?: Split;
  readonly directory?: string;
  readonly force?: boolean;
}

const FORMATS = ["yaml"] as const;

const EXAMPLE = `
$ warp-registrations export --output allowlist.yaml
$ warp-registrations export --split domain
wrote allowlist.yaml, allowlist/example.com.yaml: 41 users, 64 entries
not listed: 3 registrations of no person

Devices are listed by serial number if that identifies one machine, otherwise by hardware id, device id or registration
id, never by name. Planned against the same account, the result changes nothing. Existing files are kept, unless
--force is given.
`;

export function exportCommand(context: CommandContext): Command {
  const command = newCommand("export", "Write an allowlist of what is live now.", EXAMPLE);
  for (const option of [...accountOptions(), ...outputOptions(FORMATS)]) command.addOption(option);
  command
    .addOption(
      new Option(
        "--split <by>",
        "write allowlist.yaml, and one file per user or domain in allowlist/",
      ).choices(SPLITS),
    )
    .option("--directory <dir>", "with --split: the folder to write to (default: this folder)")
    .option("--force", "replace existing files");
  return runs(command, context, exportAccount);
}

async function exportAccount(surroundings: Surroundings, options: ExportOptions): Promise<ExitCode> {
  const { split, directory = "." } = options;
  if (split === undefined && options.directory !== undefined)
    throw new UserError("--directory needs --split", "give --split user or --split domain, or --output FILE");
  if (split !== undefined && options.output !== undefined)
    throw new UserError(
      "--output writes one file, but --split makes several",
      "give --directory DIR instead",
    );
  const single = pathsOf(options);
  checkOutputs(surroundings.folder, options, FORMATS, [options.inventory]);
  refuseExisting(surroundings, single, options.force);
  const source = openSource(surroundings, options);
  const full = await source.listFull();
  const made = makeExport(full, {
    asOf: momentOf(surroundings, source, options),
    split,
    redacted: source.redacted ?? false,
  });
  if (split === undefined) {
    refuseExisting(surroundings, single, options.force);
    emit(surroundings, options, FORMATS, () => made.files[0]?.text ?? "");
  } else {
    const hide = hideSecrets(surroundings.env);
    const files = made.files.map(({ file, text }) => ({ path: join(directory, file), text: hide(text) }));
    refuseExisting(
      surroundings,
      files.map(({ path }) => path),
      options.force,
    );
    writeAll(surroundings, files);
  }
  if (options.quiet !== true) printSummary(surroundings, options, made);
  return EXIT.fine;
}

/** Called before the account is listed, and again before anything is written. */
function refuseExisting({ folder }: Surroundings, paths: readonly string[], force = false): void {
  if (force) return;
  const there = paths.filter((path) => {
    const stat = lstatSync(resolve(folder, path), { throwIfNoEntry: false });
    // A pipe or a terminal (`/dev/stdout`) has no content to lose.
    return stat !== undefined && (stat.isFile() || stat.isSymbolicLink());
  });
  if (there.length === 0) return;
  const more = there.length > 5 ? ` and ${there.length - 5} more` : "";
  throw new UserError(
    `${there.slice(0, 5).join(", ")}${more}: already exists`,
    "give another place, or use --force to replace existing files",
  );
}

function writeAll({ folder }: Surroundings, files: readonly FileText[]): void {
  for (const path of new Set(files.map(({ path: file }) => dirname(file)))) {
    try {
      mkdirSync(resolve(folder, path), { recursive: true });
    } catch (error) {
      throw new UserError(`${path}: cannot be created: ${reasonOf(error)}`, undefined, { cause: error });
    }
  }
  writeFiles(folder, files);
}

function printSummary(
  { stderr }: Surroundings,
  { split, directory = ".", output }: ExportOptions,
  made: ReturnType<typeof makeExport>,
): void {
  const entries = made.users.reduce((sum, user) => sum + user.entries.length, 0);
  const files =
    split === undefined
      ? (output ?? []).map(({ path }) => path)
      : made.files.map(({ file }) => join(directory, file));
  const shown = files.length > 5 ? `${files.length} files` : files.join(", ");
  if (files.length > 0)
    stderr.write(
      `wrote ${shown}: ${counted(made.users.length, "user")}, ${counted(entries, "entry", "entries")}\n`,
    );
  const skipped = notListed(made);
  if (skipped.length > 0) stderr.write(`not listed: ${skipped.join("; ")}\n`);
}

// The files of an export. They are proven by reading them back and planning them against the account that they come
// from.

export interface ExportContext {
  readonly asOf: Date;
  /** Without it, everything is in one file. */
  readonly split?: Split | undefined;
  /** Whether the account has pseudonyms. */
  readonly redacted?: boolean;
}

export interface Export extends ExportedUsers {
  /** The root file first. Names are relative to the project's folder. */
  readonly files: readonly AllowlistFile[];
}

const ROOT_FILE = "allowlist.yaml";

/** @throws UserError if nobody can be listed: an allowlist without users is refused */
export function makeExport(full: FullInventory, context: ExportContext): Export {
  const account = formAccount(full, context.asOf);
  const chosen = chooseEntries(account);
  if (chosen.users.length === 0) {
    throw new UserError(
      `account ${full.account}: no registration belongs to a user who can be listed${notListed(chosen)
        .map((text) => `; ${text}`)
        .join("")}`,
      "an allowlist needs at least one user: begin with one who should have a device",
    );
  }
  const notes = notesOf(account);
  const schema = schemaLine(ROOT_FILE, "allowlist");
  const head = `${header(full, chosen, context)}${schema}${exportHead(full.account)}`;
  const files =
    context.split === undefined
      ? [{ file: ROOT_FILE, text: `${head}\n${usersText(chosen.users, notes)}` }]
      : [
          { file: ROOT_FILE, text: head },
          ...[...splitUsers(chosen.users, context.split)].map(([file, users]) => ({
            file,
            text: schemaLine(file, "users") + usersText(users, notes),
          })),
        ];
  prove(files, account);
  return { ...chosen, files };
}

/** What the export leaves out, in words. */
function notListed({ outOfScope, noUser, unlistable }: ExportedUsers): string[] {
  return [
    ...(noUser > 0 ? [`${counted(noUser, "registration")} of no person`] : []),
    ...(unlistable > 0 ? [`${counted(unlistable, "registration")} whose user or id cannot be written`] : []),
    ...(outOfScope > 0
      ? [`${counted(outOfScope, "registration")} out of scope (deleted, or not of type warp)`]
      : []),
  ];
}

function header(full: FullInventory, chosen: ExportedUsers, { asOf, redacted }: ExportContext): string {
  const skipped = notListed(chosen);
  const lines = [
    `What account ${full.account} had on ${minute(asOf.toISOString())}: ${counted(chosen.users.length, "user")}.`,
    "Planned against the same account, this allowlist changes nothing. Remove what should not be there.",
    ...(skipped.length === 0 ? [] : [`Not listed: ${skipped.join("; ")}.`]),
    ...(redacted === true ? ["Made from a redacted inventory: these are pseudonyms."] : []),
  ];
  return lines.map((line) => `${commentText(line, 400)}\n`).join("");
}

function notesOf({ index, unusable }: ExportedAccount): DeviceNotes {
  const whys = unusable.flatMap(({ serial, devices: ids }) =>
    [...ids].map((id) => [id, `serial ${JSON.stringify(serial)} is a vendor's default`] as const),
  );
  return { hardware: index, unusable: new Map(whys) };
}

/**
 * Checks what should be impossible: nobody should notice a mistake by being cut off. The decisions come from the files
 * as they are read back. Findings are not looked for, because no plan is shown.
 */
function prove(files: readonly AllowlistFile[], { decide }: ExportedAccount): void {
  const { allowlist, messages } = parseAllowlist(files);
  if (!allowlist) throw new Error(`the export cannot be read: ${messages[0]?.text ?? ""}`);
  if (decide(allowlist).some(isWrong)) throw new Error("the export is not in sync with its account");
}

// The file of each user in a split export.

const SPLITS = ["user", "domain"] as const;

type Split = (typeof SPLITS)[number];

/** Some file systems refuse longer file names. */
const LONGEST = 100;

/** The users of each file. File names are relative to the export's folder, with `/`. */
function splitUsers(
  users: readonly ExportedUser[],
  split: Split,
): ReadonlyMap<string, readonly ExportedUser[]> {
  return groupBy(
    users,
    ({ email }) => `allowlist/${fileName(split === "user" ? email : domainOf(email))}.yaml`,
  );
}

/**
 * An address as a file name. Characters that a file system or a shell could misread are replaced; then a part of the
 * digest keeps two addresses apart.
 */
function fileName(text: string): string {
  const plain = text.replace(/[^a-z\d@._+-]/gu, "_").replace(/^[.-]/u, "_");
  if (plain === text && text.length <= LONGEST) return text;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `${plain.slice(0, LONGEST)}-${digest}`;
}
