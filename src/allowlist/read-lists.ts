import type { Protected, Scope, SourcePosition } from "./allowlist.js";
import { comparedValue, matchKeyProblem } from "./entry-keys.js";
import { fold, isEmail, isEmailDomain, normaliseDomain, normaliseEmail } from "./email.js";
import { shown } from "./nearest.js";
import type { ParsedFile } from "./root-file.js";
import type { Problem, SourceText, Tell } from "./source-text.js";
import { matchTextProblem } from "./text-values.js";
import { itemsOf, pairAt, textNode, valueAt, type TextNode, type TreeNode } from "./tree.js";

/**
 * How the texts of a list are read: e-mails, domains, serial numbers and hardware ids have one form in which they are
 * compared, ids are taken as they stand.
 */
type ListKind = "email" | "domain" | "id" | "serial" | "hardwareId";

/** The root file's scope; by default all registrations of type warp. */
export function readScope(root: ParsedFile, tell: Tell): Scope {
  const pair = pairAt(root.tree, "scope");
  const section = pair?.value;
  const list = (key: string, kind: ListKind) => new Set(readList(section, key, kind, tell).keys());
  const types = list("registrationTypes", "id");
  return {
    emailDomains: list("emailDomains", "domain"),
    emails: list("emails", "email"),
    policyIds: list("policyIds", "id"),
    registrationTypes: types.size > 0 ? types : new Set(["warp"]),
    ...(pair && { source: root.source.position(pair.keyStart) }),
  };
}

/** What the root file protects, each with its line. */
export function readProtected(root: ParsedFile, tell: Tell): Protected {
  const section = valueAt(root.tree, "protected");
  const list = (key: string, kind: ListKind) => positions(root.source, readList(section, key, kind, tell));
  return {
    users: list("users", "email"),
    devices: list("devices", "id"),
    registrations: list("registrations", "id"),
    serials: list("serials", "serial"),
    hardwareIds: list("hardwareIds", "hardwareId"),
  };
}

/** The whole e-mail addresses under a key, by their normal form, each with its line. */
export function readEmails(
  source: SourceText,
  section: TreeNode | undefined,
  key: string,
  tell: Tell,
): ReadonlyMap<string, SourcePosition> {
  return positions(source, readList(section, key, "email", tell));
}

/** The texts of a list by the form in which they are compared, each where it first stands. */
export function readList(
  section: TreeNode | undefined,
  key: string,
  kind: ListKind,
  tell: Tell,
): ReadonlyMap<string, TextNode> {
  return readItems(itemsOf(valueAt(section, key)), key, kind, tell);
}

/** Likewise, where the list has no key of its own. */
export function readItems(
  items: readonly TreeNode[],
  key: string,
  kind: ListKind,
  tell: Tell,
): ReadonlyMap<string, TextNode> {
  const found = new Map<string, TextNode>();
  for (const item of items) {
    const node = textNode(item);
    if (node === undefined || node.value === "") continue;
    const { value, problem } = readItem(node, key, kind);
    tell(problem);
    if (problem === undefined && !found.has(value)) found.set(value, node);
  }
  return found;
}

function readItem(
  node: TextNode,
  key: string,
  kind: ListKind,
): { readonly value: string; readonly problem: Problem | undefined } {
  if (kind === "id") return { value: node.value, problem: matchTextProblem(node, key) };
  if (kind === "serial" || kind === "hardwareId")
    return { value: comparedValue(kind, node.value), problem: matchKeyProblem(kind, node, key) };
  const value = (kind === "email" ? normaliseEmail : normaliseDomain)(node.value);
  return { value, problem: addressProblem(value, { said: node.value, offset: node.start, kind }) };
}

function positions(source: SourceText, nodes: ReadonlyMap<string, TextNode>): Map<string, SourcePosition> {
  return new Map([...nodes].map(([value, node]) => [value, source.position(node.start)]));
}

/** What is wrong with a normalised e-mail address, or with a domain of such; `said` is how the file has it. */
export function addressProblem(
  value: string,
  {
    said,
    offset,
    kind,
  }: { readonly said: string; readonly offset: number; readonly kind: "email" | "domain" },
): Problem | undefined {
  if (kind === "email" ? isEmail(value) : isEmailDomain(value)) return undefined;
  const noun = kind === "email" ? "address" : "domain";
  return {
    code: "allowlist/bad-email",
    offset,
    text: `${shown(fold(said))} is not an e-mail ${noun}`,
    fix:
      kind === "email"
        ? "write it whole, as alice@example.com"
        : "write what stands behind the @, as example.com",
  };
}
