import { shown } from "./nearest.js";
import type { Problem } from "./source-text.js";
import type { TextNode, TreePair } from "./tree.js";
import { quoteProblem } from "./type-messages.js";

/** Plain scalars that are text in YAML 1.2 and something else to the many readers of YAML 1.1. */
const otherReadings: readonly (readonly [RegExp, string])[] = [
  [/^(?:yes|no|on|off|y|n)$/iu, "a yes or no"],
  [/^\d{4}-\d\d?-\d\d?(?:[Tt\s].*)?$/u, "a date"],
  [/^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/u, "a number with base 60"],
  [/^[-+]?(?:0b[01_]+|0x[\da-f_]+|\d[\d_]*(?:\.[\d_]*)?)$/iu, "a number"],
];

/** What is wrong with a text that something is compared with: it must be written just as it is meant. */
export function matchTextProblem(node: TextNode, key: string): Problem | undefined {
  const { value, start } = node;
  const unquoted = freeTextProblem(node, key);
  if (unquoted !== undefined || value === "") return unquoted;
  if (value.trim() === "")
    return { code: "allowlist/bad-value", offset: start, text: `\`${key}\` is blank`, fix: "write a value" };
  if (value.trim() !== value)
    return {
      code: "allowlist/bad-value",
      offset: start,
      text: `\`${key}\` begins or ends with a blank, and would match nothing`,
      fix: `write ${JSON.stringify(value.trim().slice(0, 80))}`,
    };
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/u.test(value))
    return {
      code: "allowlist/bad-value",
      offset: start,
      text: `\`${key}\` holds a line break or another control character`,
      fix: "write it on one line, in quotes",
    };
  return undefined;
}

/** What is wrong with a free text that somebody is to read: as below, and that it is blank. */
export function requiredTextProblem(node: TextNode, key: string): Problem | undefined {
  // An empty text is the schema's to tell.
  if (node.value === "" || node.value.trim() !== "") return freeTextProblem(node, key);
  const text = `\`${key}\` is blank`;
  return { code: "allowlist/bad-value", offset: node.start, text, fix: "write why, for those who read it" };
}

/** What is wrong with a key that the user chose, as a name for something. */
export function keyTextProblem({ key, keyStart }: TreePair, what: string): Problem | undefined {
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  if (key.trim() === key && key !== "" && key.length <= 256 && !/[\u0000-\u001f\u007f-\u009f]/u.test(key))
    return undefined;
  return {
    code: "allowlist/bad-value",
    offset: keyStart,
    text: `${shown(key)} is not ${what}: it is empty, longer than 256 characters, holds a line break or another control character, or has blanks around it`,
    fix: "write it on one line, without blanks around it",
  };
}

/** What is wrong with a free text: only that it lacks quotes where readers of YAML differ. */
export function freeTextProblem(node: TextNode, key: string): Problem | undefined {
  if (!node.plain) return undefined;
  const reading = otherReadings.find(([shape]) => shape.test(node.value));
  if (reading === undefined) return undefined;
  const pair = { key, keyStart: node.start, value: node };
  return quoteProblem({ node, pair, name: `\`${key}\`` }, node.raw, `${reading[1]} to readers of YAML 1.1`);
}
