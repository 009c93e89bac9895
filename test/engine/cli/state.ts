/** The resources in a checkpoint file of the CLI's own backend. */

import { readFile } from "node:fs/promises";
import type { StackState, StateResource } from "../engine.js";
import { nameOf } from "../urn.js";

interface Checkpoint {
  readonly checkpoint?: { readonly latest?: { readonly resources?: readonly Partial<StateResource>[] } };
}

/** Empty where the stack has never been updated. */
export async function readCheckpoint(path: string): Promise<StackState> {
  const { checkpoint } = JSON.parse(await readFile(path, "utf8")) as Checkpoint;
  const resources = (checkpoint?.latest?.resources ?? [])
    .filter(({ type = "" }) => !type.startsWith("pulumi:"))
    .map(({ urn = "", type = "", id = "", inputs = {}, outputs = {} }) => ({
      ...{ urn, type, name: nameOf(urn), id },
      ...{ inputs, outputs },
    }));
  return { resources };
}
