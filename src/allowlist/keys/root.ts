/** The keys that only the root file may have, and both kinds of files with their JSON schemas. */

import { dayMs } from "../values.js";
import { EMAIL, IGNORE, PROFILE, sayWhy } from "./entries.js";
import { SETTINGS, settingsOf } from "./policy.js";
import {
  as,
  choice,
  duration,
  each,
  either,
  key,
  list,
  map,
  moment,
  number,
  type Row,
  type Schema,
  text,
  toSchema,
  why,
  word,
} from "./shape.js";
import { registrationType, SHARED } from "./users.js";

const DOMAIN = key("Domain", "An e-mail domain such as example.com.", word);
const ACCOUNT = key(
  "Account id",
  "The id of a Cloudflare account: 32 hex digits.",
  text({ least: 1, most: 256, pattern: "^[0-9a-fA-F]{32}$" }),
);

const SCOPE = {
  emailDomains: key(
    "E-mail domains",
    "Cover only users under these e-mail domains (or listed under `emails`). Subdomains are not included.",
    list(DOMAIN, 1),
  ),
  emails: key("E-mails", "Cover only these users (or those under `emailDomains`).", list(EMAIL, 1)),
  policyIds: key(
    "Device profile ids",
    "Cover only registrations with one of these device profiles.",
    list(PROFILE, 1),
  ),
  registrationTypes: key(
    "Registration types",
    "The kinds of registrations to cover.",
    list(key("Type", "A kind of registration.", registrationType), 1),
    { byDefault: ["warp"] },
  ),
};

const PROTECTED = {
  users: key("Protected users", "Users whose registrations are never touched.", list(EMAIL)),
  devices: key(
    "Protected devices",
    "Devices whose registrations are never touched.",
    list(key("Device id", "The id of a physical device.", word)),
  ),
  registrations: key(
    "Protected registrations",
    "Registrations that are never touched.",
    list(key("Registration id", "The id of a registration.", word)),
  ),
  serials: key(
    "Protected serial numbers",
    "Machines, by serial number, whose registrations are left alone, whoever they belong to. A user's `state` and an entry that refuses the device decide first.",
    list(key("Serial number", "A device's serial number, in upper or lower case. Always in quotes.", word)),
  ),
  hardwareIds: key(
    "Protected hardware ids",
    "Machines, by hardware id, whose registrations are left alone, whoever they belong to. A user's `state` and an entry that refuses the device decide first.",
    list(
      key(
        "Hardware id",
        "The hardware id that the WARP client reports, in upper or lower case. Always in quotes.",
        word,
      ),
    ),
  ),
};

const noLimit = (text: string) => (text === "none" ? "remove it for no limit" : undefined);

function guard(title: string, means: string, max: number, percent: number, of = "active registrations") {
  const rows = {
    max: key("Most acts", "The most acts of this kind in one plan.", number({ least: 0 }), {
      byDefault: max,
    }),
    percent: key(
      "Most acts in percent",
      `The most acts of this kind in one plan, as a percentage of the ${of} in scope, rounded down.`,
      number({ least: 0, most: 100, whole: false }),
      { byDefault: percent },
    ),
  };
  return key(title, means, { ...map(rows), rows });
}

export const GUARDS = {
  revoke: guard("Revocations", "The most registrations that one plan revokes.", 50, 20),
  delete: guard("Deletions", "The most registrations that one plan deletes.", 20, 10),
  unrevoke: guard(
    "Unrevocations",
    "The most registrations that one plan lets back in.",
    50,
    20,
    "registrations",
  ),
  perUser: key(
    "Acts on one user",
    "The most acts of one plan on the registrations of any one user. Default: no limit.",
    number({ least: 1 }),
    {
      hints: {
        tooSmall: "remove it for no limit; to block every act, set the `max` of the other guards to 0",
        otherKind: noLimit,
      },
    },
  ),
  // A deleted Access user loses seats, sessions and devices at once, and nothing brings them back.
  deleteUsers: key(
    "Access users deleted",
    "The most Access users that one plan deletes (`accessUsers` with `state: absent`).",
    number({ least: 0 }),
    { byDefault: 5 },
  ),
  self: key(
    "Operators",
    "The people who run the tool: their own registrations are never touched.",
    list(EMAIL),
  ),
};

export const LIMITS = {
  perRun: key(
    "Acts in one run",
    "The most acts in one run; the rest stay pending. Default: all.",
    number({ least: 1 }),
    {
      hints: {
        tooSmall: "remove it for no limit; to pause all acts for a while, use `freeze`",
        otherKind: noLimit,
      },
    },
  ),
  maxPlanAge: key(
    "Oldest plan",
    "How old a reviewed plan may be when it is applied.",
    duration("write how old a plan may be, as `24h`; with zero every plan would be too old"),
    { byDefault: { text: "24h", ms: dayMs } },
  ),
};

