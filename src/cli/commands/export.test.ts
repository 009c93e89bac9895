import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Offline, startOffline } from "../../../test/cli/offline.js";
import { physicalDevice, registration } from "../../../test/support/world.js";

const SAVED = ["export", "--inventory", "inventory.json"];

const ACCOUNT = {
  registrations: [
    registration({ id: "r1", email: "alice@example.com", device: "d1", name: "ALICE-MAC" }),
    registration({ id: "r2", email: "bob@example.org", device: "d2" }),
    registration({ id: "r3" }),
  ],
  devices: [physicalDevice("d1", { serial_number: "0012345", model: "MacBookPro18,3" })],
};

let project: Offline;
afterEach(() => project.end());

test("prints the allowlist, and on standard error what it does not list", async () => {
  project = startOffline(ACCOUNT);
  const { code, out, err } = await project.run(...SAVED);
  expect(code).toBe(0);
  expect(out).toBe(`# What account 0123456789abcdef0123456789abcdef had on 2026-06-01T12:00Z: 2 users.
# Planned against the same account, this allowlist changes nothing. Remove what should not be there.
# Not listed: 1 registration of no person.
# yaml-language-server: $schema=./node_modules/pulumi-warp-registrations/schemas/allowlist.schema.json
version: 1
# On any other account this allowlist is refused.
account: "0123456789abcdef0123456789abcdef"

policy:
  # What no entry of a listed user allows. What is revoked and not listed stays revoked.
  unlisted: revoke
  # Users who are not listed, and what belongs to no person (service tokens, WARP Connectors), are only reported.
  unknownUsers: report
  noUser: report
  # A listed device that is found revoked. unrevoke (the default): let in again, whoever revoked it, with the next run;
  # ours: only what this stack revoked itself, so that a revocation in the dashboard stands; report: never.
  listedRevoked: unrevoke

users:
  alice@example.com:
    # "ALICE-MAC", MacBookPro18,3, last seen 2026-05-31
    - serial: "0012345"
  bob@example.org:
    # "NAME-r2", last seen 2026-05-31
    - device: "d2"
`);
  expect(err).toBe("not listed: 1 registration of no person\n");
});

test("what is written is what the other commands read", async () => {
  project = startOffline(ACCOUNT);
  expect((await project.run(...SAVED, "--split", "domain")).err).toContain(
    "wrote allowlist.yaml, allowlist/example.com.yaml, allowlist/example.org.yaml: 2 users, 2 entries\n",
  );
  expect((await project.run("validate")).out).toBe("the allowlist is valid: 3 files, 2 users, 2 entries\n");
  const { code } = await project.run("plan", "--inventory", "inventory.json");
  expect(code).toBe(0);
});

test("a file that is there stays as it is without --force, and nothing else is written", async () => {
  project = startOffline(ACCOUNT, { "allowlist/example.org.yaml": "mine\n", "one.yaml": "mine\n" });
  const one = await project.run(...SAVED, "--output", "one.yaml");
  expect(one).toMatchObject({ code: 1, out: "" });
  expect(one.err).toContain("one.yaml: already exists");
  const split = await project.run(...SAVED, "--split", "domain");
  expect(split).toMatchObject({ code: 1, out: "" });
  expect(split.err).toContain("allowlist/example.org.yaml: already exists");
  expect(project.read("one.yaml")).toBe("mine\n");
  expect(project.read("allowlist/example.org.yaml")).toBe("mine\n");
  expect(project.read("allowlist.yaml")).toBeUndefined();
  expect((await project.run(...SAVED, "--output", "one.yaml", "--force")).code).toBe(0);
  expect(project.read("one.yaml")).toContain("version: 1");
});

test("where one file cannot be written none is", async () => {
  project = startOffline(ACCOUNT);
  mkdirSync(join(project.folder, "out", "allowlist", "example.org.yaml"), { recursive: true });
  const { code, err } = await project.run(...SAVED, "--split", "domain", "--directory", "out", "--force");
  expect(code).toBe(1);
  expect(err).toContain("out/allowlist/example.org.yaml: cannot be written: it is a folder");
  expect(readdirSync(join(project.folder, "out"))).toEqual(["allowlist"]);
  expect(readdirSync(join(project.folder, "out", "allowlist"))).toEqual(["example.org.yaml"]);
});

test("an account without users has nothing to list, and says why", async () => {
  project = startOffline({ registrations: [registration({ id: "r1" })] });
  const { code, out, err } = await project.run(...SAVED, "--output", "a.yaml");
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("no registration belongs to a user who can be listed; 1 registration of no person");
  expect(err).toContain("fix: ");
  expect(project.read("a.yaml")).toBeUndefined();
});

test.each([
  [["--directory", "x"], "--directory needs --split"],
  [["--split", "user", "--output", "x.yaml"], "--output writes one file, but --split makes several"],
  [["--split", "team"], "Allowed choices are user, domain"],
])("%s is refused", async (args, why) => {
  project = startOffline(ACCOUNT);
  const { code, err } = await project.run(...SAVED, ...args);
  expect(code).toBe(1);
  expect(err).toContain(why);
  expect(err).not.toContain("    at ");
});
