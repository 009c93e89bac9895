import type { AllowedUser, Protected, SourcePosition } from "./allowlist.js";
import { comparedValue } from "./entry-keys.js";
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
  readonly what: "user" | keyof typeof lists;
  readonly id: string;
  readonly section: "protected" | "guards.self";
  readonly source: SourcePosition;
}

/** The keys of entries that `protected` has lists for, with their lists; one contradiction of an entry is told. */
const lists = {
  registration: "registrations",
  device: "devices",
  serial: "serials",
  hardwareId: "hardwareIds",
} as const;

/** Users and entries that ask for an act on what is not to be acted on. */
export function checkProtected(
  users: Iterable<PlacedUser>,
  untouched: Untouched,
  report: (message: Message) => void,
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
      report(
        source.message(contradiction(`this user is to be \`${state.state}\``, statement, "state", offset)),
      );
    }
    for (const item of entries)
      if (item.entry.state !== "active") checkEntry(placed, item, statement, protects, report);
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
  report: (message: Message) => void,
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
