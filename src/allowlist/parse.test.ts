import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { announceSeed, holds } from "../../test/support/property.js";
import { workOf } from "../../test/support/work.js";
import { formatMessages, mostMessages } from "./messages.js";
import { parseAllowlist } from "./parse.js";

beforeAll(announceSeed);

function parse(...texts: string[]) {
  return parseAllowlist(texts.map((text, index) => ({ file: `${index}.yaml`, text })));
}

function codesOf(...texts: string[]) {
  return parse(...texts).messages.map(({ code }) => code);
}

const one = "version: 1\nusers: { a@example.com: [] }\n";

describe("a sound allowlist", () => {
  it("has its defaults, which point to the version line", () => {
    const list = parse(`# head\n${one}`).allowlist!;
    const setting = (value: unknown) => ({
      value,
      explicit: false,
      source: { file: "0.yaml", line: 2, column: 1 },
    });
    expect(list.policy).toEqual({
      unlisted: setting("revoke"),
      unknownUsers: setting("report"),
      noUser: setting("report"),
      listedRevoked: setting("unrevoke"),
      grace: setting({ text: "0h", ms: 0 }),
      stale: setting(undefined),
      revoked: setting(undefined),
      superseded: setting(undefined),
      maxDevices: setting(undefined),
      overMaxDevices: setting("report"),
      unknownHardware: setting("report"),
      machines: setting("skip"),
    });
    expect(list.limits).toEqual({ maxPlanAge: setting({ text: "24h", ms: 24 * 3_600_000 }) });
    expect([list.policies.size, list.ignore, list.freeze, list.tests, list.accessUsers]).toEqual([
      0,
      [],
      undefined,
      [],
      [],
    ]);
    expect(list.guards).toEqual({
      revoke: { max: setting(50), percent: setting(20) },
      delete: { max: setting(20), percent: setting(10) },
      unrevoke: { max: setting(50), percent: setting(20) },
      deleteUsers: setting(5),
      self: new Map(),
    });
    expect([...list.scope.registrationTypes]).toEqual(["warp"]);
    expect(list.scope.emails.size + list.scope.emailDomains.size + list.scope.policyIds.size).toBe(0);
  });

  it("says where each setting stands, and keeps the default of the other half of a guard", () => {
    const { guards, policy } = parse(
      `${one}guards:\n  revoke:\n    max: 0\npolicy: { unlisted: report }\n`,
    ).allowlist!;
    expect(guards.revoke.max).toEqual({
      value: 0,
      explicit: true,
      source: { file: "0.yaml", line: 5, column: 5 },
    });
    expect(guards.revoke.percent).toMatchObject({ value: 20, explicit: false });
    expect(policy.unlisted).toMatchObject({ value: "report", explicit: true });
  });

  it("takes users from all files, by their normal form, with entries and places", () => {
    const { users, files } = parse(
      one,
      'users:\n  "  B@Example.COM ":\n    - serial: "0012"\n      name: Lap\n      note: hers\n    - { registration: r1, state: revoked, reason: lost }\n',
    ).allowlist!;
    expect([...users.keys()]).toEqual(["a@example.com", "b@example.com"]);
    expect(users.get("b@example.com")).toEqual({
      email: "b@example.com",
      source: { file: "1.yaml", line: 2, column: 3 },
      entries: [
        {
          match: { serial: "0012", name: "Lap" },
          state: "active",
          note: "hers",
          source: { file: "1.yaml", line: 3, column: 7 },
        },
        {
          match: { registration: "r1" },
          state: "revoked",
          reason: "lost",
          source: { file: "1.yaml", line: 6, column: 7 },
        },
      ],
    });
    expect(files.map(({ file }) => file)).toEqual(["0.yaml", "1.yaml"]);
  });

  it("normalises scope and protection, and keeps ids as they stand", () => {
    const list = parse(
      `${one}scope: { emailDomains: [Example.COM], emails: [" X@y.org"], policyIds: [Ab] }\nprotected: { users: [P@example.com], devices: [Dd] }\n`,
    ).allowlist!;
    expect([...list.scope.emailDomains, ...list.scope.emails, ...list.scope.policyIds]).toEqual([
      "example.com",
      "x@y.org",
      "Ab",
    ]);
    expect(list.protected.users.get("p@example.com")).toEqual({ file: "0.yaml", line: 4, column: 22 });
    expect([...list.protected.devices.keys()]).toEqual(["Dd"]);
  });

  it("may begin with a byte order mark and end lines with CR LF", () => {
    const text =
      '\ufeffversion: 1\r\nusers:\r\n  a@example.com: [{ serial: "AB1" }]\r\n  b@example.com: []\r\n';
    const { allowlist } = parse(text);
    expect(allowlist?.users.get("a@example.com")?.entries).toMatchObject([{ match: { serial: "AB1" } }]);
    expect(allowlist?.users.get("b@example.com")?.source).toEqual({ file: "0.yaml", line: 4, column: 3 });
  });

  it("may have users in scope by address as well as by domain", () => {
    expect(
      codesOf(
        `version: 1\nscope: { emailDomains: [x.org], emails: [a@y.org] }\nusers: { a@y.org: [], b@x.org: [] }`,
      ),
    ).toEqual([]);
  });

  it("may list a protected user's devices as active, and the same match for two users", () => {
    const entry = '[{ serial: "AB1" }]';
    expect(
      codesOf(`version: 1\nprotected: { users: [a@x.org] }\nusers: { a@x.org: ${entry}, b@x.org: ${entry} }`),
    ).toEqual([]);
  });
});

