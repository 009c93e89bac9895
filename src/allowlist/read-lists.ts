import { shown } from "../text/words.js";
import {
  comparedValue,
  isMatchKey,
  matchKeyProblem,
  matchKeys,
  readMatchText,
  trustProblem,
} from "./match-values.js";
import type { AddMessage, SourcePosition } from "./messages.js";
import type { IgnoreRule, Owned, PlacedRule, Protected, Scope, WantedAccessUser } from "./model.js";
import {
  itemsOf,
  pairAt,
  type ParsedFile,
  type Problem,
  type SourceText,
  type AddProblem,
  type TextNode,
  textNode,
  type TreeNode,
  type TreePair,
  valueAt,
} from "./source.js";
import {
  domainOf,
  fold,
  isEmail,
  isEmailDomain,
  keyTextProblem,
  matchTextProblem,
  normaliseDomain,
  normaliseEmail,
  requiredTextProblem,
} from "./values.js";

/**
 * How the texts of a list are read. E-mails, domains, serial numbers and hardware ids are compared in one form. Other
 * ids are taken as written.
 */
type ListKind = "email" | "domain" | "id" | "serial" | "hardwareId";

/** The root file's scope; by default all registrations of type warp. */
export function readScope(root: ParsedFile, addProblem: AddProblem): Scope {
  const pair = pairAt(root.tree, "scope");
  const section = pair?.value;
  const list = (key: string, kind: ListKind) => new Set(readList(section, key, kind, addProblem).keys());
  const types = list("registrationTypes", "id");
  return {
    emailDomains: list("emailDomains", "domain"),
    emails: list("emails", "email"),
    policyIds: list("policyIds", "id"),
    registrationTypes: types.size > 0 ? types : new Set(["warp"]),
    source: pair && root.source.position(pair.keyStart),
  };
}

/** What the root file protects, each with its line. */
export function readProtected(root: ParsedFile, addProblem: AddProblem): Protected {
  const section = valueAt(root.tree, "protected");
  const list = (key: string, kind: ListKind) =>
    positions(root.source, readList(section, key, kind, addProblem));
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
  addProblem: AddProblem,
): ReadonlyMap<string, SourcePosition> {
  return positions(source, readList(section, key, "email", addProblem));
}

/** The texts of a list by the form in which they are compared, each at its first place. */
function readList(
  section: TreeNode | undefined,
  key: string,
  kind: ListKind,
  addProblem: AddProblem,
): ReadonlyMap<string, TextNode> {
  return readItems(itemsOf(valueAt(section, key)), key, kind, addProblem);
}

/** The same for a list that has no key of its own. */
export function readItems(
  items: readonly TreeNode[],
  key: string,
  kind: ListKind,
  addProblem: AddProblem,
): ReadonlyMap<string, TextNode> {
  const found = new Map<string, TextNode>();
  for (const item of items) {
    const node = textNode(item);
    if (node === undefined || node.value === "") continue;
    const { value, problem } = readItem(node, key, kind);
    addProblem(problem);
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

/** What is wrong with a normalised e-mail address or its domain. `said` is the file's spelling. */
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
        ? "write the whole address, such as alice@example.com"
        : "write the part after the @, such as example.com",
  };
}

type IgnoreDraft = { -readonly [Key in keyof IgnoreRule["match"]]: IgnoreRule["match"][Key] };

const ignoreKeys = ["user", "emailDomain", ...matchKeys, "policyId"] as const;

/** The rules of the root file for what another tool manages. */
export function readIgnore(root: ParsedFile, addProblem: AddProblem): readonly PlacedRule[] {
  return itemsOf(valueAt(root.tree, "ignore")).flatMap((node) => readRule(root, node, addProblem) ?? []);
}

function readRule(root: ParsedFile, node: TreeNode, addProblem: AddProblem): PlacedRule | undefined {
  if (node.kind !== "map") return undefined;
  const match: IgnoreDraft = {};
  let known = true;
  for (const { key, value } of node.pairs.values()) {
    const text = textNode(value);
    if (!isIgnoreKey(key)) known &&= key === "reason" || key === "trustName";
    else if (text !== undefined) match[key] = readKey(key, text, addProblem);
  }
  if (known && !ignoreKeys.some((key) => node.pairs.has(key)))
    addProblem({
      code: "allowlist/missing-key",
      offset: node.start,
      text: "the rule matches nothing: it has none of the match keys",
      fix: `add one of: ${ignoreKeys.join(", ")}`,
    });
  const reason = textNode(valueAt(node, "reason"));
  const trustName = textNode(valueAt(node, "trustName"));
  if (reason !== undefined) addProblem(requiredTextProblem(reason, "reason"));
  if (trustName !== undefined) {
    addProblem(requiredTextProblem(trustName, "trustName"));
    addProblem(trustProblem(match, pairAt(node, "trustName")?.keyStart ?? node.start));
  }
  if (reason === undefined) return undefined;
  const source = root.source.position(node.start);
  return { rule: { match, reason: reason.value, trustName: trustName?.value, source }, node };
}