export const FREEZE = {
  until: key(
    "Until",
    "The last day of the freeze, in UTC, or the time at which it ends, with its zone.",
    moment,
    { required: true, hints: { missing: "add the last day, as `until: 2026-12-27`" } },
  ),
  reason: key("Reason", "Why nothing may be changed.", why, { required: true, hints: sayWhy }),
};

const GROUP = key(
  "Group",
  "A group of users with a policy of its own.",
  map({
    users: key("Members", "The members' e-mail addresses.", list(EMAIL), {
      required: true,
      hints: { missing: "list the members under `users:`" },
    }),
    policy: key(
      "The group's policy",
      "Settings for the members, in place of the root file's. A member's own policy takes precedence.",
      map(settingsOf("group")),
    ),
  }),
  { name: "group" },
);

/** The keys that only the root file may have. */
export const ROOT = {
  version: key(
    "Version",
    "The version of the allowlist's format. The file that sets it is the root file.",
    choice(1),
    { required: true },
  ),
  account: key(
    "Account",
    "The id of the Cloudflare account that the allowlist is for, or a list of ids. On any other account nothing is listed or changed. Default: any account.",
    either("array", list(ACCOUNT, 1), as(ACCOUNT)),
  ),
  scope: key(
    "Scope",
    "Which registrations the allowlist covers; nothing outside is decided or counted. Default: all of type `warp`.",
    map(SCOPE),
  ),
  policy: key(
    "Policy",
    "What to do with registrations, for everyone; groups and users may have settings of their own.",
    map(SETTINGS),
  ),
  groups: key(
    "Groups",
    "Groups of users by name: each a list of e-mail addresses, or a mapping of `users` and `policy`.",
    each(
      "<name>",
      key(
        "Members or group",
        "The members' e-mail addresses, or a mapping.",
        either("array", list(EMAIL), as(GROUP)),
        {
          hints: {
            kinds: "a list of e-mails, or a mapping",
            otherKind: () => "write a list of e-mails, or a mapping with `users:` and `policy:`",
          },
        },
      ),
    ),
  ),
  protected: key("Protected", "Users, devices, registrations and machines to leave alone.", map(PROTECTED)),
  ignore: key(
    "Ignored",
    "Registrations to leave alone because another tool manages them.",
    list(
      key(
        "Rule",
        "One set of registrations to leave alone. Give at least one key besides reason and trustName. A registration must match all that are given.",
        map(IGNORE),
      ),
    ),
  ),
  owns: key(
    "Owners",
    "Which e-mails, or `*@` and a domain, a user file may name, by file or pattern relative to the project's folder: `*` matches any number of characters, `/` included, `?` exactly one.",
    each(
      "<file or glob>",
      key(
        "E-mails",
        "E-mail addresses, or `*@` and a domain for all of its addresses.",
        list(
          key(
            "E-mail",
            "An e-mail address, or `*@example.com` for all addresses of the domain. In quotes where it begins with `*`.",
            word,
          ),
          1,
        ),
      ),
    ),
  ),
  guards: key(
    "Guards",
    "The most acts of each kind in one plan; a plan beyond them is shown and not applied.",
    map(GUARDS),
  ),
  limits: key("Limits", "How much of a plan one run does, and how old a reviewed plan may be.", map(LIMITS)),
  freeze: key(
    "Freeze",
    "Until then plans are shown and nothing is changed; a day counts to its end.",
    map(FREEZE),
    {
      hints: { otherKind: () => "write `freeze: { until: <day>, reason: <why> }`" },
    },
  ),
};

const DRAFT = "http://json-schema.org/draft-07/schema#";
const PUBLISHED = "https://unpkg.com/pulumi-warp-registrations/schemas/";

/** The row of a whole file, by its kind. */
const FILES = {
  root: key(
    "WARP device allowlist",
    "The root file of an allowlist of Cloudflare WARP device registrations.",
    map({ ...ROOT, ...SHARED }),
  ),
  users: key(
    "WARP device allowlist: users",
    "A user file of an allowlist: users with their devices, tests and Access users. Everything else belongs in the root file.",
    map(SHARED, {
      anyOf: Object.keys(SHARED).map((name) => ({ properties: { [name]: true }, required: [name] })),
    }),
  ),
};

/** The kind of a file. Each kind has its own schema. */
export type FileKind = keyof typeof FILES;

export const rootKeys: readonly string[] = Object.keys(ROOT);

export const sharedKeys: readonly string[] = Object.keys(SHARED);

/** The row of a place in a file, if it has one. */
export function rowAt(kind: FileKind, path: readonly string[]): Row | undefined {
  return path.reduce<Row | undefined>((row, step) => row?.shape.at(step), FILES[kind]);
}

/** The published schemas, by the kind of file. */
export const SCHEMAS: Readonly<Record<FileKind, Schema>> = {
  root: toSchema({ $schema: DRAFT, $id: `${PUBLISHED}allowlist.schema.json` }, FILES.root),
  users: toSchema({ $schema: DRAFT, $id: `${PUBLISHED}users.schema.json` }, FILES.users),
};
