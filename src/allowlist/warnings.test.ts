import { describe, expect, it } from "vitest";
import { messageCatalogue } from "./message-codes.js";
import { mostMessages } from "./messages.js";
import { parseAllowlist } from "./parse.js";

/** The warnings of a sound allowlist, whose first file is the root file. */
function warningsOf(...texts: readonly string[]) {
  const files = texts.map((text, index) => ({ file: `${index}.yaml`, text }));
  const { allowlist, messages } = parseAllowlist(files);
  expect(messages).toEqual([]);
  return allowlist!.warnings;
}

/** A user with the entries, from line 4 on, one a line. */
function entries(...rows: readonly string[]): string {
  return `version: 1\nusers:\n  a@x.org:\n${rows.map((row) => `    - ${row}\n`).join("")}`;
}

function placesOf(...texts: readonly string[]) {
  return warningsOf(...texts).map(({ code, source }) => `${code} ${source!.line}:${source!.column}`);
}

/** More of a root file that has a user, from line 3 on. */
function root(text: string): string {
  return `version: 1\nusers: { a@x.org: [] }\n${text}\n`;
}

describe("a warning is given for", () => {
  const table: readonly (readonly [string, string, string, string])[] = [
    ["a name alone", entries("name: LAP"), "weak-match 4:7", "only by `name`"],
    ["a glob alone", entries('nameGlob: "LAP-*"'), "weak-match 4:7", "only by `nameGlob`"],
    ["a name that allows", entries("name: LAP"), "weak-match 4:7", "anyone can give a device that name"],
    [
      "a name that is to be revoked",
      entries("{ name: LAP, state: revoked }"),
      "weak-match 4:7",
      "another name escapes it",
    ],
    ["any device", entries('nameGlob: "*"'), "any-device 4:7", "every device of its user"],
    ["any device, twice over", entries('nameGlob: "**"'), "any-device 4:7", "every device of its user"],
    [
      "any name that is to be revoked",
      entries('{ nameGlob: "*", state: revoked }'),
      "weak-match 4:7",
      "only by `nameGlob`",
    ],
    [
      "an ignored name, whosever it is",
      root("ignore: [{ user: b@x.org, name: KIOSK, reason: MDM }]"),
      "weak-match 3:10",
      "is left alone",
    ],
    [
      "a narrower entry that says the same",
      entries('{ serial: "A1", name: LAP }', 'serial: "A1"'),
      "shadowed 4:7",
      "the entry in line 5",
    ],
    [
      "an entry narrower by a key of the same rank",
      entries('hardwareId: "H1"', '{ serial: "A1", hardwareId: "H1" }'),
      "shadowed 5:7",
      "the entry in line 4",
    ],
    [
      "a narrower entry on fewer days",
      entries('serial: "A1"', '{ serial: "A1", name: LAP, from: 2026-01-01 }'),
      "shadowed 5:7",
      "the entry in line 4",
    ],
    [
      "a narrower entry that asks for another state",
      entries('serial: "A1"', '{ serial: "A1", name: LAP, state: revoked }'),
      "may-contradict 5:7",
      "line 4 matches everything that this one matches: that one asks for `active`, this one for `revoked`",
    ],
    [
      "another state on one day in common",
      entries(
        '{ serial: "A1", expires: 2026-06-02 }',
        '{ serial: "A1", name: LAP, from: 2026-06-02, state: revoked }',
      ),
      "may-contradict 5:7",
      "line 4",
    ],
    [
      "an ignored and protected user",
      root("protected: { users: [A@x.org] }\nignore: [{ user: a@x.org, reason: MDM }]"),
      "ignored-and-protected 4:10",
      "0.yaml:3 protects",
    ],
    [
      "an ignored and protected device",
      root("protected: { devices: [d1] }\nignore: [{ device: d1, reason: MDM }]"),
      "ignored-and-protected 4:10",
      "0.yaml:3 protects",
    ],
    [
      "an ignored and protected registration",
      root("protected: { registrations: [r1] }\nignore: [{ registration: r1, reason: MDM }]"),
      "ignored-and-protected 4:10",
      "0.yaml:3 protects",
    ],
    [
      "an ignored and protected serial, in another case",
      root("protected: { serials: [ab1] }\nignore: [{ serial: AB1, reason: MDM }]"),
      "ignored-and-protected 4:10",
      "0.yaml:3 protects",
    ],
    [
      "an owner that is the root file alone",
      root('owns: { "?.yaml": [b@x.org] }'),
      "owner-without-file 3:9",
      "`?.yaml` matches no user file",
    ],
    [
      "an Access user who is to be absent and has a device",
      `${entries('serial: "A1"')}accessUsers: { A@x.org: { state: absent } }\n`,
      "absent-and-listed 5:16",
      "0.yaml:4 allows a device",
    ],
    [
      "a serial with typographic quotes",
      entries("serial: “PF3TQ9ZX”"),
      "odd-serial 4:7",
      "contains a quotation mark",
    ],
    ["a serial with a blank in it", entries("serial: PF3T Q9ZX"), "odd-serial 4:7", "contains a space"],
    [
      "a protected serial with quotes",
      root("protected: { serials: [“A1B2”] }"),
      "odd-serial 3:24",
      "contains a quotation mark",
    ],
    [
      "an ignored serial in Cyrillic",
      root("ignore: [{ serial: РF3Т, reason: MDM }]"),
      "odd-serial 3:10",
      "that vendors do not use",
    ],
    [
      "one serial of two users",
      `${entries('serial: "A1"')}  b@x.org: [{ serial: a1 }]\n`,
      "shared-machine 5:13",
      "`a@x.org` is also allowed the machine with this serial (0.yaml:4)",
    ],
    [
      "one hardware id of two users",
      `${entries('hardwareId: "H1"')}  b@x.org: [{ hardwareId: H1 }]\n`,
      "shared-machine 5:13",
      "also allowed the machine with this hardware id",
    ],
  ];

  it.each(table)("%s", (_title, text, place, says) => {
    expect(placesOf(text)).toEqual([`allowlist/${place}`]);
    expect(warningsOf(text)[0]!.text).toContain(says);
  });

  it("each of the codes that are warnings; others tell of files that are not read, and of days that are past", () => {
    const given = new Set(table.map(([, , place]) => `allowlist/${place.split(" ")[0]!}`));
    given.add("allowlist/unread-file").add("allowlist/past-entry");
    const warnings = Object.entries(messageCatalogue).filter(([, { meaning }]) =>
      meaning.startsWith("Warning:"),
    );
    expect(warnings.map(([code]) => code)).toEqual([...given].sort());
  });
});