function isIgnoreKey(key: string): key is keyof IgnoreDraft {
  return (ignoreKeys as readonly string[]).includes(key);
}

function readKey(key: keyof IgnoreDraft, node: TextNode, addProblem: AddProblem): string {
  if (isMatchKey(key)) return readMatchText(key, node, addProblem);
  if (key === "policyId") {
    addProblem(matchTextProblem(node, key));
    return node.value;
  }
  const address = (key === "user" ? normaliseEmail : normaliseDomain)(node.value);
  if (node.value !== "")
    addProblem(
      addressProblem(address, {
        said: node.value,
        offset: node.start,
        kind: key === "user" ? "email" : "domain",
      }),
    );
  return address;
}

/** An Access user, with what messages about its place need. */
export interface PlacedAccessUser {
  readonly wanted: WantedAccessUser;
  readonly pair: TreePair;
  readonly source: SourceText;
}

/** The Access users of all files by normalised e-mail. A second place of one is reported and left out. */
export function readAccessUsers(
  files: readonly ParsedFile[],
  addMessage: AddMessage,
): ReadonlyMap<string, PlacedAccessUser> {
  const found = new Map<string, PlacedAccessUser>();
  for (const { source, tree } of files) {
    const node = valueAt(tree, "accessUsers");
    if (node?.kind !== "map") continue;
    for (const pair of node.pairs.values()) {
      const placed = readOne(source, pair, addMessage);
      const { email } = placed.wanted;
      const known = found.get(email);
      if (known === undefined) found.set(email, placed);
      else addDuplicate(placed, known, addMessage);
    }
  }
  return found;
}

function readOne(source: SourceText, pair: TreePair, addMessage: AddMessage): PlacedAccessUser {
  const addProblem = source.problemsTo(addMessage);
  const email = normaliseEmail(pair.key);
  addProblem(addressProblem(email, { said: pair.key, offset: pair.keyStart, kind: "email" }));
  const name = textNode(valueAt(pair.value, "name"));
  if (name !== undefined) addProblem(requiredTextProblem(name, "name"));
  const isAbsent = textNode(valueAt(pair.value, "state"))?.value === "absent";
  const wanted: WantedAccessUser = {
    email,
    name: name?.value,
    state: isAbsent ? "absent" : "present",
    source: source.position(pair.keyStart),
  };
  return { wanted, pair, source };
}

function addDuplicate(
  { source, pair }: PlacedAccessUser,
  { wanted }: PlacedAccessUser,
  addMessage: AddMessage,
): void {
  addMessage(
    source.message({
      code: "allowlist/duplicate-user",
      offset: pair.keyStart,
      text: `the Access user ${shown(pair.key)} is already in ${wanted.source.file}:${wanted.source.line}`,
      fix: "remove one of the two",
      related: [{ text: "the first place", source: wanted.source }],
    }),
  );
}

/** An owner: some files, and the e-mails that only they may name. */
export interface Owner {
  /** A file, or a glob, relative to the project's folder. */
  readonly pattern: string;
  readonly emails: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  readonly pair: TreePair;
}

/** Whether the e-mail belongs to the owner. */
export function covers({ emails, domains }: Owner, email: string): boolean {
  return emails.has(email) || domains.has(domainOf(email));
}

/** The owner's e-mails and domains as addresses, with the line of `owns`. */
export function ownedBy({ emails, domains, pair }: Owner, { source }: ParsedFile): Owned {
  const addresses = new Set([...emails, ...[...domains].map((domain) => `*@${domain}`)]);
  return { addresses, source: source.position(pair.keyStart) };
}

/** The root file's `owns`: which files may name which e-mails. */
export function readOwns(root: ParsedFile, addProblem: AddProblem): readonly Owner[] {
  const node = valueAt(root.tree, "owns");
  if (node?.kind !== "map") return [];
  return [...node.pairs.values()].map((pair) => {
    addProblem(keyTextProblem(pair, "a file or pattern"));
    const emails = new Set<string>();
    const domains = new Set<string>();
    for (const item of itemsOf(pair.value)) {
      const text = textNode(item);
      if (text === undefined || text.value === "") continue;
      const value = normaliseEmail(text.value);
      if (value.startsWith("*@")) {
        addProblem(
          addressProblem(value.slice(2), {
            said: text.value.trim().slice(2),
            offset: text.start,
            kind: "domain",
          }),
        );
        domains.add(value.slice(2));
      } else if (value.includes("*")) {
        addProblem({
          code: "allowlist/bad-email",
          offset: text.start,
          text: `${shown(fold(text.value))} is neither an e-mail address nor \`*@\` with a domain`,
          fix: "write alice@example.com, or *@example.com for the whole domain",
        });
      } else {
        addProblem(addressProblem(value, { said: text.value, offset: text.start, kind: "email" }));
        emails.add(value);
      }
    }
    return { pattern: pair.key, emails, domains, pair };
  });
}
