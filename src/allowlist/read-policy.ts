import { shown } from "../text/words.js";
import { isPolicyKey, POLICY } from "./keys/policy.js";
import { GUARDS, LIMITS } from "./keys/root.js";
import type { Row, Value } from "./keys/shape.js";
import type { AddMessage, Message } from "./messages.js";
import {
  type CountGuard,
  defaultSetting,
  type Freeze,
  type GuardLimit,
  type Guards,
  type Limits,
  type PlacedUser,
  type Policy,
  type PolicyLayer,
  type Setting,
} from "./model.js";
import { readEmails, readItems } from "./read-lists.js";
import {
  itemsOf,
  pairAt,
  type ParsedFile,
  type SourceText,
  type AddProblem,
  textNode,
  type TextNode,
  type TreeNode,
  type TreePair,
  valueAt,
} from "./source.js";
import { dayMs, lastMoment, readMoment, fold, keyTextProblem, requiredTextProblem } from "./values.js";

const rows: { readonly [Key in keyof Policy]: Row<Value<Policy[Key]["value"]>> } = POLICY;

/** The root file's policy, each setting with the line that sets it. */
export function readPolicy(root: ParsedFile, addProblem: AddProblem): Policy {
  const byDefault = Object.entries(POLICY).map(([key, row]) => [key, defaultSetting(root, row.byDefault)]);
  const layer = readPolicyLayer(root.source, valueAt(root.tree, "policy"), undefined, addProblem);
  return { ...(Object.fromEntries(byDefault) as Policy), ...layer };
}

/** @param of Whose policy it is, as in `Setting.of`; undefined for the root file's. */
export function readPolicyLayer(
  source: SourceText,
  node: TreeNode | undefined,
  of: string | undefined,
  addProblem: AddProblem,
): PolicyLayer {
  const layer: Record<string, Setting<unknown>> = {};
  if (node?.kind !== "map") return layer;
  for (const pair of node.pairs.values()) {
    const setting = isPolicyKey(pair.key) ? readSetting(source, pair, pair.key, of, addProblem) : undefined;
    if (setting !== undefined) layer[pair.key] = setting;
  }
  return layer;
}

/** One setting. `key` is the policy's own name, even if the pair has another. */
export function readSetting<Key extends keyof Policy>(
  source: SourceText,
  pair: TreePair,
  key: Key,
  of: string | undefined,
  addProblem: AddProblem,
): Setting<Policy[Key]["value"]> | undefined {
  const found = rows[key].shape.read(pair, addProblem);
  if (found === undefined) return undefined;
  const place = source.position(pair.keyStart);
  return { value: found.value, explicit: true, source: place, of };
}

/** The root file's guards. `max` and `percent` each have their own default. */
export function readGuards(root: ParsedFile, addProblem: AddProblem): Guards {
  const node = valueAt(root.tree, "guards");
  const limit = (kind: "revoke" | "delete" | "unrevoke"): GuardLimit => {
    const { max, percent } = GUARDS[kind].shape.rows;
    const guard = valueAt(node, kind);
    return {
      max: settingAt(root, guard, "max", max, addProblem),
      percent: settingAt(root, guard, "percent", percent, addProblem),
    };
  };
  const counts = Object.entries<Row>(GUARDS).flatMap(([name, { shape, byDefault }]) => {
    if (!("read" in shape)) return [];
    const given = optionalAt(root, node, name, { shape: shape as Value<unknown> }, addProblem);
    return [[name, given ?? (byDefault === undefined ? undefined : defaultSetting(root, byDefault))]];
  });
  return {
    ...(Object.fromEntries(counts) as Pick<Guards, CountGuard>),
    revoke: limit("revoke"),
    delete: limit("delete"),
    unrevoke: limit("unrevoke"),
    self: readEmails(root.source, node, "self", addProblem),
  };
}

/** The root file's limits. */
export function readLimits(root: ParsedFile, addProblem: AddProblem): Limits {
  const node = valueAt(root.tree, "limits");
  return {
    perRun: optionalAt(root, node, "perRun", LIMITS.perRun, addProblem),
    maxPlanAge: settingAt(root, node, "maxPlanAge", LIMITS.maxPlanAge, addProblem),
  };
}

/** A setting of the root file, or undefined where it has none. */
function optionalAt<T>(
  root: ParsedFile,
  section: TreeNode | undefined,
  key: string,
  { shape }: Pick<Row<Value<T>>, "shape">,
  addProblem: AddProblem,
): Setting<T> | undefined {
  const pair = pairAt(section, key);
  const found = pair && shape.read(pair, addProblem);
  return pair && found && { value: found.value, explicit: true, source: root.source.position(pair.keyStart) };
}

/** A setting of the root file, or its default with the line of `version`. */
function settingAt<T>(
  root: ParsedFile,
  section: TreeNode | undefined,
  key: string,
  row: Row<Value<T>> & { readonly byDefault: T },
  addProblem: AddProblem,
): Setting<T> {
  return optionalAt(root, section, key, row, addProblem) ?? defaultSetting(root, row.byDefault);
}

