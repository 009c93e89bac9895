import type { Entry, EntryMatch, EntryState } from "./allowlist.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import { isUsableSerial } from "./serial.js";
import type { Problem, SourceText } from "./source-text.js";
import { freeTextProblem, matchTextProblem } from "./text-values.js";
import { pairAt, textNode, type ScalarNode, type TreeNode } from "./tree.js";

/** The keys that an entry may match by. */
export const matchKeys = ["registration", "serial", "hardwareId", "device", "name", "nameGlob"] as const;

/** These name one machine, or nothing at all. */
const hardwareKeys: readonly string[] = ["serial", "hardwareId"];

const states: readonly string[] = ["active", "revoked", "deleted"];
const otherKeys: readonly string[] = ["state", "note", "reason"];

/**
 * One entry as data, or undefined where something about it is wrong: what the schema does not tell is reported
 * here, what it does tell is not told again.
 */
export function readEntry(
  source: SourceText,
  node: TreeNode,
  report: (message: Message) => void,
): Entry | undefined {
  if (node.kind !== "map") return undefined;
  const problems: Problem[] = [];
  const wrong = (problem: Problem | undefined) => {
    if (problem !== undefined) problems.push(problem);
  };
  const match: { -readonly [Key in keyof EntryMatch]: EntryMatch[Key] } = {};
  for (const key of matchKeys) {
    const text = textNode(pairAt(node, key)?.value);
    if (text === undefined) continue;
    wrong(
      matchTextProblem(text, key) ?? (hardwareKeys.includes(key) ? hardwareProblem(key, text) : undefined),
    );
    match[key] = text.value;
  }
  for (const key of ["note", "reason"]) {
    const text = textNode(pairAt(node, key)?.value);
    if (text !== undefined) wrong(freeTextProblem(text, key));
  }
  const keys = [...node.pairs.keys()];
  // A misspelt match key is reported as such, and not as a missing one besides.
  if (keys.every((key) => otherKeys.includes(key))) wrong(matchesNothing(node.start));
  for (const problem of problems) report(source.message(problem));
  return problems.length === 0 && isReadable(node, keys) ? assemble(source, node, match) : undefined;
}

function assemble(source: SourceText, node: TreeNode, match: EntryMatch): Entry {
  const note = textNode(pairAt(node, "note")?.value)?.value;
  const reason = textNode(pairAt(node, "reason")?.value)?.value;
  const state = textNode(pairAt(node, "state")?.value)?.value ?? "active";
  return {
    match,
    state: state as EntryState,
    ...(note === undefined ? {} : { note }),
    ...(reason === undefined ? {} : { reason }),
    source: source.position(node.start),
  };
}

/** Whether the schema has nothing against the entry's keys and the kinds of their values. */
function isReadable(node: TreeNode, keys: readonly string[]): boolean {
  return keys.every((key) => {
    const text = textNode(pairAt(node, key)?.value)?.value;
    if (text === undefined) return false;
    if (key === "state") return states.includes(text);
    return otherKeys.includes(key) || (matchKeys as readonly string[]).includes(key);
  });
}

function hardwareProblem(key: string, { value, start }: ScalarNode & { value: string }): Problem | undefined {
  if (value === "" || isUsableSerial(value)) return undefined;
  return {
    code: "allowlist/placeholder-serial",
    offset: start,
    text: `the ${key} ${shown(value)} is what vendors leave on many machines; it tells no device apart`,
    fix: `match this device by \`${key === "serial" ? "hardwareId" : "serial"}\`, \`device\` or \`registration\``,
  };
}

function matchesNothing(offset: number): Problem {
  return {
    code: "allowlist/missing-key",
    offset,
    text: "the entry says no device: it has none of the keys that match",
    fix: `add one of: ${matchKeys.join(", ")}`,
  };
}
