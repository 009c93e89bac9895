import { readNumber } from "./numbers.js";
import type {
  AgeRule,
  Duration,
  ListedRevokedAction,
  MachinesAction,
  Setting,
  UnknownHardwareAction,
  UnlistedAction,
} from "./policy.js";
import type { ParsedFile } from "./root-file.js";
import { defaultSetting } from "./setting.js";
import type { SourceText, Tell } from "./source-text.js";
import { readDuration } from "./time-values.js";
import { pairAt, textNode, valueAt, type TreeNode, type TreePair } from "./tree.js";

/** Each key is set as a whole by the closest of user, group and root file. */
export interface Policy {
  readonly unlisted: Setting<UnlistedAction>;
  readonly unknownUsers: Setting<UnlistedAction>;
  readonly noUser: Setting<UnlistedAction>;
  readonly listedRevoked: Setting<ListedRevokedAction>;
  /** How long a new registration that no entry allows is only reported; 0 ms by default. */
  readonly grace: Setting<Duration>;
  /** By `last_seen_at`. */
  readonly stale: Setting<AgeRule | undefined>;
  /** By `revoked_at`. */
  readonly revoked: Setting<AgeRule<"delete" | "report"> | undefined>;
  /** Older registrations of one user on one device; undefined: they are not looked at. */
  readonly superseded: Setting<UnlistedAction | undefined>;
  /** The most devices of one user that entries may allow; the newest count. */
  readonly maxDevices: Setting<number | undefined>;
  /** What is done with the devices above it. */
  readonly overMaxDevices: Setting<UnlistedAction>;
  /** `report` leaves it alone, since it may be a listed machine. */
  readonly unknownHardware: Setting<UnknownHardwareAction>;
  /**
   * For `stale` and the other rules by age: `skip` leaves connectors and service tokens out of them, since Cloudflare
   * does not refresh the `last_seen_at` of a connector that is alive.
   */
  readonly machines: Setting<MachinesAction>;
}

/** What one place says of the policy: the root file, a group, or a user. */
export type PolicyLayer = { readonly [Key in keyof Policy]?: Policy[Key] };

/** A value that may be undefined itself; nothing at all where what is written is wrong, and told. */
interface Read<T> {
  readonly value: T;
}
type Reader<T> = (pair: TreePair, tell: Tell) => Read<T> | undefined;

/** What holds where nobody says otherwise: the documented defaults. */
const defaults: { readonly [Key in keyof Policy]: Policy[Key]["value"] } = {
  unlisted: "revoke",
  unknownUsers: "report",
  noUser: "report",
  listedRevoked: "unrevoke",
  grace: { text: "0h", ms: 0 },
  stale: undefined,
  revoked: undefined,
  superseded: undefined,
  maxDevices: undefined,
  overMaxDevices: "report",
  unknownHardware: "report",
  machines: "skip",
};

const acts = ["revoke", "delete", "report"] as const;

const readers: { readonly [Key in keyof Policy]: Reader<Policy[Key]["value"]> } = {
  unlisted: oneOf(acts),
  unknownUsers: oneOf(acts),
  noUser: oneOf(acts),
  listedRevoked: oneOf(["unrevoke", "report"]),
  grace: (pair, tell) => (isNone(pair) ? { value: defaults.grace } : read(readDuration(pair, true, tell))),
  stale: orNone(ageRule(acts, "report")),
  revoked: orNone(ageRule(["delete", "report"], "delete")),
  superseded: orNone(oneOf(acts)),
  maxDevices: orNone((pair, tell) => read(readNumber(pair, tell))),
  overMaxDevices: oneOf(acts),
  unknownHardware: oneOf(["report", "revoke"]),
  machines: oneOf(["skip", "judge"]),
};

/** The root file's policy, each setting with the line that sets it. */
export function readPolicy(root: ParsedFile, tell: Tell): Policy {
  const byDefault = Object.entries(defaults).map(([key, value]) => [key, defaultSetting(root, value)]);
  const layer = readPolicyLayer(root.source, valueAt(root.tree, "policy"), undefined, tell);
  return { ...(Object.fromEntries(byDefault) as Policy), ...layer };
}

/** @param of Whose policy it is, as `Setting.of` says it; undefined for the root file's. */
export function readPolicyLayer(
  source: SourceText,
  node: TreeNode | undefined,
  of: string | undefined,
  tell: Tell,
): PolicyLayer {
  const layer: Record<string, Setting<unknown>> = {};
  if (node?.kind !== "map") return layer;
  for (const pair of node.pairs.values()) {
    const setting = isPolicyKey(pair.key) ? readSetting(source, pair, pair.key, of, tell) : undefined;
    if (setting !== undefined) layer[pair.key] = setting;
  }
  return layer;
}

/** One setting; `key` is the policy's, whatever the pair calls it. */
export function readSetting<Key extends keyof Policy>(
  source: SourceText,
  pair: TreePair,
  key: Key,
  of: string | undefined,
  tell: Tell,
): Setting<Policy[Key]["value"]> | undefined {
  const found = readers[key](pair, tell);
  if (found === undefined) return undefined;
  const place = source.position(pair.keyStart);
  return { value: found.value, explicit: true, source: place, ...(of === undefined ? {} : { of }) };
}

export function isPolicyKey(key: string): key is keyof Policy {
  return Object.hasOwn(readers, key);
}

function oneOf<T extends string>(values: readonly T[]): Reader<T> {
  return (pair) => read(values.find((value) => value === textNode(pair.value)?.value));
}

function orNone<T>(reader: Reader<T>): Reader<T | undefined> {
  return (pair, tell) => (isNone(pair) ? { value: undefined } : reader(pair, tell));
}

function isNone({ value }: TreePair): boolean {
  return textNode(value)?.value === "none";
}

function read<T>(value: T | undefined): Read<T> | undefined {
  return value === undefined ? undefined : { value };
}

function ageRule<A extends "revoke" | "delete" | "report">(
  actions: readonly A[],
  byDefault: A,
): Reader<AgeRule<A>> {
  return ({ key, value }, tell) => {
    const pair = pairAt(value, "after");
    const zero = `write after how long it is to hold; to switch the rule off, \`${key}: none\``;
    const after = pair === undefined ? undefined : readDuration(pair, zero, tell);
    const action = pairAt(value, "action");
    const found = action === undefined ? { value: byDefault } : oneOf(actions)(action, tell);
    if (after === undefined || found === undefined) return undefined;
    const listed = valueAt(value, "includeListed");
    const includeListed = listed?.kind === "scalar" && listed.value === true;
    return { value: { after, action: found.value, includeListed } };
  };
}
