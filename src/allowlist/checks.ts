import { shown } from "../text/words.js";
import { matchesPattern } from "./file-patterns.js";
import { comparedValue } from "./match-values.js";
import { type AddMessage, AllowlistError, type Message, type SourcePosition } from "./messages.js";
import type {
  AllowedUser,
  Allowlist,
  AllowlistTest,
  PlacedEntry,
  PlacedUser,
  Protected,
  Scope,
} from "./model.js";
import { addressProblem, covers, type Owner, type PlacedAccessUser } from "./read-lists.js";
import { versionProblem } from "./read-users.js";
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
  valueAt,
} from "./source.js";
import { readDate, domainOf, fold, matchTextProblem, normaliseEmail } from "./values.js";

/**
 * Refuses an allowlist that is for another account: every device of this account would be unlisted in it. Call it
 * before any request to the account.
 *
 * @throws AllowlistError
 */
export function checkAccount({ account }: Pick<Allowlist, "account">, live: string): void {
  const [first] = account;
  if (first === undefined || account.has(live.toLowerCase())) return;
  const [id, source] = first;
  const ids = account.size === 1 ? `account ${id}` : `${account.size} accounts (${id}, …)`;
  throw new AllowlistError([
    {
      code: "allowlist/other-account",
      text: `this allowlist is for ${ids}, but the run is for account ${live}`,
      fix: "run it on its own account, or use the allowlist of this account; if it is for both, list both ids under `account`",
      source,
    },
  ]);
}

/** Everything that can name an e-mail. */
interface Mentions {
  readonly users: ReadonlyMap<string, PlacedUser>;
  readonly tests: readonly PlacedTest[];
  readonly access: ReadonlyMap<string, PlacedAccessUser>;
}

/**
 * A file that `owns` gives to an owner may name only the owner's e-mails, and no other user file may name them. The
 * root file may name everybody.
 */
export function checkOwners(
  root: ParsedFile,
  owners: readonly Owner[],
  { users, tests, access }: Mentions,
  addMessage: AddMessage,
): void {
  if (owners.length === 0) return;
  const files = new Map<Owner, Map<string, boolean>>(owners.map((owner) => [owner, new Map()]));
  const isFileOf = (owner: Owner, file: string): boolean => {
    const known = files.get(owner);
    const matched = known?.get(file) ?? matchesPattern(owner.pattern, file);
    known?.set(file, matched);
    return matched;
  };
  const check = (email: string, written: string, offset: number, source: SourceText) => {
    if (source === root.source || email === "") return;
    // One breach is reported for each e-mail.
    const owner = owners.find((each) => isFileOf(each, source.file) !== covers(each, email));
    if (owner !== undefined) addMessage(breach(root, owner, { email, written, offset, source }));
  };
  for (const { user, pair, source } of users.values()) check(user.email, pair.key, pair.keyStart, source);
  for (const { wanted, pair, source } of access.values())
    check(wanted.email, pair.key, pair.keyStart, source);
  for (const { test, user, source } of tests) check(test.given.user, user.value, user.start, source);
}

interface PlacedAddress {
  readonly email: string;
  readonly written: string;
  readonly offset: number;
  readonly source: SourceText;
}

function breach(root: ParsedFile, owner: Owner, { email, written, offset, source }: PlacedAddress): Message {
  const line = root.source.position(owner.pair.keyStart);
  const owns = `${line.file}:${line.line}`;
  const isElsewhere = covers(owner, email);
  return source.message({
    code: "allowlist/not-owned",
    offset,
    text: isElsewhere
      ? `${shown(fold(written))} is in ${source.file}, but ${owns} gives that e-mail to ${shown(owner.pattern)}`
      : `${shown(fold(written))} is in ${source.file}, but is not one of the e-mails that ${owns} gives to ${shown(owner.pattern)}`,
    fix: isElsewhere
      ? "move it to a file of its owner, or to the root file"
      : "move it to another file, or add the e-mail to `owns`",
    related: [{ text: "the owner", source: line }],
  });
}

/** What no act may touch, because of `protected` or `guards.self`. */
interface Untouched {
  readonly protects: Protected;
  readonly self: ReadonlyMap<string, SourcePosition>;
}

/** The line that keeps something from being acted on. */
interface Statement {
  readonly what: "user" | keyof typeof lists;
  readonly id: string;
  readonly section: "protected" | "guards.self";
  readonly source: SourcePosition;
}

/**
 * The keys of an entry that `protected` has a list for, with that list. Only one contradiction of an entry is reported.
 */
const lists = {
  registration: "registrations",
  device: "devices",
  serial: "serials",
  hardwareId: "hardwareIds",
} as const;

/** Reports users and entries that ask for an act on something that must not be touched. */
export function checkProtected(
  users: Iterable<PlacedUser>,
  untouched: Untouched,
  addMessage: AddMessage,
): void {
  const { protects, self } = untouched;
  const { users: people, devices, registrations, serials, hardwareIds } = protects;
  const all = [people, devices, registrations, serials, hardwareIds, self];
  if (all.every(({ size }) => size === 0)) return;
  for (const placed of users) {
    const { user, entries, source } = placed;
    const statement = ofUser(user, untouched);
    const { state } = user;
    if (state !== undefined && statement !== undefined) {
      const offset = pairAt(placed.pair.value, "state")?.keyStart ?? placed.pair.keyStart;
      addMessage(
        source.message(contradiction(`this user is \`${state.state}\``, statement, "state", offset)),
      );
    }
    for (const item of entries)
      if (item.entry.state !== "active") checkEntry(placed, item, statement, protects, addMessage);
  }
}

