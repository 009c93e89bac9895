import { describe, expect, test } from "vitest";
import { physicalDevice, plan, type Sketch } from "../../test/support/world.js";
import { ALICE, BOB, HEAD } from "../../test/support/world-steps.js";

const DEVICES = [
  physicalDevice("d1", { serial_number: "SERIAL-1", hardware_id: "HARDWARE-1" }),
  physicalDevice("d2", { serial_number: "SERIAL-2", hardware_id: "HARDWARE-2" }),
];
const LIVE: readonly Sketch[] = [
  { id: "reg-1", email: ALICE, device: "d1", name: "LAPTOP-1" },
  { id: "reg-2", email: BOB, device: "d2", name: "DESKTOP-2" },
  { id: "reg-3", device: "d3", name: "KIOSK-3" },
];

function told(keys: string, live = LIVE): string[] {
  const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - ${keys}\n`, live, DEVICES);
  return made.findings.filter(({ code }) => code === "unmatched-entry").map(({ text }) => text);
}
const unmatched = (keys: string, hint: string) => [`${keys} of ${ALICE} matches no registration${hint}`];

test.each([
  ["registration: reg-9", 'registration "reg-9"', '; did you mean "reg-1"?'],
  ["serial: SERIAL-9", 'serial "SERIAL-9"', '; did you mean "SERIAL-1"?'],
  ["hardwareId: HARDWARE-9", 'hardwareId "HARDWARE-9"', '; did you mean "HARDWARE-1"?'],
  ["device: d9", 'device "d9"', '; did you mean "d1"?'],
  ["name: LAPTOP-9", 'name "LAPTOP-9"', '; did you mean "LAPTOP-1"?'],
  ['nameGlob: "X*"', 'nameGlob "X*"', ""],
  ["name: SOMETHING ELSE", 'name "SOMETHING ELSE"', ""],
])("%s: what its user has instead is proposed where it is near", (keys, shown, hint) => {
  expect(told(keys)).toEqual(unmatched(shown, hint));
});

test.each([
  ["registration: reg-2", 'registration "reg-2"', BOB],
  ["serial: SERIAL-2", 'serial "SERIAL-2"', BOB],
  ["hardwareId: HARDWARE-2", 'hardwareId "HARDWARE-2"', BOB],
  ["device: d2", 'device "d2"', BOB],
  ["name: DESKTOP-2", 'name "DESKTOP-2"', BOB],
  ["name: KIOSK-3", 'name "KIOSK-3"', "no user"],
])("%s: whose it is comes first", (keys, shown, owner) => {
  expect(told(keys)).toEqual(unmatched(shown, `; that is a device of ${owner}`));
});

test("a hardware id near what its user has is proposed as the account has it", () => {
  const uuid = "4c4c4544-0042-3510-8052-b3c04f4b4e32";
  const devices = [physicalDevice("d1", { serial_number: null, hardware_id: uuid })];
  const entry = `hardwareId: ${uuid.replace(/2$/u, "3")}`;
  const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - ${entry}\n`, LIVE, devices);
  expect(made.findings.find(({ code }) => code === "unmatched-entry")?.text).toContain(
    `did you mean "${uuid}"?`,
  );
});

