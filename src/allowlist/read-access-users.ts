import type { WantedAccessUser } from "./allowlist.js";
import { normaliseEmail } from "./email.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import { addressProblem } from "./read-lists.js";
import type { ParsedFile } from "./root-file.js";
import type { SourceText } from "./source-text.js";
import { requiredTextProblem } from "./text-values.js";
import { textNode, valueAt, type TreePair } from "./tree.js";

/** An Access user with what it takes to write messages about the place. */
export interface PlacedAccessUser {
  readonly wanted: WantedAccessUser;
  readonly pair: TreePair;
  readonly source: SourceText;
}

/** The Access users of all files by normalised e-mail; the second place of one is reported and left out. */
export function readAccessUsers(
  files: readonly ParsedFile[],
  report: (message: Message) => void,
): ReadonlyMap<string, PlacedAccessUser> {
  const found = new Map<string, PlacedAccessUser>();
  for (const { source, tree } of files) {
    const node = valueAt(tree, "accessUsers");
    if (node?.kind !== "map") continue;
    for (const pair of node.pairs.values()) {
      const placed = readOne(source, pair, report);
      const { email } = placed.wanted;
      const known = found.get(email);
      if (known === undefined) found.set(email, placed);
      else reportTwice(placed, known, report);
    }
  }
  return found;
}

function readOne(source: SourceText, pair: TreePair, report: (message: Message) => void): PlacedAccessUser {
  const tell = source.teller(report);
  const email = normaliseEmail(pair.key);
  tell(addressProblem(email, { said: pair.key, offset: pair.keyStart, kind: "email" }));
  const name = textNode(valueAt(pair.value, "name"));
  if (name !== undefined) tell(requiredTextProblem(name, "name"));
  const isAbsent = textNode(valueAt(pair.value, "state"))?.value === "absent";
  const wanted: WantedAccessUser = {
    email,
    ...(name === undefined ? {} : { name: name.value }),
    state: isAbsent ? "absent" : "present",
    source: source.position(pair.keyStart),
  };
  return { wanted, pair, source };
}

function reportTwice(
  { source, pair }: PlacedAccessUser,
  { wanted }: PlacedAccessUser,
  report: (message: Message) => void,
): void {
  report(
    source.message({
      code: "allowlist/duplicate-user",
      offset: pair.keyStart,
      text: `the Access user ${shown(pair.key)} stands in ${wanted.source.file}:${wanted.source.line} already`,
      fix: "remove one of the two",
      related: [{ text: "the first place", source: wanted.source }],
    }),
  );
}
