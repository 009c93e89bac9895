import type { GuardLimit, Guards } from "./allowlist.js";
import { readEmails } from "./read-lists.js";
import { readNumber } from "./numbers.js";
import type { ParsedFile } from "./root-file.js";
import { settingOr } from "./setting.js";
import type { Tell } from "./source-text.js";
import { pairAt, valueAt } from "./tree.js";

const defaults = {
  revoke: { max: 50, percent: 20 },
  delete: { max: 20, percent: 10 },
  unrevoke: { max: 50, percent: 20 },
} as const;

/** Whoever loses an Access user loses seats, sessions and devices at once, and nothing brings them back. */
const mostUsers = 5;

/** The root file's guards; `max` and `percent` have their defaults one by one. */
export function readGuards(root: ParsedFile, tell: Tell): Guards {
  const node = valueAt(root.tree, "guards");
  const limit = (kind: keyof typeof defaults): GuardLimit => {
    const guard = valueAt(node, kind);
    const setting = (key: "max" | "percent") => {
      const pair = pairAt(guard, key);
      return settingOr<number>(root, pair, readNumber(pair, tell), defaults[kind][key]);
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