function ofUser({ email, written }: AllowedUser, { protects, self }: Untouched): Statement | undefined {
  const [section, source] = protects.users.has(email)
    ? (["protected", protects.users.get(email)] as const)
    : (["guards.self", self.get(email)] as const);
  return source === undefined ? undefined : { what: "user", id: written ?? email, section, source };
}

function checkEntry(
  { source: text }: PlacedUser,
  { entry, node }: PlacedEntry,
  user: Statement | undefined,
  protects: Protected,
  addMessage: AddMessage,
): void {
  const { match, state } = entry;
  const byKey = (what: keyof typeof lists): Statement | undefined => {
    const id = match[what];
    const source = id === undefined ? undefined : protects[lists[what]].get(comparedValue(what, id));
    return id === undefined || source === undefined ? undefined : { what, id, section: "protected", source };
  };
  const keys = ["registration", "device", "serial", "hardwareId"] as const;
  const found = user ?? keys.map(byKey).find((statement) => statement !== undefined);
  if (found === undefined) return;
  const offset = pairAt(node, found.what === "user" ? "state" : found.what)?.keyStart ?? node.start;
  addMessage(text.message(contradiction(`this entry asks for \`${state}\``, found, "entry", offset)));
}

function contradiction(
  says: string,
  { what, id, section, source }: Statement,
  remove: "entry" | "state",
  offset: number,
): Problem {
  const by =
    section === "protected"
      ? `is protected by ${source.file}:${source.line}`
      : `is never acted on: \`guards.self\` in ${source.file}:${source.line} lists it`;
  return {
    code: "allowlist/contradiction",
    offset,
    text: `${says}, but the ${what} ${shown(id)} ${by}`,
    fix: `remove the ${remove}, or the ${what} from \`${section}\``,
    related: [{ text: section === "protected" ? "protected here" : "listed here", source }],
  };
}

/** Reports users whom the e-mails and domains of `scope` leave out: their entries would never have an effect. */
export function checkScope(
  users: Iterable<PlacedUser>,
  scope: Scope,
  root: ParsedFile,
  addMessage: AddMessage,
): void {
  if (scope.emails.size === 0 && scope.emailDomains.size === 0) return;
  const section = valueAt(root.tree, "scope");
  const criterion = pairAt(section, "emailDomains") ?? pairAt(section, "emails");
  const source = root.source.position(criterion?.keyStart ?? 0);
  for (const { user, pair, source: text } of users) {
    if (scope.emails.has(user.email) || scope.emailDomains.has(domainOf(user.email))) continue;
    addMessage(
      text.message({
        code: "allowlist/out-of-scope",
        offset: pair.keyStart,
        text: `the user ${shown(user.written ?? user.email)} is outside the scope (${source.file}:${source.line}), so the entries would have no effect`,
        fix: "add the domain to `scope.emailDomains` or the address to `scope.emails`, or remove the user",
        related: [{ text: "the scope", source }],
      }),
    );
  }
}

/** A test, with what a message about its user needs. */
interface PlacedTest {
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
  "osVersion",
  "tunnelType",
  "profile",
  "policyId",
  "registrationType",
] as const;

const dateKeys = ["created", "lastSeen", "revoked"] as const;

/** The tests of all files, in the order of files and lines. */
export function readTests(files: readonly ParsedFile[], addMessage: AddMessage): readonly PlacedTest[] {
  return files.flatMap(({ source, tree }) => {
    const addProblem = source.problemsTo(addMessage);
    return itemsOf(valueAt(tree, "tests")).flatMap((node) => readTest(source, node, addProblem) ?? []);
  });
}

function readTest(source: SourceText, node: TreeNode, addProblem: AddProblem): PlacedTest | undefined {
  const name = textNode(valueAt(node, "name"));
  if (name !== undefined) addProblem(matchTextProblem(name, "name"));
  const at = readDate(pairAt(node, "at"), addProblem);
  const givenNode = valueAt(node, "given");
  const user = textNode(valueAt(givenNode, "user"));
  const given = readGiven(givenNode, user, addProblem);
  const expect = readExpect(valueAt(node, "expect"), addProblem);
  // The schema has reported what is missing.
  if (name === undefined || user === undefined || expect === undefined) return undefined;
  const test = { name: name.value, given, expect, at, source: source.position(node.start) };
  return { test, user, source };
}

function readGiven(node: TreeNode | undefined, user: TextNode | undefined, addProblem: AddProblem): Given {
  const given: Given = { user: readUser(user, addProblem) };
  for (const key of textKeys) {
    const text = textNode(valueAt(node, key));
    if (text === undefined) continue;
    const isVersion = key === "clientVersion" || key === "osVersion";
    addProblem(isVersion ? versionProblem(text, key) : matchTextProblem(text, key));
    given[key] = text.value;
  }
  for (const key of dateKeys) {
    const date = readDate(pairAt(node, key), addProblem);
    if (date !== undefined) given[key] = date;
  }
  return given;
}

/** Empty if the registration has no user. */
function readUser(node: TextNode | undefined, addProblem: AddProblem): string {
  if (node === undefined || node.value === "" || node.value === "none") return "";
  const email = normaliseEmail(node.value);
  addProblem(addressProblem(email, { said: node.value, offset: node.start, kind: "email" }));
  return email;
}

function readExpect(node: TreeNode | undefined, addProblem: AddProblem): AllowlistTest["expect"] | undefined {
  const action = textNode(node?.kind === "map" ? valueAt(node, "action") : node)?.value;
  const rule = textNode(valueAt(node, "rule"));
  if (rule !== undefined) addProblem(matchTextProblem(rule, "rule"));
  if (action === undefined) return undefined;
  // The schema refuses any other text, and with it the whole allowlist.
  const expected = action as AllowlistTest["expect"]["action"];
  return rule === undefined ? { action: expected } : { action: expected, rule: rule.value };
}
