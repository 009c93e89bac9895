import { domainOf, fold, normaliseEmail } from "./email.js";
import { shown } from "./nearest.js";
import { addressProblem } from "./read-lists.js";
import type { ParsedFile } from "./root-file.js";
import type { Tell } from "./source-text.js";
import { keyTextProblem } from "./text-values.js";
import { itemsOf, textNode, valueAt, type TreePair } from "./tree.js";

/** Some files, and the e-mails that are theirs. */
export interface Owner {
  /** A file, or a glob, relative to the project's folder. */
  readonly pattern: string;
  readonly emails: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  readonly pair: TreePair;
}

/** Whether the e-mail is one of the owner's. */
export function covers({ emails, domains }: Owner, email: string): boolean {
  return emails.has(email) || domains.has(domainOf(email));
}

/** What the root file says about who may speak about whom. */
export function readOwns(root: ParsedFile, tell: Tell): readonly Owner[] {
  const node = valueAt(root.tree, "owns");
  if (node?.kind !== "map") return [];
  return [...node.pairs.values()].map((pair) => {
    tell(keyTextProblem(pair, "a file or pattern"));
    const emails = new Set<string>();
    const domains = new Set<string>();
    for (const item of itemsOf(pair.value)) {
      const text = textNode(item);
      if (text === undefined || text.value === "") continue;
      const value = normaliseEmail(text.value);
      if (value.startsWith("*@")) {
        tell(
          addressProblem(value.slice(2), {
            said: text.value.trim().slice(2),
            offset: text.start,
            kind: "domain",
          }),
        );
        domains.add(value.slice(2));
      } else if (value.includes("*")) {
        tell({
          code: "allowlist/bad-email",
          offset: text.start,
          text: `${shown(fold(text.value))} is neither an e-mail address nor \`*@\` and a domain`,
          fix: "write alice@example.com, or *@example.com for the whole domain",
        });
      } else {
        tell(addressProblem(value, { said: text.value, offset: text.start, kind: "email" }));
        emails.add(value);
      }
    }
    return { pattern: pair.key, emails, domains, pair };
  });
}
