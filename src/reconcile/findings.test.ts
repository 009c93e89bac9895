import { describe, expect, test } from "vitest";
import { physicalDevice, plan, summary } from "../../test/support/world.js";
import { ALICE, HEAD } from "../../test/support/world-steps.js";

const listed = `users:\n  ${ALICE}:\n    - device: d1\n`;

describe("findings", () => {
  const codes = ({ findings }: ReturnType<typeof plan>) =>
    findings.filter(({ code }) => code !== "warning").map(({ code, text }) => `${code}: ${text}`);

  test("an entry that matches nothing is reported with what was meant", () => {
    const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - name: LAPTOP-7\n`, [
      { id: "a", email: ALICE, name: "LAPTOP-1" },
    ]);
    expect(codes(made)).toEqual([
      'unmatched-entry: name "LAPTOP-7" of alice@example.com matches no registration; did you mean "LAPTOP-1"?',
    ]);
    expect(made.findings[0]?.source?.line).toBe(4);
  });

  test("an entry that matches another user's device says whose it is", () => {
    const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - device: d1\n`, [
      { id: "a", email: "bob@example.com", device: "d1" },
    ]);
    expect(codes(made)).toContain(
      'unmatched-entry: device "d1" of alice@example.com matches no registration; that is a device of bob@example.com',
    );
  });

  test("an entry for deletion that matches nothing says that nothing is left to delete", () => {
    const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - { name: L1, state: deleted }\n`, [
      { id: "a", email: ALICE, name: "L2" },
    ]);
    expect(codes(made)).toEqual([
      `unmatched-entry: name "L1" of ${ALICE} matches no registration; nothing is left to delete`,
    ]);
  });

  test("an unlisted device that is only reported is a finding while it is active", () => {
    const made = plan(`${HEAD}policy: { unlisted: report }\nusers:\n  ${ALICE}: []\n`, [
      { id: "a", email: ALICE },
      { id: "b", email: ALICE, revoked: "2026-05-20T00:00:00Z" },
    ]);
    expect(made.findings.map(({ code, registrations }) => [code, registrations])).toEqual([
      ["unlisted", ["a"]],
    ]);
  });

  test("an entry that a stronger one outranks is no finding", () => {
    const made = plan(`${HEAD}users:\n  ${ALICE}:\n    - device: d1\n    - name: L1\n`, [
      { id: "a", email: ALICE, device: "d1", name: "L1" },
    ]);
    expect(codes(made)).toEqual([]);
  });

  test("a user whom the allowlist does not know is named once, with all active registrations", () => {
    const carol = "carol@example.com";
    const made = plan(HEAD + listed, [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b", email: carol },
      { id: "c", email: carol },
      { id: "d", email: carol, revoked: "2026-05-20T00:00:00Z" },
    ]);
    expect(codes(made)).toEqual([
      `unknown-user: ${carol} is not in the allowlist: 2 active registrations left alone`,
    ]);
    expect(made.findings[0]?.registrations).toEqual(["b", "c"]);
  });

  test("users whom the allowlist does not know stand in the order of their addresses", () => {
    const made = plan(HEAD + listed, [
      { id: "a", email: "zoe@example.com" },
      { id: "b", email: "carol@example.com" },
      { id: "c", email: ALICE, device: "d1" },
      { id: "d" },
    ]);
    expect(made.findings.filter(({ code }) => code !== "warning").map(({ text }) => text)).toEqual([
      "a registration without an e-mail belongs to no person: 1 active registration left alone",
      "carol@example.com is not in the allowlist: 1 active registration left alone",
      "zoe@example.com is not in the allowlist: 1 active registration left alone",
    ]);
  });

  test("vendor-default serials are named, with the registrations in scope that have them", () => {
    const bob = "bob@example.com";
    const devices = [
      physicalDevice("d1", { serial_number: "SAME" }),
      physicalDevice("d2", { serial_number: "SAME" }),
      physicalDevice("d3", { serial_number: "To Be Filled By O.E.M." }),
      physicalDevice("d4", { serial_number: null }),
      physicalDevice("d5", { serial_number: "None" }),
    ];
    const made = plan(
      `${HEAD}scope: { emailDomains: [example.com] }\nusers:\n  ${ALICE}:\n    - serial: C02X\n`,
      [
        { id: "r1", email: bob, device: "d1" },
        { id: "r2", email: bob, device: "d2" },
        { id: "r3", email: bob, device: "d3" },
        { id: "r4", email: bob, device: "d4" },
        { id: "r5", email: "eve@example.org", device: "d5" },
      ],
      devices,
    );
    const named = made.findings.filter(({ code }) => code === "unusable-serial");
    expect(named.map(({ text, registrations }) => [text, registrations])).toEqual([
      [
        'serial "To Be Filled By O.E.M." is a vendor\'s default, so no entry can match by it: NAME-r3 (r3)',
        ["r3"],
      ],
    ]);
  });

  test("unknown hardware and a revoked device that is only reported are findings", () => {
    const made = plan(
      `${HEAD}policy: { listedRevoked: report }\nusers:\n  ${ALICE}:\n    - hardwareId: hw\n    - { registration: r2 }\n`,
      [
        { id: "r1", email: ALICE, device: "d1" },
        { id: "r2", email: ALICE, device: "d2", revoked: "2026-05-20T00:00:00Z" },
      ],
      [],
    );
    expect(made.findings.map(({ code, registrations }) => [code, ...registrations])).toEqual([
      ["unknown-hardware", "r1"],
      ["listed-revoked", "r2"],
      ["unmatched-entry"],
    ]);
  });

  test("a contradiction about a protected registration holds nothing", () => {
    const made = plan(
      `${HEAD}protected: { registrations: [a] }\nusers:\n  ${ALICE}:\n    - { nameGlob: "L*" }\n    - { nameGlob: "*1", state: revoked }\n`,
      [{ id: "a", email: ALICE, name: "L1" }],
    );
    expect([made.problems, summary(made)]).toEqual([[], ["a: leave (protected) 2"]]);
  });

  test("entries that contradict each other are a problem that names both lines", () => {
    const made = plan(
      `${HEAD}users:\n  ${ALICE}:\n    - { nameGlob: "L*" }\n    - { nameGlob: "*1", state: revoked }\n`,
      [{ id: "a", email: ALICE, name: "L1" }],
    );
    const place = (line: number) => ({ file: "allowlist.yaml", line, column: 7 });
    expect(made.problems).toEqual([
      {
        code: "allowlist/contradiction",
        text: "two entries ask for different states for L1 (a) of alice@example.com: active here, revoked at line 5",
        fix: "make one of them more specific (registration beats serial and hardwareId, then device, name, nameGlob), or remove one",
        source: place(4),
        related: [{ text: "the entry that asks for revoked", source: place(5) }],
      },
    ]);
    expect(made.acts).toEqual([]);
  });

  test("registrations of no person are named by what they have for an address", () => {
    const made = plan(HEAD + listed, [
      { id: "a", email: ALICE, device: "d1" },
      { id: "b" },
      { id: "c", email: "svc@team.cloudflareaccess.com" },
      { id: "d", email: "svc@team.cloudflareaccess.com" },
      { id: "e", email: "svc@team.cloudflareaccess.com", revoked: "2026-05-20T00:00:00Z" },
    ]);
    expect(made.findings.map(({ code, text, source }) => [code, text, source?.line])).toEqual([
      [
        "no-user",
        "a registration without an e-mail belongs to no person: 1 active registration left alone",
        1,
      ],
      ["no-user", "svc@team.cloudflareaccess.com belongs to no person: 2 active registrations left alone", 1],
    ]);
  });

  test("what is left alone is told with its reason, and of whom", () => {
    const made = plan(
      `${HEAD}policy: { unlisted: report }\nusers:\n  ${ALICE}: [{ serial: S-1 }]\n`,
      [{ id: "a", email: ALICE, revoked: "2026-05-20T00:00:00Z" }],
      [],
    );
    expect(codes(made)[0]).toMatch(
      /^unknown-hardware: NAME-a \(a\) of alice@example\.com is left alone: its hardware is not known/u,
    );
  });
});

describe("device profiles", () => {
  const profile = (id: string, more: object = {}) => ({
    policy: {
      id,
      name: id.toUpperCase(),
      default: id === "default",
      deleted: false,
      updated_at: "2026-05-01T00:00:00Z",
      ...more,
    },
  });
  const found = (...profiles: readonly object[]) =>
    plan(
      `${HEAD}users:\n  ${ALICE}: [{ nameGlob: "*", trustName: x }]\n  bob@example.com: [{ nameGlob: "*", trustName: x }]\n`,
      profiles.map((also, at) => ({
        ...{ id: `r${at}`, name: `L${at}`, also },
        email: at % 2 === 0 ? ALICE : "bob@example.com",
      })),
    ).findings.flatMap(({ code, text, subject, registrations }) =>
      code.endsWith("-profile") ? [{ code, text, subject, registrations }] : [],
    );

  test("one that was deleted is told once, with what still has it and is connected", () => {
    const gone = profile("old", { deleted: true });
    const revoked = { ...gone, revoked_at: "2026-05-20T00:00:00Z" };
    expect(found(gone, gone, profile("new"), revoked)).toEqual([
      {
        code: "deleted-profile",
        text: 'the device profile "OLD" was deleted, but 2 connected devices still have it: L0 (r0), L1 (r1)',
        subject: ["old", "r0", "r1"],
        registrations: ["r0", "r1"],
      },
    ]);
  });

  test("the default one is told by person where it is rare, at most one in ten, and else is no finding", () => {
    const [own, byDefault] = [profile("own"), profile("default")];
    const eighteen = Array.from({ length: 18 }, () => own);
    expect(found(...eighteen.slice(1), byDefault, byDefault)).toEqual([]);
    expect(found(own, own, byDefault, own, byDefault, ...eighteen.slice(3))).toEqual([
      {
        code: "default-profile",
        text: `${ALICE}: L2 (r2), L4 (r4) have the default device profile, but nearly all devices have another one`,
        subject: [ALICE, "r2", "r4"],
        registrations: ["r2", "r4"],
      },
    ]);
    expect(found(own, own, byDefault, ...eighteen).map(({ text }) => text)).toEqual([
      `${ALICE}: L2 (r2) has the default device profile, but nearly all devices have another one`,
    ]);
    expect(found(byDefault, byDefault, byDefault)).toEqual([]);
  });

  test("a connector belongs to no person, and its profile is nobody's exception", () => {
    const connector = { ...profile("default"), user: { email: "warp_connector@team.cloudflareaccess.com" } };
    const nine = Array.from({ length: 9 }, () => profile("own"));
    expect(found(...nine, connector)).toEqual([]);
  });

  test("several stand in the order of profiles, then of people", () => {
    const [own, byDefault] = [profile("own"), profile("default")];
    const gone = (id: string) => profile(id, { deleted: true });
    // By turns Alice's and Bob's; Bob's first registration with the default one is listed before Alice's.
    const rest = Array.from({ length: 14 }, () => own);
    const all = [own, byDefault, byDefault, own, gone("z"), gone("y"), ...rest];
    expect(found(...all).map(({ code, subject }) => [code, subject[0]])).toEqual([
      ["deleted-profile", "y"],
      ["deleted-profile", "z"],
      ["default-profile", ALICE],
      ["default-profile", "bob@example.com"],
    ]);
  });

  test("a profile without an id is none", () => {
    expect(found({ policy: { id: "", name: "NONE", deleted: true } })).toEqual([]);
  });

  test("what the account does not tell is nobody's profile", () => {
    expect(found({}, { policy: null }, { policy: "x" }, { policy: { deleted: true } })).toEqual([]);
    expect(found({ policy: { id: "p", deleted: true } }).map(({ text }) => text)).toEqual([
      'the device profile "p" was deleted, but 1 connected device still has it: L0 (r0)',
    ]);
  });
});

describe("a value that devices of several people report", () => {
  const rows = [
    physicalDevice("d1", { serial_number: "SN-1", hardware_id: "H-1" }),
    physicalDevice("d2", { serial_number: "SN-1", hardware_id: "H-1" }),
    physicalDevice("d3", { serial_number: "SN-1", hardware_id: "H-3" }),
    physicalDevice("d4", { serial_number: "SN-4", hardware_id: "H-4" }),
    physicalDevice("d5", { serial_number: "SN-4", hardware_id: "H-5" }),
  ];
  const people = [
    { id: "z", email: ALICE, device: "d1", name: "ZED" },
    { id: "y", email: "bob@example.com", device: "d2", name: "YPS" },
    { id: "x", email: "carol@example.com", device: "d3", name: "IX" },
    // One person's two machines, and a connector's.
    { id: "v", email: "dan@example.com", device: "d4" },
    { id: "w", email: "warp_connector@team.cloudflareaccess.com", device: "d5" },
  ];

  test("is told once for all of them, in the order of values, with names and ids in order", () => {
    const { findings } = plan(HEAD + listed, people, rows);
    expect(findings.filter(({ code }) => code === "shared-identity")).toEqual([
      {
        code: "shared-identity",
        subject: ["hardwareId H-1", "y", "z"],
        text: 'devices of several users report the same hardware id "H-1": YPS (y) of bob@example.com, ZED (z) of alice@example.com',
        registrations: ["y", "z"],
      },
      {
        code: "shared-identity",
        subject: ["serial SN-1", "x", "y", "z"],
        text: 'devices of several users report the same serial "SN-1": IX (x) of carol@example.com, YPS (y) of bob@example.com, ZED (z) of alice@example.com',
        registrations: ["x", "y", "z"],
      },
    ]);
  });

  test("names one of each person first, where not all are named", () => {
    const all = ["a", "b", "c"].map((id) => ({ id, email: ALICE, device: "d1", name: id }));
    const { findings } = plan(HEAD + listed, [...all, ...people.slice(1, 2)], rows);
    expect(findings.find(({ code }) => code === "shared-identity")?.text).toBe(
      `devices of several users report the same hardware id "H-1": YPS (y) of bob@example.com, a (a) of ${ALICE}, b (b) of ${ALICE} and 1 more`,
    );
  });
});

describe("days", () => {
  const of = (text: string, now: string) =>
    plan(HEAD + text, [{ id: "a", email: ALICE, device: "d1" }], [], new Date(now)).findings.map(
      ({ code, subject }) => `${code}: ${subject.join(" ")}`,
    );

  test("an entry expires until its last moment, and has expired from the next one on", () => {
    const text = `policy: { unlisted: delete }\nusers:\n  ${ALICE}: [{ device: d1, expires: 2026-05-31 }]\n`;
    expect(of(text, "2026-05-31T23:59:59.999Z")[0]).toMatch(/^expiring-entry: .*2026-05-31$/u);
    expect(of(text, "2026-06-01T00:00:00.000Z")[0]).toMatch(/^expired-entry: .*2026-05-31$/u);
  });

  test("a freeze that is over is one finding, whatever it was for", () => {
    const text = (reason: string) =>
      `freeze: { until: 2026-05-01, reason: ${reason} }\nusers:\n  ${ALICE}: [{ device: d1 }]\n`;
    expect(of(text("audit"), "2026-06-01T00:00:00Z")).toEqual(["past-freeze: freeze"]);
    expect(of(text("holidays"), "2026-06-01T00:00:00Z")).toEqual(["past-freeze: freeze"]);
  });

  test("a grace that a deletion can renew is told for unknown users as well", () => {
    const text = `policy: { grace: 1d, unknownUsers: delete }\nusers:\n  ${ALICE}: [{ device: d1 }]\n`;
    expect(of(text, "2026-06-01T00:00:00Z")).toEqual(["renewable-grace: policy.grace everybody"]);
  });
});
