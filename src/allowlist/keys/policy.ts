/** The keys of the policy: what is done with registrations. */

import { type Duration, toDuration } from "../times.js";
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

/** What has not been seen, or has been revoked, for so long. */
export interface AgeRule<Action extends string = "revoke" | "delete" | "report"> {
  readonly after: Duration;
  readonly action: Action;
  /** Whether registrations that an entry speaks for count too. */
  readonly includeListed: boolean;
}

/** A rule by age, or `none`. @param name as the policy calls it */
function ageRule<A extends string>(
  name: string,
  title: string,
  means: string,
  { after: long, action }: { readonly after: string; readonly action: Row<Value<A>> & { byDefault: A } },
): Value<AgeRule<A> | undefined> {
  const zero = `write after how long it is to hold; to switch the rule off, \`${name}: none\``;
  const after = key("After", long, duration(zero), {
    required: true,
    hints: { missing: "say after how long, as `after: 90d`" },
  });
  const listedToo = "Whether registrations that an entry speaks for count too.";
  const includeListed = key("Listed ones too", listedToo, flag, { byDefault: false });
  const rule: Value<AgeRule<A>> = {
    ...map({ after, action, includeListed }),
    read: ({ value }, tell) => {
      const since = readAt(value, "after", after, tell);
      const act = readAt(value, "action", action, tell);
      const listed = readAt(value, "includeListed", includeListed, tell);
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

/** Each setting with its default. One that would mean nothing in the policy of a group or a user has `closest`. */
export const POLICY = {
  unlisted: key(
    "Unlisted devices",
    "A listed user's registration that none of the user's entries matches.",
    choice("revoke", "delete", "report"),
    { byDefault: "revoke" },
  ),
  unknownUsers: key(
    "Unknown users",
    "A registration of a user whom the allowlist does not name.",
    choice("report", "revoke", "delete"),
    { byDefault: "report", closest: "group" },
  ),
  noUser: key(
    "Registrations without user",
    "A registration without a user's e-mail, or with one under `cloudflareaccess.com` (service tokens, WARP Connectors).",
    choice("report", "revoke", "delete"),
    { byDefault: "report", closest: "root" },
  ),
  listedRevoked: key(
    "Listed but revoked",
    "A listed device whose newest registration is found revoked; `ours` lets in again only what this stack revoked itself.",
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
    "What is done with registrations that have not been seen for so long.",
    ageRule(
      "stale",
      "Rule by last use",
      "What is done with registrations that have not been seen for so long.",
      {
        after: "How long a registration has not been seen, such as `90d`.",
        action: key("Action", "What is done then.", choice("report", "revoke", "delete"), {
          byDefault: "report",
        }),
      },
    ),
    { byDefault: undefined, hints: { otherKind: (text) => ageHint("stale", text) } },
  ),
  revoked: key(
    "Revoked for long",
    "What is done with registrations that have been revoked for so long.",
    ageRule(
      "revoked",
      "Rule by revocation",
      "What is done with registrations that have been revoked for so long.",
      {
        after: "How long a registration has been revoked, such as `30d`.",
        action: key("Action", "What is done then.", choice("delete", "report"), { byDefault: "delete" }),
      },
    ),
    { byDefault: undefined, hints: { otherKind: (text) => ageHint("revoked", text) } },
  ),
  superseded: key(
    "Superseded registrations",
    "The older registrations of one user on one device; `none` does not look at them.",
    orNone(choice("revoke", "delete", "report")),
    { byDefault: undefined },
  ),
  maxDevices: key(
    "Most devices",
    "The most devices of one user that entries may allow, the newest first.",
    orNone(number({ least: 1 })),
    {
      byDefault: undefined,
      hints: {
        tooSmall: "write `none` for no limit; a user who may have no device has the list `[]`",
        otherKind: (text) => (/^\d+$/u.test(text) ? undefined : "write a whole number, or `none`"),
      },
    },
  ),
  overMaxDevices: key(
    "Devices above maxDevices",
    "What is done with a user's devices above `maxDevices`.",
    choice("report", "revoke", "delete"),
    { byDefault: "report" },
  ),
  unknownHardware: key(
    "Hardware not known",
    "A registration whose hardware is not known, where an entry of its user goes by hardware; `report` leaves it alone.",
    choice("report", "revoke"),
    { byDefault: "report" },
  ),
  machines: key(
    "Machines",
    "Whether `stale`, `revoked`, `superseded` and `maxDevices` also judge registrations that belong to no person (connectors, service tokens), although a connector's `last_seen_at` is not refreshed.",
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

/** The policy's rows for the schemas: what stands in several places has a definition there. */
export const SETTINGS: Rows = Object.fromEntries(
  Object.entries<Row>(POLICY).map(([name, row]) => [
    name,
    row.closest === "root" ? row : { ...row, name: `${name}Setting` },
  ]),
);

export function isPolicyKey(name: string): name is keyof typeof POLICY {
  return Object.hasOwn(POLICY, name);
}
