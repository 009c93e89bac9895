/** The keys of the policy: what to do with registrations. */

import { type Duration, toDuration } from "../values.js";
import {
  as,
  choice,
  duration,
  durationOrNone,
  flag,
  key,
  map,
  number,
  orNone,
  readAt,
  type Row,
  type Rows,
  type Value,
} from "./shape.js";

/** A rule by age. It applies to what has not been seen, or has been revoked, for longer than `after`. */
export interface AgeRule<Action extends string = "revoke" | "delete" | "report"> {
  readonly after: Duration;
  readonly action: Action;
  /** Whether the rule also counts registrations that an entry covers. */
  readonly includeListed: boolean;
}

/** A rule by age, or `none`. @param name as the policy calls it */
function ageRule<A extends string>(
  name: string,
  title: string,
  means: string,
  { after: long, action }: { readonly after: string; readonly action: Row<Value<A>> & { byDefault: A } },
): Value<AgeRule<A> | undefined> {
  const zero = `write after how long it applies; to turn the rule off, write \`${name}: none\``;
  const after = key("After", long, duration(zero), {
    required: true,
    hints: { missing: "add after how long, as `after: 90d`" },
  });
  const listedToo = "Whether registrations that an entry covers count too.";
  const includeListed = key("Listed ones too", listedToo, flag, { byDefault: false });
  const rule: Value<AgeRule<A>> = {
    ...map({ after, action, includeListed }),
    read: ({ value }, addProblem) => {
      const since = readAt(value, "after", after, addProblem);
      const act = readAt(value, "action", action, addProblem);
      const listed = readAt(value, "includeListed", includeListed, addProblem);
      if (since === undefined || act === undefined || listed === undefined) return undefined;
      return { value: { after: since.value, action: act.value, includeListed: listed.value } };
    },
    written: ({ after: { text }, ...rest }) => ({ after: text, ...rest }),
  };
  return orNone(as(key(title, means, rule, { name })));
}

function ageHint(name: string, text: string): string {
  return `write \`${name}: { after: ${toDuration(text) === undefined ? "90d" : text} }\`, or \`${name}: none\``;
}

/** Each setting with its default. `closest` marks one that has no effect in the policy of a user, or of a group. */
export const POLICY = {
  unlisted: key(
    "Unlisted devices",
    "What to do with a listed user's registration that no entry of the user allows.",
    choice("revoke", "delete", "report"),
    { byDefault: "revoke" },
  ),
  unknownUsers: key(
    "Unknown users",
    "What to do with a registration of a user who is not in the allowlist.",
    choice("report", "revoke", "delete"),
    { byDefault: "report", closest: "group" },
  ),
  noUser: key(
    "Registrations without user",
    "What to do with a registration without a user's e-mail, or with one under `cloudflareaccess.com` (service tokens, WARP Connectors).",
    choice("report", "revoke", "delete"),
    { byDefault: "report", closest: "root" },
  ),
  listedRevoked: key(
    "Listed but revoked",
    "What to do with an allowed device whose newest registration is revoked. `unrevoke` lets it back in; `ours` only if this stack revoked it.",
    choice("unrevoke", "ours", "report"),
    { byDefault: "unrevoke" },
  ),
  grace: key(
    "Grace",
    "How long a new registration that no entry allows is only reported, such as `72h`. Enrolling the same device again does not renew it.",
    durationOrNone,
    { byDefault: { text: "0h", ms: 0 } },
  ),
  stale: key(
    "Not seen for long",
    "What to do with registrations whose device has not been seen for longer than `after`.",
    ageRule(
      "stale",
      "Rule by last use",
      "What to do with registrations whose device has not been seen for longer than `after`.",
      {
        after: "How long without being seen, such as `90d`.",
        action: key("Action", "What to do then.", choice("report", "revoke", "delete"), {
          byDefault: "report",
        }),
      },
    ),
    { byDefault: undefined, hints: { otherKind: (text) => ageHint("stale", text) } },
  ),
  revoked: key(
    "Revoked for long",
    "What to do with registrations that have been revoked for longer than `after`.",
    ageRule(
      "revoked",
      "Rule by revocation",
      "What to do with registrations that have been revoked for longer than `after`.",
      {
        after: "How long after being revoked, such as `30d`.",
        action: key("Action", "What to do then.", choice("delete", "report"), { byDefault: "delete" }),
      },
    ),
    { byDefault: undefined, hints: { otherKind: (text) => ageHint("revoked", text) } },
  ),
  superseded: key(
    "Superseded registrations",
    "What to do with the older registrations of one user on one device; `none` turns the rule off.",
    orNone(choice("revoke", "delete", "report")),
    { byDefault: undefined },
  ),
  maxDevices: key(
    "Most devices",
    "The most devices that entries may allow one user; the newest take precedence.",
    orNone(number({ least: 1 })),
    {
      byDefault: undefined,
      hints: {
        tooSmall: "write `none` for no limit, or the list `[]` for a user who may have no device",
        otherKind: (text) => (/^\d+$/u.test(text) ? undefined : "write a whole number, or `none`"),
      },
    },
  ),
  overMaxDevices: key(
    "Devices above maxDevices",
    "What to do with a user's devices above `maxDevices`.",
    choice("report", "revoke", "delete"),
    { byDefault: "report" },
  ),
  unknownHardware: key(
    "Hardware not known",
    "What to do with a registration whose hardware is not known, if an entry for its user matches by hardware; `report` leaves it alone.",
    choice("report", "revoke"),
    { byDefault: "report" },
  ),
  machines: key(
    "Machines",
    "Whether `stale`, `revoked`, `superseded` and `maxDevices` also judge registrations that belong to no person (connectors, service tokens). The `last_seen_at` of a connector is not refreshed.",
    choice("skip", "judge"),
    { byDefault: "skip", closest: "root" },
  ),
};

/** The settings that the policy of a group, or of a user, may have. */
export function settingsOf(whom: "group" | "user"): Rows {
  const rows: readonly (readonly [string, Row])[] = Object.entries(SETTINGS);
  return Object.fromEntries(
    rows.filter(([, { closest }]) => closest === undefined || (whom === "group" && closest === "group")),
  );
}

/** The policy's rows for the schemas. A row with a name becomes a definition, because it appears in several places. */
export const SETTINGS: Rows = Object.fromEntries(
  Object.entries<Row>(POLICY).map(([name, row]) => [
    name,
    row.closest === "root" ? row : { ...row, name: `${name}Setting` },
  ]),
);

export function isPolicyKey(name: string): name is keyof typeof POLICY {
  return Object.hasOwn(POLICY, name);
}
