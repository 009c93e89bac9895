/** The files of an export, proven: they are read back, and planned against the account that they were made from. */

import { parseAllowlist, type AllowlistFile } from "../allowlist/parse.js";
import { commentText } from "../allowlist/write-text.js";
import { narrowInventory, type WholeInventory } from "../inventory.js";
import { indexHardware } from "../reconcile/hardware.js";
import { makePlan } from "../reconcile/plan.js";
import { exportHead, schemaLine } from "./export-base.js";
import { chooseEntries, type ExportedUsers } from "./export-entries.js";
import { splitUsers, type Split } from "./export-names.js";
import { usersText, type DeviceNotes } from "./export-text.js";
import { UserError } from "./user-error.js";
import { counted } from "../counted.js";
import { minute } from "../minute.js";

export interface ExportTerms {
  readonly asOf: Date;
  /** Without it, all stands in one file. */
  readonly split?: Split | undefined;
  /** Whether the account tells pseudonyms. */
  readonly redacted?: boolean;
}

export interface Export extends ExportedUsers {
  /** The root file first; names are relative to the project's folder. */
  readonly files: readonly AllowlistFile[];
}

/** The name of the root file. */
export const ROOT_FILE = "allowlist.yaml";

/** @throws UserError where nobody can be listed: an allowlist without users is refused. */
export function makeExport(whole: WholeInventory, terms: ExportTerms): Export {
  const chosen = chooseEntries(whole, terms.asOf);
  if (chosen.users.length === 0) {
    throw new UserError(
      `account ${whole.account}: no registration belongs to a user who can be listed${leftOut(chosen)
        .map((text) => `; ${text}`)
        .join("")}`,
      "an allowlist names at least one user: begin with one who is to have a device",
    );
  }
  const notes = notesOf(whole);
  const schema = schemaLine(ROOT_FILE, "allowlist");
  const head = `${header(whole, chosen, terms)}${schema}${exportHead(whole.account)}`;
  const files =
    terms.split === undefined
      ? [{ file: ROOT_FILE, text: `${head}\n${usersText(chosen.users, notes)}` }]
      : [
          { file: ROOT_FILE, text: head },
          ...[...splitUsers(chosen.users, terms.split)].map(([file, users]) => ({
            file,
            text: schemaLine(file, "users") + usersText(users, notes),
          })),
        ];
  prove(files, whole, terms.asOf);
  return { ...chosen, files };
}

/** What the export does not speak about, in words. */
export function leftOut({ outOfScope, noUser, unlistable }: ExportedUsers): string[] {
  return [
    ...(noUser > 0 ? [`${counted(noUser, "registration")} of no person`] : []),
    ...(unlistable > 0 ? [`${counted(unlistable, "registration")} whose user or id cannot be written`] : []),
    ...(outOfScope > 0
      ? [`${counted(outOfScope, "registration")} out of scope (deleted, or not of type warp)`]
      : []),
  ];
}

function header(whole: WholeInventory, chosen: ExportedUsers, { asOf, redacted }: ExportTerms): string {
  const left = leftOut(chosen);
  const lines = [
    `What account ${whole.account} had on ${minute(asOf.toISOString())}: ${counted(chosen.users.length, "user")}.`,
    "Planned against the same account this allowlist asks for nothing. Remove what should not be there.",
    ...(left.length === 0 ? [] : [`Not listed: ${left.join("; ")}.`]),
    ...(redacted === true ? ["Made from a redacted inventory: these are pseudonyms."] : []),
  ];
  return lines.map((line) => `${commentText(line, 400)}\n`).join("");
}

function notesOf({ devices }: WholeInventory): DeviceNotes {
  const { index, unusable } = indexHardware(devices);
  const whys = unusable.flatMap(({ serial, devices: ids }) =>
    [...ids].map((id) => [id, `serial ${JSON.stringify(serial)} is a vendor's default`] as const),
  );
  return { hardware: index, unusable: new Map(whys) };
}

/** What cannot happen is made sure of: nobody should find out by being cut off. */
function prove(files: readonly AllowlistFile[], whole: WholeInventory, asOf: Date): void {
  const { allowlist, messages } = parseAllowlist(files);
  if (!allowlist) throw new Error(`the export cannot be read: ${messages[0]?.text ?? ""}`);
  const { acts, problems } = makePlan(allowlist, narrowInventory(whole, allowlist), asOf);
  if (acts.length + problems.length > 0) throw new Error("the export is not in sync with its account");
}
