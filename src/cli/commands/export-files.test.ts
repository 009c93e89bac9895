import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { announceSeed, holds } from "../../../test/support/property.js";
import { workOf } from "../../../test/support/work.js";
import { world } from "../../../test/support/world-arbitraries.js";
import { ACCOUNT, NOW, physicalDevice, registration } from "../../../test/support/world.js";
import { parseAllowlist } from "../../allowlist/parse.js";
import type { PhysicalDevice, Registration } from "../../cloudflare/types.js";
import { makePlan } from "../../reconcile/plan.js";
import { narrowInventory } from "../../run/account.js";
import { UserError } from "../command.js";
import { type Export, type ExportContext, makeExport } from "./export.js";

beforeAll(announceSeed);

interface Account {
  readonly registrations: readonly Registration[];
  readonly devices: readonly PhysicalDevice[];
}

function exported(account: Account, terms: Partial<ExportContext> = {}): Export {
  return makeExport({ account: ACCOUNT, ...account }, { asOf: NOW, ...terms });
}

/** What a plan of the export says about the account, years later too. */
function planned(account: Account, { files }: Export) {
  const { allowlist, messages } = parseAllowlist(files);
  if (!allowlist) throw new Error(JSON.stringify(messages, null, 2));
  const whole = { account: ACCOUNT, ...account };
  const later = new Date("2031-01-01T00:00:00Z");
  const plans = [
    makePlan(allowlist, narrowInventory(whole, allowlist), NOW),
    makePlan(allowlist, whole, NOW),
    makePlan(allowlist, whole, later),
  ];
  return { allowlist, plans };
}

/** An account can have one machine under two users, and serials that look mistyped: an export repeats both. */
const OF_THE_ACCOUNT: ReadonlySet<string> = new Set(["allowlist/shared-machine", "allowlist/odd-serial"]);

function expectEmpty(account: Account, terms?: Partial<ExportContext>): void {
  let made: Export;
  try {
    made = exported(account, terms);
  } catch (error) {
    // An allowlist without users is refused, and an account without users has none to list.
    if (error instanceof UserError && error.message.includes("belongs to a user who can be listed")) return;
    throw error;
  }
  const { allowlist, plans } = planned(account, made);
  expect(allowlist.warnings.filter(({ code }) => !OF_THE_ACCOUNT.has(code))).toEqual([]);
  for (const { acts, pending, problems, decisions } of plans) {
    expect({ acts, pending, problems }).toEqual({ acts: [], pending: [], problems: [] });
    for (const { user, live, action, reason } of decisions)
      if (allowlist.users.has(user) && live === "active") {
        expect({ action, code: reason.code }).toEqual({ action: "keep", code: "entry" });
      }
  }
}

/** Ids, names and addresses that are hard to write down. */
const NASTY = [
  "x\n- serial: forged",
  "---",
  "...",
  '"#{}',
  ": ",
  "- ",
  "a: b # c",
  "!!binary x",
  "&a",
  "*a",
  "<<",
  "<{%",
  "%}>",
  "##[error]x",
  "\u202eabc\u202c",
  "\u001b[31mred",
  "\u0000",
  "\u2028",
  "\ufeff",
  "  blank  ",
  "yes",
  "0012345",
  "1_000",
  "12:30:45",
  "2026-01-01",
  "null",
  "~",
  "O'Brien \\ \\n",
  "y".repeat(10_000),
  "é😀",
  "To Be Filled By O.E.M.",
];
const EMAILS = [
  "alice@example.com",
  " Alice@Example.COM ",
  "O'Brien+x#y@example.com",
  "*@example.com",
  "&anchor@example.com",
  "!tag@example.com",
  "{a}@example.com",
  "-@example.com",
  "?@example.com",
  "%@example.com",
  "`x|>@example.com",
  "jürgen@bücher.example",
  "no-at-sign",
  "two words@example.com",
  "a@b",
  `${"l".repeat(70)}@example.com`,
  "warp_connector@team.cloudflareaccess.com",
  "",
];

const nasty = fc.constantFrom(...NASTY, "plain-1", "plain-2", "plain-3");

