import type { AllowlistTest } from "./allowlist.js";
import { normaliseEmail } from "./email.js";
import type { Message } from "./message.js";
import { versionProblem } from "./read-conditions.js";
import { addressProblem } from "./read-lists.js";
import type { ParsedFile } from "./root-file.js";
import type { SourceText, Tell } from "./source-text.js";
import { matchTextProblem } from "./text-values.js";
import { readDate } from "./time-values.js";
import { itemsOf, pairAt, textNode, valueAt, type TextNode, type TreeNode } from "./tree.js";

/** A test with what it takes to write messages about whose registration it speaks of. */
export interface PlacedTest {
  readonly test: AllowlistTest;
  readonly user: TextNode;
  readonly source: SourceText;
}

type Given = { -readonly [Key in keyof AllowlistTest["given"]]: AllowlistTest["given"][Key] };

const textKeys = [
  "registration",
  "device",
  "name",
  "serial",
  "hardwareId",
  "platform",
  "model",
  "clientVersion",
  "policyId",
  "registrationType",
] as const;
const dateKeys = ["created", "lastSeen", "revoked"] as const;

/** The tests of all files, in the order of files and lines. */
export function readTests(
  files: readonly ParsedFile[],
  report: (message: Message) => void,
): readonly PlacedTest[] {
  return files.flatMap(({ source, tree }) => {
    const tell = source.teller(report);
    return itemsOf(valueAt(tree, "tests")).flatMap((node) => readTest(source, node, tell) ?? []);
  });
}

function readTest(source: SourceText, node: TreeNode, tell: Tell): PlacedTest | undefined {
  const name = textNode(valueAt(node, "name"));
  if (name !== undefined) tell(matchTextProblem(name, "name"));
  const at = readDate(pairAt(node, "at"), tell);
  const givenNode = valueAt(node, "given");
  const user = textNode(valueAt(givenNode, "user"));
  const given = readGiven(givenNode, user, tell);
  const expect = readExpect(valueAt(node, "expect"), tell);
  // What is missing was told by the schema.
  if (name === undefined || user === undefined || expect === undefined) return undefined;
  const moment = at === undefined ? {} : { at };
  const test = { name: name.value, given, expect, ...moment, source: source.position(node.start) };
  return { test, user, source };
}

function readGiven(node: TreeNode | undefined, user: TextNode | undefined, tell: Tell): Given {
  const given: Given = { user: readUser(user, tell) };
  for (const key of textKeys) {
    const text = textNode(valueAt(node, key));
    if (text === undefined) continue;
    tell(key === "clientVersion" ? versionProblem(text, key) : matchTextProblem(text, key));
    given[key] = text.value;
  }
  for (const key of dateKeys) {
    const date = readDate(pairAt(node, key), tell);
    if (date !== undefined) given[key] = date;
  }
  return given;
}

/** Empty where the registration has no user. */
function readUser(node: TextNode | undefined, tell: Tell): string {
  if (node === undefined || node.value === "" || node.value === "none") return "";
  const email = normaliseEmail(node.value);
  tell(addressProblem(email, { said: node.value, offset: node.start, kind: "email" }));
  return email;
}

function readExpect(node: TreeNode | undefined, tell: Tell): AllowlistTest["expect"] | undefined {
  const action = textNode(node?.kind === "map" ? valueAt(node, "action") : node)?.value;
  const rule = textNode(valueAt(node, "rule"));
  if (rule !== undefined) tell(matchTextProblem(rule, "rule"));
  if (action === undefined) return undefined;
  // Another text was refused by the schema, and the whole allowlist with it.
  const expected = action as AllowlistTest["expect"]["action"];
  return rule === undefined ? { action: expected } : { action: expected, rule: rule.value };
}
