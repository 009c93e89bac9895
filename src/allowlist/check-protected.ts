import type { Protected, SourcePosition } from "./allowlist.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { PlacedEntry, PlacedUser } from "./placed.js";
import type { Problem } from "./source-text.js";
import { pairAt } from "./tree.js";

/** What is never acted on, by `protected` or by `guards.self`. */
export interface Untouched {
  readonly protects: Protected;
  readonly self: ReadonlyMap<string, SourcePosition>;
}

/** A statement that something is not acted on. */
interface Statement {
  /** `user`, `device` or `registration`. */
  readonly what: string;
  readonly id: string;
  readonly section: "protected" | "guards.self";
  readonly source: SourcePosition;
}

/** Users and entries that ask for an act on what is not to be acted on. */
export function checkProtected(
  users: Iterable<PlacedUser>,
  untouched: Untouched,
  report: (message: Message) => void,
): void {
  const { protects, self } = untouched;
  if (protects.users.size + protects.devices.size + protects.registrations.size + self.size === 0) return;
  for (const placed of users) {
    const { user, entries, source } = placed;
    const statement = ofUser(user.email, untouched);
    const { state } = user;
    if (state !== undefined && statement !== undefined) {
      const offset = pairAt(placed.pair.value, "state")?.keyStart ?? placed.pair.keyStart;
      report(
        source.message(contradiction(`this user is to be \`${state.state}\``, statement, "state", offset)),
      );
    }
    for (const item of entries)
      if (item.entry.state !== "active") checkEntry(placed, item, statement, protects, report);
  }
}

function ofUser(email: string, { protects, self }: Untouched): Statement | undefined {
  const [section, source] = protects.users.has(email)
    ? (["protected", protects.users.get(email)] as const)
    : (["guards.self", self.get(email)] as const);
  return source === undefined ? undefined : { what: "user", id: email, section, source };
}

function checkEntry(
  { source: text }: PlacedUser,
  { entry, node }: PlacedEntry,
  user: Statement | undefined,
  protects: Protected,
  report: (message: Message) => void,
): void {
  const { match, state } = entry;
  const byId = (what: "registration" | "device", places: ReadonlyMap<string, SourcePosition>) => {
    const id = match[what] ?? "";
    const source = places.get(id);
    return source === undefined ? undefined : ({ what, id, section: "protected", source } as const);
  };
  // One contradiction of an entry is told; the others go with it.
  const found = user ?? byId("registration", protects.registrations) ?? byId("device", protects.devices);
  if (found === undefined) return;
  const offset = pairAt(node, found.what === "user" ? "state" : found.what)?.keyStart ?? node.start;
  report(text.message(contradiction(`this entry asks for \`${state}\``, found, "entry", offset)));
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
      : `is never acted on, by \`guards.self\` in ${source.file}:${source.line}`;
  return {
    code: "allowlist/contradiction",
    offset,
    text: `${says}, but the ${what} ${shown(id)} ${by}`,
    fix: `remove the ${remove}, or the ${what} from \`${section}\``,
    related: [{ text: section === "protected" ? "protected here" : "named here", source }],
  };
}