test("and so is a serial", () => {
  const devices = [physicalDevice("d1", { serial_number: "pf3tq9zx", hardware_id: null })];
  const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - serial: PF3TQ9ZY\n`, LIVE, devices);
  expect(made.findings.find(({ code }) => code === "unmatched-entry")?.text).toContain(
    'did you mean "pf3tq9zx"?',
  );
});

test("a key that its user has, of an entry that asks for more, proposes nothing", () => {
  expect(told("{ name: LAPTOP-1, device: unlike }")).toEqual(
    unmatched('name "LAPTOP-1" and device "unlike"', ""),
  );
});

test("a user without any registration has nothing near", () => {
  expect(told("name: LAPTOP-9", [])).toEqual(unmatched('name "LAPTOP-9"', ""));
});

test("letters that only look the same are told by their numbers, each once, five at most", () => {
  expect(told("name: LAPT\u043EP-1")).toEqual(
    unmatched(
      'name "LAPT\u043EP-1"',
      '; did you mean "LAPTOP-1"? (the entry has \\u{43E}, which may look like another letter)',
    ),
  );
  const live = [{ id: "reg-1", email: ALICE, device: "d1", name: "ABCDEFGHIJKLMNOPQRSTU" }];
  expect(told("name: \u0430\u0430\u0431\u0432\u0433\u0434\u0435HIJKLMNOPQRSTU", live)[0]).toContain(
    "(the entry has \\u{430}, \\u{431}, \\u{432}, \\u{433}, \\u{434}, which may look",
  );
});

describe("a refused device that is connected under another user", () => {
  const found = (text: string, live: readonly Sketch[] = LIVE) =>
    plan(`${HEAD}users:\n  ${ALICE}: [{ serial: SERIAL-2, state: deleted }]\n${text}`, live, DEVICES);
  const WAYS =
    "refuse it under that user too (with the same entry); if the owner was renamed, move the user's whole list there";
  const told = (where: string, ways = WAYS) =>
    `serial "SERIAL-2" of ${ALICE} must be deleted, but is connected under another user: DESKTOP-2 (reg-2) of ${where}; ${ways}`;

  test("is the first of all findings, and holds no plan", () => {
    // A contested serial, an unknown user and a line that finds nothing stand beside it.
    const { findings, problems, acts } = found("  carol@example.com: [{ serial: NOWHERE }]\n");
    expect(findings[0]).toMatchObject({ code: "elsewhere", text: told(BOB), registrations: ["reg-2"] });
    expect(findings[0]?.source).toMatchObject({ line: 3 });
    expect(findings.length).toBeGreaterThan(2);
    expect(findings.map(({ code }) => code)).toContain("unmatched-entry");
    expect(problems).toEqual([]);
    expect(acts.map(({ registration }) => registration.id)).toEqual(["reg-1"]);
  });

  test("of no user is told with what reaches it", () => {
    const live = LIVE.map((one) =>
      one.id === "reg-2" ? { id: "reg-2", device: "d2", name: "DESKTOP-2" } : one,
    );
    expect(found("", live).findings[0]?.text).toBe(
      told(
        "no user",
        "no entry covers a registration without a user: revoke it in the dashboard, or set policy.noUser",
      ),
    );
  });

  test("each of the two ways ends it", () => {
    const codes = (made: ReturnType<typeof found>) => made.findings.map(({ code }) => code);
    const refused = found(`  ${BOB}: [{ serial: SERIAL-2, state: deleted }]\n`);
    expect(refused.acts.map(({ action, registration }) => `${action} ${registration.id}`)).toContain(
      "delete reg-2",
    );
    expect(codes(refused)).not.toContain("elsewhere");
    const moved = plan(`${HEAD}users:\n  ${BOB}: [{ serial: SERIAL-2, state: deleted }]\n`, LIVE, DEVICES);
    expect(codes(moved)).not.toContain("elsewhere");
    expect(moved.acts.map(({ action, registration }) => `${action} ${registration.id}`)).toEqual([
      "delete reg-2",
    ]);
  });

  test("is another one where it does not tell all that the entry asks for, or is the user's own", () => {
    const codes = (keys: string) =>
      plan(`${HEAD}users:\n  ${ALICE}: [{ ${keys}, state: revoked }]\n`, LIVE, DEVICES).findings.map(
        ({ code }) => code,
      );
    expect(codes("serial: SERIAL-2, hardwareId: HARDWARE-2")).toContain("elsewhere");
    expect(codes("serial: SERIAL-2, hardwareId: HARDWARE-9")).not.toContain("elsewhere");
    expect(codes("serial: SERIAL-1, name: LAPTOP-9")).not.toContain("elsewhere");
    const connected = `${HEAD}policy: { unlisted: report }\nusers:\n  ${ALICE}: [{ serial: SERIAL-1, name: LAPTOP-9, state: revoked }]\n`;
    const own = plan(connected, LIVE, DEVICES);
    expect(own.acts).toEqual([]);
    expect(own.findings.map(({ code }) => code)).not.toContain("elsewhere");
  });

  test("is none where it is revoked, or the entry allows", () => {
    const revoked = LIVE.map((one) =>
      one.id === "reg-2" ? { ...one, revoked: "2026-05-20T00:00:00Z" } : one,
    );
    expect(found("", revoked).findings.map(({ code }) => code)).not.toContain("elsewhere");
    const allowed = plan(`${HEAD}users:\n  ${ALICE}: [{ serial: SERIAL-2 }]\n`, LIVE, DEVICES);
    expect(allowed.findings.map(({ code }) => code)).not.toContain("elsewhere");
  });
});

test("what was probably meant is told by its registrations, so that a report can show what happens to them", () => {
  const meant = (keys: string, live = LIVE) =>
    plan(`${HEAD}users:\n  ${ALICE}:\n    - ${keys}\n`, live, DEVICES).findings.find(
      ({ code }) => code === "unmatched-entry",
    )?.meant;
  expect(meant("serial: SERIAL-2")).toEqual(["reg-2"]);
  expect(meant("name: LAPTOP-9")).toEqual(["reg-1"]);
  const twice = [
    ...LIVE,
    { id: "reg-4", email: ALICE, device: "d4", name: "LAPTOP-1" },
    { id: "reg-5", email: ALICE, device: "d5", name: "TABLET" },
  ];
  expect(meant("name: LAPTOP-9", twice)).toEqual(["reg-1", "reg-4"]);
  expect(meant("name: SOMETHING ELSE")).toBeUndefined();
  expect(meant("{ name: LAPTOP-9, state: deleted }")).toBeUndefined();
});
