import { fold } from "./email.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { Policy, Setting } from "./policy.js";
import type { Group } from "./read-groups.js";
import { isPolicyKey, type PolicyLayer } from "./read-policy.js";
import type { PlacedUser } from "./placed.js";
import type { ParsedFile } from "./root-file.js";
import type { TextNode } from "./tree.js";

/**
 * The policy of each e-mail for which a group or the user's own mapping says something: for each key the closest of
 * user, group and root file. Two groups of one user that differ are reported, unless the user's own mapping decides.
 */
export function closestPolicies(
  root: ParsedFile,
  policy: Policy,
  groups: readonly Group[],
  users: ReadonlyMap<string, PlacedUser>,
  report: (message: Message) => void,
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
        if (own[key] === undefined) report(conflict(root, { member, key, group, known }));
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

/** `24h` and `1d` are the same. */
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
    fix: `take the user out of one of them, or say ${shown(key)} in the user's own \`policy\``,
    related: places.map((source, index) => ({
      text: `the group ${shown((index === 0 ? first : group)?.name ?? "")}`,
      source,
    })),
  });
}