const hostile: fc.Arbitrary<Account> = fc
  .record({
    rows: fc.array(
      fc.record({
        email: fc.constantFrom(...EMAILS),
        device: nasty,
        name: nasty,
        userName: nasty,
        day: fc.integer({ min: 1, max: 4 }),
        revoked: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
    hardware: fc.array(
      fc.record({ id: nasty, serial: fc.option(nasty), hardwareId: fc.option(nasty), model: nasty }),
    ),
    oddIds: fc.boolean(),
  })
  .map(({ rows, hardware, oddIds }) => ({
    registrations: rows.map(({ userName, day, revoked, ...rest }, at) => {
      const created = `2026-05-0${day}T00:00:00Z`;
      const id = oddIds && at % 3 === 0 ? `${NASTY[at] ?? ""}${at}` : `r${at}`;
      const one = registration({ ...rest, id, created, ...(revoked && { revoked: created }) });
      return { ...one, user: { ...one.user, name: userName } };
    }),
    devices: [...new Map(hardware.map((row) => [row.id, row])).values()].map(
      ({ id, serial, hardwareId, model }) =>
        physicalDevice(id, { serial_number: serial, hardware_id: hardwareId, model }),
    ),
  }));

const split = fc.constantFrom(undefined, "user" as const, "domain" as const);

describe("planning an export against its own account is empty", () => {
  test("in worlds where users, devices and hardware meet", () => {
    holds(fc.tuple(world, split), ([account, by]) => expectEmpty(account, { split: by }));
  });

  test("whatever texts the account tells", () => {
    holds(fc.tuple(hostile, split), ([account, by]) => expectEmpty(account, { split: by }));
  });
});

function lines(account: Account, terms?: Partial<ExportContext>): string[] {
  return exported(account, terms).files.flatMap(({ text }) => text.split("\n"));
}

const ALICE = "alice@example.com";

test("each device goes by its strongest usable key, and a serial is text", () => {
  const account = {
    registrations: [
      registration({ id: "r1", email: ALICE, device: "d1" }),
      registration({ id: "r2", email: ALICE, device: "d2" }),
      registration({ id: "r3", email: ALICE, device: "d3" }),
      registration({ id: "r4", email: ALICE, device: "d4\u202e" }),
    ],
    devices: [
      physicalDevice("d1", { serial_number: "0012345", hardware_id: "hw1" }),
      physicalDevice("d2", { serial_number: "None", hardware_id: "hw2" }),
      physicalDevice("d3", { serial_number: "" }),
    ],
  };
  expect(lines(account).filter((line) => line.includes("- "))).toEqual([
    '    - serial: "0012345"',
    '    - hardwareId: "hw2"',
    '    - device: "d3"',
    '    - registration: "r4"',
  ]);
});

test("a newer registration of a listed device that is revoked is named, so that it stays out", () => {
  const account = {
    registrations: [
      registration({ id: "old", email: ALICE, device: "d1", created: "2026-05-01T00:00:00Z" }),
      registration({
        id: "new",
        email: ALICE,
        device: "d1",
        created: "2026-05-02T00:00:00Z",
        revoked: "2026-05-03T00:00:00Z",
      }),
    ],
    devices: [physicalDevice("d1", { serial_number: "S-1" })],
  };
  const text = lines(account).join("\n");
  expect(text).toContain('- serial: "S-1"');
  expect(text).toContain('- registration: "new"\n      state: revoked');
  expectEmpty(account);
});

test("a user who has only revoked registrations may have no device", () => {
  const account = {
    registrations: [registration({ id: "r1", email: ALICE, name: "L", revoked: "2026-05-03T00:00:00Z" })],
    devices: [],
  };
  expect(lines(account).slice(-3)).toEqual([
    '  # revoked 2026-05-03: "L", last seen 2026-05-31',
    "  alice@example.com: []",
    "",
  ]);
});

test("the same account in another order gives the same bytes", () => {
  const registrations = ["r1", "r2", "r3"].map((id) => registration({ id, email: ALICE }));
  const devices = [
    physicalDevice("dev-r1", { serial_number: "A" }),
    physicalDevice("dev-r2", { serial_number: "B" }),
  ];
  const backwards = { registrations: [...registrations].reverse(), devices: [...devices].reverse() };
  expect(exported(backwards).files).toEqual(exported({ registrations, devices }).files);
});

test("no name ends its comment, and nothing raw stands in one", () => {
  for (const name of NASTY) {
    const one = registration({ id: "r1", email: ALICE, name });
    const text = lines({ registrations: [{ ...one, user: { ...one.user, name } }], devices: [] });
    expect(text.filter((line) => /^\s*- /u.test(line))).toEqual(['    - device: "dev-r1"']);
    expect(text.join("")).not.toMatch(/\p{C}|[\u2028\u2029]/u);
    expect(Math.max(...text.map((line) => line.length))).toBeLessThan(500);
  }
});

test("what cannot be listed is counted in the head", () => {
  const account = {
    registrations: [
      registration({ id: "r1", email: ALICE }),
      registration({ id: "r2", email: "warp_connector@team.cloudflareaccess.com" }),
      registration({ id: "r3" }),
      registration({ id: "r4", email: ALICE, type: "browser_extension" }),
      registration({ id: "r5", email: "two words@example.com" }),
    ],
    devices: [],
  };
  expect(lines(account)[2]).toBe(
    "# Not listed: 2 registrations of no person; 1 registration whose user or id cannot be written; 1 registration out of scope (deleted, or not of type warp).",
  );
});

test("users that would share a file's name after replacement do not", () => {
  const account = {
    registrations: ["a/b@example.com", "a|b@example.com", "../x@example.com"].map((email, at) =>
      registration({ id: `r${at}`, email }),
    ),
    devices: [],
  };
  const names = exported(account, { split: "user" }).files.map(({ file }) => file);
  expect(new Set(names).size).toBe(4);
  for (const name of names.slice(1)) expect(name).toMatch(/^allowlist\/[a-z\d_][a-z\d@._+-]*\.yaml$/u);
});

test("who has something that has to be named by its id is asked about again, and nobody else", async () => {
  const emails = Array.from({ length: 30 }, (_, n) => `u${n}@example.com`);
  const account = {
    registrations: [
      ...emails.map((email, n) =>
        registration({ id: `r${n}`, email, device: `d${n}`, created: "2026-01-01T00:00:00Z" }),
      ),
      registration({
        id: "new",
        email: "u0@example.com",
        device: "d0",
        created: "2026-05-01T00:00:00Z",
        revoked: "2026-05-02T00:00:00Z",
      }),
    ],
    devices: emails.map((_, n) => physicalDevice(`d${n}`, { serial_number: `SER${1000 + n}` })),
  };
  const { result, calls } = await workOf(() => exported(account));
  expect(result.files[0]?.text).toContain('- registration: "new"\n      state: revoked');
  // All for the entries, all for the proof, and one in between.
  expect(calls("src/reconcile/decide", "decidePerson")).toBe(2 * emails.length + 1);
});