describe("no warning is given for", () => {
  it.each([
    ["a name with a reason to trust it", entries("{ name: LAP, trustName: set by MDM }")],
    ["any device with a reason", entries('{ nameGlob: "*", trustName: a test account }')],
    ["a name beside a serial", entries('{ name: LAP, serial: "A1" }')],
    ["an ignored name with a reason to trust it", root("ignore: [{ name: K, reason: MDM, trustName: MDM }]")],
    ["an ignored user", root("ignore: [{ user: b@x.org, reason: MDM }]")],
    ["an ignored name beside a serial", root('ignore: [{ name: K, serial: "A1", reason: MDM }]')],
    ["a stronger entry", entries('serial: "A1"', '{ serial: "A1", registration: r1, state: revoked }')],
    ["another value", entries('serial: "A1"', '{ serial: "A2", name: LAP }')],
    [
      "an entry on more days than the wider one",
      entries('{ serial: "A1", expires: 2026-06-01 }', '{ serial: "A1", name: LAP }'),
    ],
    [
      "another state on other days",
      entries(
        '{ serial: "A1", expires: 2026-06-01 }',
        '{ serial: "A1", name: LAP, from: 2026-06-02, state: revoked }',
      ),
    ],
    [
      "other requirements",
      entries('serial: "A1"', '{ serial: "A1", name: LAP, requires: { platform: mac } }'),
    ],
    [
      "the same match on other days",
      entries('{ serial: "A1", expires: 2026-06-01 }', '{ serial: "A1", from: 2026-06-02, state: revoked }'),
    ],
    [
      "an absent Access user whose devices are refused",
      `${entries('{ serial: "A1", state: revoked }')}accessUsers: { a@x.org: { state: absent } }\n`,
    ],
    [
      "an absent Access user who left",
      'version: 1\nusers: { a@x.org: { state: offboarded, devices: [serial: "A1"] } }\naccessUsers: { a@x.org: { state: absent } }\n',
    ],
    ["a virtual machine's serial", entries("serial: VMware-56 4d 1a 22")],
    [
      "a machine that moves",
      `${entries("{ serial: A1, expires: 2026-05-31 }")}  b@x.org: [{ serial: A1, from: 2026-06-01 }]\n`,
    ],
    [
      "a machine that is refused to whoever had it",
      `${entries("{ serial: A1, state: revoked }")}  b@x.org: [{ serial: A1 }]\n`,
    ],
    [
      "a machine of somebody who left",
      "version: 1\nusers: { a@x.org: { state: offboarded, devices: [serial: A1] }, b@x.org: [serial: A1] }\n",
    ],
    [
      "an Access user who is to be present and has a device",
      `${entries('serial: "A1"')}accessUsers: { a@x.org: {} }\n`,
    ],
  ])("%s", (_title, text) => expect(placesOf(text)).toEqual([]));

  it("an owner with a file", () => {
    expect(placesOf(root('owns: { "1*": ["*@x.org"] }'), "users: { b@x.org: [] }\n")).toEqual([]);
  });
});

describe("warnings", () => {
  it("name the other place", () => {
    const [warning] = warningsOf(entries('serial: "A1"', '{ serial: "A1", name: LAP }'));
    expect(warning!.related).toEqual([
      { text: "the wider entry, active", source: { file: "0.yaml", line: 4, column: 7 } },
    ]);
  });

  it("stand in the order of files and lines, and are counted beyond the limit", () => {
    const rows = Array.from({ length: mostMessages + 2 }, (_, n) => `{ name: n${n} }`);
    const warnings = warningsOf(entries(...rows));
    expect(warnings).toHaveLength(mostMessages + 1);
    expect(warnings.slice(0, 2).map(({ source }) => source!.line)).toEqual([4, 5]);
    expect(warnings.at(-1)).toMatchObject({
      code: "allowlist/too-many",
      text: "2 more problems are not listed",
    });
  });
});
