/** The state of the rehearsal engine: one JSON file. */

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { StateResource } from "../engine.js";

/** A resource as the state keeps it. */
export interface Row extends StateResource {
  /** False for the stack itself and for components: no provider knows them. */
  readonly custom: boolean;
  /** A URN, or the empty string. */
  readonly parent: string;
  /** URNs of what must be made before it and deleted after it. */
  readonly dependencies: readonly string[];
  readonly retainOnDelete: boolean;
  /** A delete is refused. */
  readonly protect?: boolean;
  /** Why it is there but not as it should be: an update is due whatever its provider says. */
  readonly initErrors: readonly string[];
}

/** By URN, in the order in which they were made. */
export type Rows = ReadonlyMap<string, Row>;

export type Properties = Readonly<Record<string, unknown>>;

export async function readRows(path: string): Promise<Rows> {
  try {
    const { resources } = JSON.parse(await readFile(path, "utf8")) as { resources: readonly Row[] };
    return new Map(resources.map((row) => [row.urn, row]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw error;
  }
}

/** Whole or not at all: a run that dies while it writes leaves the old state. */
export async function writeRows(path: string, rows: Rows): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  await writeFile(temporary, `${JSON.stringify({ version: 1, resources: [...rows.values()] }, null, 2)}\n`);
  await rename(temporary, path);
}
