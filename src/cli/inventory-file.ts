/** The account as one file, which `plan`, `explain` and `simulate` take instead of a live one. */

import { CloudflareError } from "../cloudflare/index.js";
import { readAccessUser, readPhysicalDevice, readRegistration } from "../cloudflare/records.js";
import type { WholeInventory } from "../inventory.js";
import { isMapping, parseJson, readText } from "./json-file.js";
import { UserError } from "./user-error.js";
import { jsonText } from "../escape.js";

/** Version 1 of the file. Records stand as the API sent them. */
export interface InventoryFile {
  readonly kind: "warp-inventory";
  readonly version: 1;
  readonly account: string;
  /** RFC 3339: when the listing began. */
  readonly takenAt: string;
  /** Whether what names people and machines was replaced. */
  readonly redacted: boolean;
  readonly registrations: WholeInventory["registrations"];
  readonly devices: WholeInventory["devices"];
  /** Only where they were asked for. */
  readonly accessUsers?: WholeInventory["accessUsers"];
}

/** One record on each line: a difference of two files shows what changed, and no line is a whole account. */
export function formatInventory(file: InventoryFile): string {
  const { registrations, devices, accessUsers, ...head } = file;
  const rows = (list: readonly unknown[]) =>
    list.length === 0 ? "[]" : `[\n${list.map((row) => `    ${jsonText(row)}`).join(",\n")}\n  ]`;
  const lines = Object.entries(head).map(([key, value]) => `  ${jsonText(key)}: ${jsonText(value)},`);
  const users = accessUsers ? [`  "accessUsers": ${rows(accessUsers)},`] : [];
  return [
    "{",
    ...lines,
    ...users,
    `  "registrations": ${rows(registrations)},`,
    `  "devices": ${rows(devices)}`,
    "}\n",
  ].join("\n");
}

const MAKE_ONE = "make one with: warp-registrations inventory --output inventory.json";

/** Reads and checks such a file. Throws a {@link UserError} with the place of what is wrong. */
export function readInventoryFile(folder: string, path: string): InventoryFile {
  const value = parseJson(path, readText(folder, path), MAKE_ONE);
  if (!isMapping(value) || value.kind !== "warp-inventory")
    throw new UserError(`${path}: is no inventory`, MAKE_ONE);
  const file = value;
  if (file.version !== 1) {
    throw new UserError(
      `${path}: version: an inventory of version ${JSON.stringify(file.version)}, and this program reads version 1`,
      "take the inventory again, or use the release that wrote it",
    );
  }
  const account = text(path, "account", file.account);
  const takenAt = text(path, "takenAt", file.takenAt);
  if (Number.isNaN(Date.parse(takenAt))) throw new UserError(`${path}: takenAt: expected an RFC 3339 time`);
  return {
    kind: "warp-inventory",
    version: 1,
    account,
    takenAt,
    redacted: file.redacted === true,
    registrations: records(path, "registrations", file.registrations, readRegistration),
    devices: records(path, "devices", file.devices, readPhysicalDevice),
    ...(file.accessUsers !== undefined && {
      accessUsers: records(path, "accessUsers", file.accessUsers, readAccessUser),
    }),
  };
}

function records<T extends { readonly id: string }>(
  path: string,
  key: string,
  value: unknown,
  read: (row: unknown) => T,
): readonly T[] {
  if (!Array.isArray(value)) throw new UserError(`${path}: ${key}: expected a list`, MAKE_ONE);
  const first = new Map<string, number>();
  return value.map((row: unknown, at) => {
    const place = `${path}: ${key}[${at}]`;
    const record = checked(place, () => read(row));
    const other = first.get(record.id);
    if (other !== undefined) throw new UserError(`${place}: the same id as ${key}[${other}]`, MAKE_ONE);
    first.set(record.id, at);
    return record;
  });
}

function checked<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CloudflareError) throw new UserError(`${place}: ${error.what}`, MAKE_ONE);
    throw error;
  }
}

function text(path: string, key: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new UserError(`${path}: ${key}: expected a text`, MAKE_ONE);
}