/** The root file's freeze. Without both of its keys there is none, and the schema reports that. */
export function readFreeze(root: ParsedFile, addProblem: AddProblem): Freeze | undefined {
  const pair = pairAt(root.tree, "freeze");
  const until = pairAt(pair?.value, "until");
  const reason = textNode(valueAt(pair?.value, "reason"));
  const moment = until === undefined ? undefined : readMoment(until, addProblem);
  if (reason !== undefined) addProblem(requiredTextProblem(reason, "reason"));
  if (pair === undefined || moment === undefined || reason === undefined) return undefined;
  return {
    // A day counts to its end: all of it is frozen.
    until: new Date(Math.min("day" in moment ? moment.day.start + dayMs : moment.time, lastMoment)),
    reason: reason.value,
    source: root.source.position(pair.keyStart),
  };
}

/** The users of a group by normalised e-mail, each with the item that lists them, and the group's policy. */
interface Group {
  readonly name: string;
  readonly members: ReadonlyMap<string, TextNode>;
  readonly layer: PolicyLayer;
}

/** The root file's groups, in the file's order. */
export function readGroups(root: ParsedFile, addProblem: AddProblem): readonly Group[] {
  const node = valueAt(root.tree, "groups");
  if (node?.kind !== "map") return [];
  return [...node.pairs.values()].map((pair) => {
    addProblem(keyTextProblem(pair, "a group's name"));
    const { value, key: name } = pair;
    const items = itemsOf(value.kind === "list" ? value : valueAt(value, "users"));
    const members = readItems(items, name, "email", addProblem);
    const layer = readPolicyLayer(root.source, valueAt(value, "policy"), `group ${name}`, addProblem);
    return { name, members, layer };
  });
}

/**
 * The policies of the e-mails that a group or a user's own mapping sets something for: for each key, the closest of
 * user, group and root file. Two groups of one user that differ are reported, unless the user's own mapping decides.
 */
export function closestPolicies(
  root: ParsedFile,
  policy: Policy,
  groups: readonly Group[],
  users: ReadonlyMap<string, PlacedUser>,
  addMessage: AddMessage,
): ReadonlyMap<string, Policy> {
  const policies = new Map<string, Policy>();
  const speaking = groups.filter(({ layer }) => Object.keys(layer).length > 0);
  const layers = new Map<string, { layer: PolicyLayer; readonly of: Group[] }>();
  for (const group of speaking) {
    const alone = { ...policy, ...group.layer };
    for (const [email, member] of group.members) {
      const known = layers.get(email);
      if (known === undefined) {
        layers.set(email, { layer: group.layer, of: [group] });
        policies.set(email, alone);
        continue;
      }
      const own = users.get(email)?.layer ?? {};
      for (const key of differing(known.layer, group.layer))
        if (own[key] === undefined) addMessage(conflict(root, { member, key, group, known }));
      known.layer = { ...group.layer, ...known.layer };
      known.of.push(group);
      policies.set(email, { ...policy, ...known.layer });
    }
  }
  for (const [email, { layer }] of users)
    if (layer !== undefined) policies.set(email, { ...(policies.get(email) ?? policy), ...layer });
  return policies;
}

function differing(one: PolicyLayer, other: PolicyLayer): readonly (keyof Policy)[] {
  return Object.keys(other)
    .filter(isPolicyKey)
    .filter((key) => {
      const known = one[key];
      return known !== undefined && meaning(known.value) !== meaning(other[key]?.value);
    });
}

/** The value in a comparable form: `24h` and `1d` are the same. */
function meaning(value: Setting<unknown>["value"]): string {
  if (value === undefined) return "none";
  return JSON.stringify(value, (key, part: unknown) => (key === "text" ? undefined : part));
}

interface Conflict {
  readonly member: TextNode;
  readonly key: keyof Policy;
  readonly group: Group;
  readonly known: { readonly layer: PolicyLayer; readonly of: readonly Group[] };
}

function conflict(root: ParsedFile, { member, key, group, known }: Conflict): Message {
  const first = known.of.find(({ layer }) => layer[key] !== undefined);
  const places = [first?.layer[key]?.source, group.layer[key]?.source].flatMap((source) => source ?? []);
  const lines = places.map(({ file, line }) => `${file}:${line}`).join(" and ");
  return root.source.message({
    code: "allowlist/group-conflict",
    offset: member.start,
    text: `the user ${shown(fold(member.value))} is in the groups ${shown(first?.name ?? "")} and ${shown(group.name)}, which differ on ${shown(key)} (${lines})`,
    fix: `remove the user from one of them, or set ${shown(key)} in the user's own \`policy\``,
    related: places.map((source, index) => ({
      text: `the group ${shown((index === 0 ? first : group)?.name ?? "")}`,
      source,
    })),
  });
}
