import type { Protected, Scope, SourcePosition } from "./allowlist.js";
import { domainOf } from "./email.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { PlacedEntry, PlacedUser } from "./placed.js";
import type { ParsedFile } from "./root-file.js";
import { pairAt, valueAt } from "./tree.js";

type Report = (message: Message) => void;

/** A user whom the scope's e-mails and domains leave out: the entries could never matter. */
export function checkScope(
  users: Iterable<PlacedUser>,
  scope: Scope,
  root: ParsedFile,
  report: Report,
): void {
  if (scope.emails.size === 0 && scope.emailDomains.size === 0) return;
  const section = valueAt(root.tree, "scope");
  const criterion = pairAt(section, "emailDomains") ?? pairAt(section, "emails");
  const source = root.source.position(criterion?.keyStart ?? 0);
  for (const { user, pair, source: text } of users) {
    if (scope.emails.has(user.email) || scope.emailDomains.has(domainOf(user.email))) continue;
    report(
      text.message({
        code: "allowlist/out-of-scope",
        offset: pair.keyStart,
        text: `the user ${shown(user.email)} is outside the scope of ${source.file}:${source.line}, so the entries could never matter`,
        fix: "add the domain to `scope.emailDomains` or the address to `scope.emails`, or remove the user",
        related: [{ text: "the scope", source }],
      }),
    );
  }
}

/** Entries that ask for an act on what is protected, by the user or by an id. */
export function checkProtected(
  users: Iterable<PlacedUser>,
  protects: Protected,
  _self: ReadonlyMap<string, SourcePosition>,
  report: Report,
): void {
  for (const placed of users)
    for (const item of placed.entries)
      if (item.entry.state !== "active") checkEntry(placed, item, protects, report);
}

function checkEntry(
  { user, source: text }: PlacedUser,
  item: PlacedEntry,
  all: Protected,
  report: Report,
): void {
  const { match, state } = item.entry;
  const candidates = [
    { what: "user", id: user.email, key: "state", source: all.users.get(user.email) },
    {
      what: "registration",
      id: match.registration,
      key: "registration",
      source: all.registrations.get(match.registration ?? ""),
    },
    { what: "device", id: match.device, key: "device", source: all.devices.get(match.device ?? "") },
  ];
  // One contradiction of an entry is told; the others go with it.
  const found = candidates.find(({ source }) => source !== undefined);
  if (found?.source === undefined) return;
  const { file, line } = found.source;
  report(
    text.message({
      code: "allowlist/contradiction",
      offset: pairAt(item.node, found.key)?.keyStart ?? item.node.start,
      text: `this entry asks for \`${state}\`, but the ${found.what} ${shown(found.id ?? "")} is protected by ${file}:${line}`,
      fix: `remove the entry, or the ${found.what} from \`protected\``,
      related: [{ text: "protected here", source: found.source }],
    }),
  );
}
