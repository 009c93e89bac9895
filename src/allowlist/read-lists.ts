import type { Protected, Scope, SourcePosition } from "./allowlist.js";
import { isEmail, isEmailDomain, normaliseEmail } from "./email.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { ParsedFile } from "./root-file.js";
import { matchTextProblem } from "./text-values.js";
import { itemsOf, textNode, valueAt } from "./tree.js";

type Report = (message: Message) => void;

/** How the texts of a list are read: e-mails and domains have one normal form, ids are taken as they stand. */
type ListKind = "email" | "domain" | "id";

/** The root file's scope; by default all registrations of type warp. */
export function readScope(root: ParsedFile, report: Report): Scope {
  const list = (key: string, kind: ListKind) => new Set(readList(root, "scope", key, kind, report).keys());
  const types = list("registrationTypes", "id");
  return {
    emailDomains: list("emailDomains", "domain"),
    emails: list("emails", "email"),
    policyIds: list("policyIds", "id"),
    registrationTypes: types.size > 0 ? types : new Set(["warp"]),
  };
}

/** What the root file protects, each with its line. */
export function readProtected(root: ParsedFile, report: Report): Protected {
  return {
    users: readList(root, "protected", "users", "email", report),
    devices: readList(root, "protected", "devices", "id", report),
    registrations: readList(root, "protected", "registrations", "id", report),
  };
}

function readList(
  root: ParsedFile,
  section: "scope" | "protected",
  key: string,
  kind: ListKind,
  report: Report,
): Map<string, SourcePosition> {
  const found = new Map<string, SourcePosition>();
  for (const item of itemsOf(valueAt(valueAt(root.tree, section), key))) {
    const node = textNode(item);
    if (node === undefined || node.value === "") continue;
    const value = kind === "id" ? node.value : normaliseEmail(node.value);
    const problem = kind === "id" ? matchTextProblem(node, key) : addressProblem(value, node.start, kind);
    if (problem !== undefined) report(root.source.message(problem));
    else if (!found.has(value)) found.set(value, root.source.position(node.start));
  }
  return found;
}

function addressProblem(value: string, offset: number, kind: "email" | "domain") {
  if (kind === "email" ? isEmail(value) : isEmailDomain(value)) return undefined;
  const noun = kind === "email" ? "address" : "domain";
  return {
    code: "allowlist/bad-email",
    offset,
    text: `${shown(value)} is not an e-mail ${noun}`,
    fix:
      kind === "email"
        ? "write it whole, as alice@example.com"
        : "write what stands behind the @, as example.com",
  } as const;
}
