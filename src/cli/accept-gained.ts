/** That a change added entries and nothing else, whatever the text of a file did to those who edited it. */

import { isDeepStrictEqual } from "node:util";
import type { Allowlist } from "../allowlist/allowlist.js";
import type { Wanted } from "./accept-change.js";

export function hasOnlyGained(before: Allowlist, after: Allowlist, wanted: readonly Wanted[]): boolean {
  const users = new Map(
    [...before.users].map(([email, { entries, state }]) => [email, { entries: [...entries], state }]),
  );
  const expected = new Map<string, { entries: object[]; state: unknown }>(users);
  for (const { email, entry } of wanted) {
    const user = expected.get(email) ?? { entries: [], state: undefined };
    expected.set(email, { ...user, entries: [...user.entries, entry] });
  }
  const found = new Map([...after.users].map(([email, { entries, state }]) => [email, { entries, state }]));
  return (
    isDeepStrictEqual(plain(rest(before)), plain(rest(after))) &&
    isDeepStrictEqual(plain(expected), plain(found))
  );
}

/** Besides users, and what is told of files. */
function rest({
  users: _users,
  files: _files,
  warnings: _warnings,
  domains: _domains,
  ...others
}: Allowlist): object {
  return others;
}

/** Without places, in no order but that of lists. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, plain(one)]));
  if (value instanceof Set || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => key !== "source" && one !== undefined)
      .map(([key, one]) => [key, plain(one)]),
  );
}
