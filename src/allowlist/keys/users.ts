/** The keys that any file may have: users, tests and Access users. */

import { ENTRY, PLATFORM, TUNNEL } from "./entries.js";
import { POLICY, settingsOf } from "./policy.js";
import { as, choice, day, each, either, key, list, map, moment, note, text, word } from "./shape.js";

export const registrationType = choice("warp", "browser_extension");

const noDevices = "write `[]` after it if this user may have no device, or list the devices under it";

export const USER = key(
  "User",
  "One user with a state, a policy and devices.",
  map(
    {
      state: key(
        "State",
        "The user's state: `suspended` (every registration is revoked; the entries stay for the user's return) or `offboarded` (every registration is deleted).",
        choice("suspended", "offboarded"),
      ),
      since: key(
        "Since",
        "The first day on which the state applies, in UTC, as YYYY-MM-DD. Default: always.",
        day,
      ),
      reason: key("Reason", "Why the user is suspended or offboarded; shown in plans and reports.", note),
      maxDevices: { ...POLICY.maxDevices, name: "maxDevicesSetting" },
      policy: key(
        "The user's policy",
        "Settings for this user, in place of those of the user's groups and the root file.",
        map(settingsOf("user")),
        { name: "userPolicy" },
      ),
      devices: key(
        "Devices",
        "The user's devices. Write `[]` if the user may have none. Optional where `state` is given.",
        list(ENTRY),
        {
          hints: {
            missing:
              "list the user's devices under `devices:`, or write `devices: []` if the user may have none",
            empty: noDevices,
            otherKind: (_text, node) => (node === "map" ? "begin each entry with `- `" : undefined),
          },
        },
      ),
    },
    {
      if: { properties: { state: true }, required: ["state"] },
      then: {},
      else: { properties: { devices: true }, required: ["devices"] },
    },
  ),
  { name: "user" },
);

export const GIVEN = {
  user: key(
    "User",
    "The user's e-mail address; `none` for a registration without a user.",
    text({ most: 256 }),
    {
      required: true,
      hints: {
        missing: "add whose registration it is, as `user: alice@example.com`, or `user: none`",
      },
    },
  ),
  registration: key("Registration id", "The id of the registration.", word),
  device: key("Device id", "The id of the physical device.", word),
  name: key("Device name", "The device's name.", word),
  serial: key("Serial number", "The device's serial number. Always in quotes.", word),
  hardwareId: key("Hardware id", "The device's hardware id. Always in quotes.", word),
  platform: PLATFORM,
  model: key("Model", "The device's model.", word),
  clientVersion: key(
    "Client",
    "The version of the WARP client: numbers separated by dots. Always in quotes.",
    word,
  ),
  osVersion: key(
    "System",
    "The version of the operating system: numbers separated by dots. Always in quotes.",
    word,
  ),
  tunnelType: TUNNEL,
  profile: key("Device profile", "The name of the registration's device profile.", word),
  policyId: key("Device profile id", "The id of the registration's device profile.", word),
  registrationType: key("Type", "The kind of registration.", registrationType, {
    byDefault: "warp",
  }),
  created: key(
    "Created",
    "When it was registered: a day or a time with its zone. Default: long ago.",
    moment,
  ),
  lastSeen: key(
    "Last seen",
    "When it was last seen: a day or a time with its zone. Default: the moment of the test.",
    moment,
  ),
  revoked: key(
    "Revoked",
    "When it was revoked: a day or a time with its zone. Default: it is not revoked.",
    moment,
  ),
};

const ACTION = key(
  "Action",
  "`keep` (in good order), `leave` (not touched), `revoke`, `unrevoke` or `delete`.",
  choice("keep", "revoke", "unrevoke", "delete", "leave"),
  { name: "expectedAction", required: true },
);

const TEST = key(
  "Test",
  "A registration, and the decision that is expected for it. A test that fails stops everything.",
  map({
    name: key("Name", "What the test shows.", word, { required: true }),
    at: key(
      "At",
      "The moment of the test: a day or a time with its zone. Default: the moment of the plan.",
      moment,
    ),
    given: key("Given", "The registration, as the API would report it.", map(GIVEN), { required: true }),
    expect: key(
      "Expectation",
      "The expected action, or a mapping with the action and the rule.",
      either(
        "object",
        as(
          key(
            "Action and rule",
            "The expected action, and the rule that decides.",
            map({
              action: ACTION,
              rule: key("Rule", "The rule that decides, as plans and reports name it.", word),
            }),
          ),
        ),
        as(ACTION),
      ),
      { required: true },
    ),
  }),
  { name: "test" },
);

const ACCESS_USER = key(
  "Access user",
  "One user of Cloudflare Access; `{}` for one who must exist.",
  map({
    name: key("Name", "The user's name.", word),
    state: key("State", "Whether the user must exist.", choice("present", "absent"), {
      byDefault: "present",
    }),
  }),
  { name: "accessUser", hints: { empty: "write `{}` after it" } },
);

/** The keys that any file of the allowlist may have. */
export const SHARED = {
  users: key(
    "Users",
    "Users by e-mail address: each a list of the devices that the user may have, or a mapping. An empty list `[]`: the user may have no device. List each user in one file only.",
    each(
      "<e-mail>",
      key(
        "Devices or user",
        "The user's devices, `[]` for none; or a mapping with settings and devices.",
        either("array", list(ENTRY), as(USER)),
        {
          hints: {
            kinds: "a list of entries, or a mapping",
            empty: noDevices,
            otherKind: (text) => `write a list of entries, as \`- serial: ${JSON.stringify(text)}\``,
          },
        },
      ),
    ),
    { hints: { otherKind: () => "write each user as `<e-mail>:` with a list of devices under it" } },
  ),
  tests: key(
    "Tests",
    "Registrations, each with the decision that is expected for it. Tests run whenever the allowlist is checked; one that fails stops everything.",
    list(TEST),
  ),
  accessUsers: key(
    "Access users",
    "Users of Cloudflare Access by e-mail address. Each must exist or, with `state: absent`, must not. `{}` is enough.",
    each("<e-mail>", ACCESS_USER),
  ),
};