describe("messages", () => {
  it("are told all at once, in the order of files and lines", () => {
    const found = parse(
      "version: 1\npolicy: { unlisted: x }\nusers: { bob: [] }\n",
      "users: [\n",
      "users:\n  c@x.org: 5\n",
    ).messages;
    expect(found.map(({ source }) => `${source!.file}:${source!.line}`)).toEqual([
      "0.yaml:2",
      "0.yaml:3",
      "1.yaml:2",
      "2.yaml:2",
    ]);
  });

  it("name the other place", () => {
    const [message] = parse(
      "version: 1\nusers:\n  a@x.org: [{ name: x }, { name: x, state: deleted }]\n",
    ).messages;
    expect(message!.related).toEqual([
      { text: "the first entry, active", source: { file: "0.yaml", line: 3, column: 13 } },
    ]);
    expect(message!.line).toBe("  a@x.org: [{ name: x }, { name: x, state: deleted }]");
  });

  it("do not ask for a root file where a file could not be read: it may be that one", () => {
    expect(codesOf("version: [1", "users: {}\n")).toEqual(["allowlist/syntax"]);
    const unread = { code: "allowlist/unreadable", text: "x" } as const;
    expect(parseAllowlist([{ file: "u.yaml", text: "users: {}\n" }], [unread]).messages).toEqual([unread]);
  });

  it("count what goes beyond the limit", () => {
    const { messages } = parse(
      `version: 1\nusers:\n${Array.from({ length: mostMessages + 5 }, (_, n) => `  u${n}: []\n`).join("")}`,
    );
    expect(messages).toHaveLength(mostMessages + 1);
    expect(messages.at(-1)).toMatchObject({
      code: "allowlist/too-many",
      text: "5 more problems are not listed",
    });
  });
});

/** Of what a hostile text repeats; more of it makes nothing new, and all of it is work. */
const MANY = 1 << 14;

