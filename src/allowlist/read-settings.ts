import type { Guards, GuardLimit, Limits, Policy, Setting, SourcePosition } from "./allowlist.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { ParsedFile } from "./root-file.js";
import { pairAt, valueAt, type TreeNode } from "./tree.js";

/** What holds where the root file does not say: the documented defaults. */
const policyDefaults = {
  unlisted: "revoke",
  unknownUsers: "report",
  noUser: "report",
  listedRevoked: "unrevoke",
} as const;

const guardDefaults = {
  revoke: { max: 50, percent: 20 },
  delete: { max: 20, percent: 10 },
  unrevoke: { max: 50, percent: 20 },
} as const;

/** The root file's policy, each setting with the line that sets it. */
export function readPolicy(root: ParsedFile): Policy {
  const node = valueAt(root.tree, "policy");
  const setting = <Key extends keyof typeof policyDefaults>(key: Key): Policy[Key] =>
    settingOf(root, node, key, policyDefaults[key]) as Policy[Key];
  return {
    unlisted: setting("unlisted"),
    unknownUsers: setting("unknownUsers"),
    noUser: setting("noUser"),
    listedRevoked: setting("listedRevoked"),
    grace: byDefault(root, { text: "0h", ms: 0 }),
    stale: byDefault(root, undefined),
    revoked: byDefault(root, undefined),
    superseded: byDefault(root, undefined),
    maxDevices: byDefault(root, undefined),
    overMaxDevices: byDefault(root, "report"),
  };
}

export function readLimits(root: ParsedFile): Limits {
  return { maxPlanAge: byDefault(root, { text: "24h", ms: 86_400_000 }) };
}

function byDefault<T>(root: ParsedFile, value: T): Setting<T> {
  return { value, explicit: false, source: versionPosition(root) };
}

/** The root file's guards; `max` and `percent` have their defaults one by one. */
export function readGuards(root: ParsedFile, report: (message: Message) => void): Guards {
  const node = valueAt(root.tree, "guards");
  const limit = (kind: keyof typeof guardDefaults): GuardLimit => {
    const guard = valueAt(node, kind);
    checkDecimal(root, guard, report);
    return {
      max: settingOf(root, guard, "max", guardDefaults[kind].max),
      percent: settingOf(root, guard, "percent", guardDefaults[kind].percent),
    };
  };
  return { revoke: limit("revoke"), delete: limit("delete"), unrevoke: limit("unrevoke"), self: new Map() };
}

function settingOf<T extends string | number>(
  root: ParsedFile,
  node: TreeNode | undefined,
  key: string,
  byDefault: T,
): Setting<T> {
  const pair = pairAt(node, key);
  // A value of another type was refused by the schema, and the whole allowlist with it.
  if (pair?.value.kind === "scalar" && typeof pair.value.value === typeof byDefault)
    return { value: pair.value.value as T, explicit: true, source: root.source.position(pair.keyStart) };
  return { value: byDefault, explicit: false, source: versionPosition(root) };
}

function versionPosition(root: ParsedFile): SourcePosition {
  return root.source.position(pairAt(root.tree, "version")?.keyStart ?? 0);
}

/** `010` is ten to YAML 1.2 and eight to many readers; a limit is written so that all read the same. */
function checkDecimal(
  root: ParsedFile,
  guard: TreeNode | undefined,
  report: (message: Message) => void,
): void {
  for (const key of ["max", "percent"]) {
    const node = valueAt(guard, key);
    if (node?.kind !== "scalar" || typeof node.value !== "number" || !Number.isFinite(node.value)) continue;
    if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/u.test(node.raw)) continue;
    report(
      root.source.message({
        code: "allowlist/bad-value",
        offset: node.start,
        text: `\`${key}\` is ${shown(node.raw)}, which readers of YAML take for different numbers`,
        fix: `write ${String(node.value)}`,
      }),
    );
  }
}
