import { describe, expect, it } from "vitest";
import { type Policy, policyOf } from "./model.js";
import { parseAllowlist } from "./parse.js";

/** The policy of a@x.org where the root file says this besides the users, and the user has this mapping. */
function policyUnder(root: string, user = "{ devices: [] }"): Policy {
  const text = `version: 1\n${root}\nusers:\n  a@x.org: ${user}\n`;
  const { allowlist, messages } = parseAllowlist([{ file: "0", text }]);
  expect(messages).toEqual([]);
  return policyOf(allowlist!, "a@x.org");
}

function group(name: string, policy: string): string {
  return `  ${name}: { users: [a@x.org, a@x.org], policy: { ${policy} } }`;
}

describe("the closest policy wins, key by key:", () => {
  const root = "policy: { grace: 1d, maxDevices: 9, unlisted: delete }";

  it("the user's before a group's before the root file's", () => {
    const policy = policyUnder(
      `${root}\ngroups:\n${group("g", "grace: 2d, maxDevices: 8")}`,
      "{ maxDevices: 7, devices: [] }",
    );
    expect([policy.unlisted.value, policy.unlisted.of]).toEqual(["delete", undefined]);
    expect([policy.grace.value.text, policy.grace.of]).toEqual(["2d", "group g"]);
    expect([policy.maxDevices.value, policy.maxDevices.of]).toEqual([7, "user a@x.org"]);
  });

  it("none of a user or group switches off what a wider one says", () => {
    const policy = policyUnder(
      `policy: { grace: 1d, maxDevices: 9, stale: { after: 9d } }\ngroups:\n${group("g", "stale: none, grace: none")}`,
      "{ policy: { maxDevices: none }, devices: [] }",
    );
    expect([policy.stale.value, policy.maxDevices.value, policy.grace.value.ms]).toEqual([
      undefined,
      undefined,
      0,
    ]);
    expect([policy.stale.explicit, policy.maxDevices.explicit]).toEqual([true, true]);
  });

  it("a rule by age is taken as a whole", () => {
    const policy = policyUnder(
      `policy: { stale: { after: 9d, action: delete, includeListed: true } }\ngroups:\n${group("g", "stale: { after: 5d }")}`,
    );
    expect(policy.stale.value).toEqual({
      after: { text: "5d", ms: 432_000_000 },
      action: "report",
      includeListed: false,
    });
  });

  it("two groups may say different keys, and the first of them where they say the same", () => {
    const policy = policyUnder(
      `groups:\n${group("g", "grace: 24h, superseded: none")}\n${group("h", "grace: 1d, unlisted: report, superseded: none")}`,
    );
    expect([policy.grace.of, policy.unlisted.of, policy.superseded.of]).toEqual([
      "group g",
      "group h",
      "group g",
    ]);
  });

  it("two groups may differ where the user's own policy decides", () => {
    const policy = policyUnder(
      `groups:\n${group("g", "grace: 1d")}\n${group("h", "grace: 2d")}`,
      "{ policy: { grace: 3d }, devices: [] }",
    );
    expect(policy.grace.of).toBe("user a@x.org");
  });

  it("a group that says nothing makes no policy", () => {
    const { allowlist } = parseAllowlist([
      {
        file: "0",
        text: "version: 1\ngroups: { g: [b@x.org], h: { users: [c@x.org] } }\nusers: { a@x.org: [] }\n",
      },
    ]);
    expect(allowlist!.policies.size).toBe(0);
  });

  it("members of one group share one policy", () => {
    const { allowlist } = parseAllowlist([
      {
        file: "0",
        text: "version: 1\ngroups: { g: { users: [b@x.org, c@x.org], policy: { grace: 1d } } }\nusers: { a@x.org: [] }\n",
      },
    ]);
    expect(policyOf(allowlist!, "b@x.org")).toBe(policyOf(allowlist!, "c@x.org"));
  });
});