describe("a hostile file", () => {
  it.each([
    ["opens brackets", "[".repeat(MANY), "allowlist/too-deep", { lexemes: 200 }],
    ["repeats dashes", "- ".repeat(MANY), "allowlist/too-deep", { lexemes: 300 }],
    ["repeats commas", `[${",".repeat(MANY)}`, "allowlist/syntax", {}],
    ["repeats quotes", '"'.repeat(MANY), "allowlist/syntax", {}],
    ["is indented badly", "  a: b\n b: c\n".repeat(MANY), "allowlist/syntax", { lexemes: 1_000 }],
    ["repeats anchors", "&a ".repeat(MANY), "allowlist/syntax", {}],
    ["begins documents", "---\n".repeat(MANY), "allowlist/syntax", { lexemes: 50 }],
    ["has aliases of aliases", bomb(12, 10), "allowlist/alias", { nodes: 0 }],
    ["chains aliases", bomb(60, 1), "allowlist/alias", { nodes: 0 }],
  ])("is given up early: one that %s", async (_title, text, code, most) => {
    const { lexemes, nodes } = { lexemes: 3 * MANY + 10, nodes: 3 * MANY, ...most } as const;
    const { result, calls } = await workOf(() => codesOf(text));
    expect([...new Set(result)]).toEqual([code]);
    expect(result.length).toBeLessThanOrEqual(101);
    // Two functions for each lexeme and for each node: one for whoever calls, one that does it.
    expect(calls("yaml/dist/parse/parser", "next")).toBeLessThanOrEqual(2 * lexemes);
    expect(calls("src/allowlist/yaml-tree")).toBeLessThanOrEqual(nodes);
    // An error is an object with a stack: some hundred, and not one for each of what is wrong.
    expect(calls("yaml/dist/errors", "YAMLParseError")).toBeLessThanOrEqual(101);
  });

  it("is given up after three million parts, which the message counts", () => {
    const { messages } = parse(`${one}# \nx: [${"a,".repeat(1 << 20)}]`);
    expect(messages.map(({ code, text }) => [code, text])).toEqual([
      ["allowlist/too-large", "the file has more than 3000000 parts"],
    ]);
  });

  it.each([
    ["days of one match", (n: number) => `{ name: x, trustName: z, ${window(n)} }`],
    [
      "entries of all keys",
      (n: number) =>
        `{ registration: r${n % 7}, serial: s${n}, hardwareId: h${n}, device: d${n}, name: n${n}, nameGlob: g }`,
    ],
  ])("costs no more for each of %s that one user has, however many", async (_title, entry) => {
    const work = async (count: number) => {
      const rows = Array.from({ length: count }, (_, n) => `  - ${entry(n)}\n`);
      const text = `version: 1\nusers:\n a@x.org:\n${rows.join("")}`;
      const { result, calls } = await workOf(() => codesOf(text));
      expect(result).toEqual([]);
      return calls("/src/allowlist/");
    };
    // Five times the work for four times the entries leaves room for sorting, and none for comparing each with each.
    expect(await work(2_000)).toBeLessThan(5 * (await work(500)));
  });

  it("of any text throws nothing, and what it says can be formatted", () => {
    const words = fc.constantFrom(
      ..."version: 1|users:|\n|  |- |a@x.org|: |[|]|{|}|&a |*a|!t |<<|?|\"|'|#|%YAML|---|~|0x1|serial|state|\t|\u202e|\ud800|,||>|scope".split(
        "|",
      ),
    );
    const yaml = fc.array(words, { maxLength: 40 }).map((parts) => parts.join(""));
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => new TextDecoder().decode(array));
    holds(fc.array(fc.oneof(yaml, bytes, fc.string({ unit: "binary" })), { maxLength: 3 }), (texts) => {
      const { allowlist, messages } = parse(...texts);
      expect(allowlist === undefined).toBe(messages.length > 0);
      formatMessages(messages);
    });
  });
});

/** Anchors of which each repeats the one before it. */
function bomb(levels: number, times: number): string {
  const rows = Array.from(
    { length: levels },
    (_, n) => `a${n + 1}: &a${n + 1} [${Array(times).fill(`*a${n}`).join(", ")}]`,
  );
  return ["version: 1", "a0: &a0 [x]", ...rows, ""].join("\n");
}

/** A day of its own for each number. */
function window(n: number): string {
  const day = new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10);
  return `from: ${day}, expires: ${day}`;
}
