/** The keys that any file may have: users, tests and Access users. */

import { ENTRY, PLATFORM } from "./entries.js";
import { POLICY, settingsOf } from "./policy.js";
import { as, choice, day, each, either, key, list, map, moment, note, text, word } from "./shape.js";

export const registrationType = choice("warp", "browser_extension");

const noDevices = "write `[]` behind it if this user may have no device, or list the devices under it";

export const USER = key(
  "User",
  "One user with settings of its own: what the user is as a whole, policy, and devices.",
  map(
    {
      state: key(
        "State",
        "What the user is as a whole: `suspended` (every registration is revoked, and the entries are kept for the way back) or `offboarded` (every registration is deleted).",
        choice("suspended", "offboarded"),
      ),
      since: key(
        "Since",
        "The first day, in UTC, on which the state holds, as YYYY-MM-DD. Default: always.",
        day,
      ),
      reason: key("Reason", "Why the user is suspended or offboarded; shown in plans and reports.", note),
      maxDevices: { ...POLICY.maxDevices, name: "maxDevicesSetting" },
      policy: key(
        "The user's policy",
        "What holds for this user, and not what the user's groups and the root file say.",
        map(settingsOf("user")),
        { name: "userPolicy" },
      ),
      devices: key(
        "Devices",
        "The user's devices. Write `[]` where the user may have none. May be left out where `state` is given.",
        list(ENTRY),
        {
          hints: {
            missing: "list the user's devices under `devices:`, or write `devices: []` if there may be none",
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
        missing: "say whose registration it is, as `user: alice@example.com`; `user: none` for nobody's",
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
    "The version of the WARP client: numbers with dots between. Always in quotes.",
    word,
  ),
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
    "When it was revoked: a day or a time with its zone. Default: it is active.",
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
  "Given a registration like this, expect that decision; a test that fails stops everything.",
  map({
    name: key("Name", "What the test shows.", word, { required: true }),
    at: key(
      "At",
      "The moment of the test: a day or a time with its zone. Default: that of the plan.",
      moment,
    ),
    given: key("Given", "The registration, as the API would tell it.", map(GIVEN), { required: true }),
    expect: key(
      "Expectation",
      "The action that is expected, or a mapping with the action and the rule.",
      either(
        "object",
        as(
          key(
            "Action and rule",
            "The action that is expected, and the rule that decides.",
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
  "One user of Cloudflare Access; `{}` for one that is to exist.",
  map({
    name: key("Name", "The user's name.", word),
    state: key("State", "Whether the user is to exist.", choice("present", "absent"), {
      byDefault: "present",
    }),
  }),
  { name: "accessUser", hints: { empty: "write `{}` behind it" } },
);

/** What any file of the allowlist may say. */
export const SHARED = {
  users: key(
    "Users",
    "The users by e-mail address, each with a list of the devices that they may have, or with a mapping. An empty list `[]` means: this user may have no device. One user stands in one file.",
    each(
      "<e-mail>",
      key(
        "Devices or user",
        "The user's devices, `[]` where the user may have none; or a mapping with settings and devices.",
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
    "Registrations with the decision that is expected for each. They run whenever the allowlist is checked; one that fails stops everything.",
    list(TEST),
  ),
  accessUsers: key(
    "Access users",
    "Users of Cloudflare Access by e-mail address, each to exist or (`state: absent`) not to; `{}` will do.",
    each("<e-mail>", ACCESS_USER),
  ),
};
