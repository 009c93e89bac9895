import { readEmails } from "./read-lists.js";
import { readNumber } from "./numbers.js";
import type { Setting, SourcePosition } from "./policy.js";
import type { ParsedFile } from "./root-file.js";
import { settingOr } from "./setting.js";
import type { Tell } from "./source-text.js";
import { pairAt, valueAt } from "./tree.js";

/** The most acts of one kind in one run; the stricter of the two holds. */
export interface GuardLimit {
  /** Acts, an absolute count. */
  readonly max: Setting<number>;
  /** Acts in percent of the active registrations in scope, 0 to 100; of fewer than 10 at most half, unless it is higher. */
  readonly percent: Setting<number>;
}

export interface Guards {
  readonly revoke: GuardLimit;
  readonly delete: GuardLimit;
  readonly unrevoke: GuardLimit;
  /** The most acts on the registrations of any one user; without it there is no such limit. */
  readonly perUser?: Setting<number>;
  /** The most Access users (`accessUsers`, `state: absent`) that are deleted in one run. Default 5. */
  readonly deleteUsers: Setting<number>;
  /** Whoever runs the tool, by normalised e-mail: their own registrations are never acted on. */
  readonly self: ReadonlyMap<string, SourcePosition>;
}

const guardDefaults = {
  revoke: { max: 50, percent: 20 },
  delete: { max: 20, percent: 10 },
  unrevoke: { max: 50, percent: 20 },
} as const;

/** Whoever loses an Access user loses seats, sessions and devices at once, and nothing brings them back. */
const mostUsers = 5;

/** The root file's guards; `max` and `percent` have their defaults one by one. */
export function readGuards(root: ParsedFile, tell: Tell): Guards {
  const node = valueAt(root.tree, "guards");
  const limit = (kind: keyof typeof guardDefaults): GuardLimit => {
    const guard = valueAt(node, kind);
    const setting = (key: "max" | "percent") => {
      const pair = pairAt(guard, key);
      return settingOr<number>(root, pair, readNumber(pair, tell), guardDefaults[kind][key]);
    };
    return { max: setting("max"), percent: setting("percent") };
  };
  const perUser = pairAt(node, "perUser");
  const most = readNumber(perUser, tell);
  const deleteUsers = pairAt(node, "deleteUsers");
  return {
    revoke: limit("revoke"),
    delete: limit("delete"),
    unrevoke: limit("unrevoke"),
    ...(most === undefined ? {} : { perUser: settingOr(root, perUser, most, most) }),
    deleteUsers: settingOr<number>(root, deleteUsers, readNumber(deleteUsers, tell), mostUsers),
    self: readEmails(root.source, node, "self", tell),
  };
}
