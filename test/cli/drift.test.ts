import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LIST, NO_LIMITS, SMALL } from "../e2e/small-account.js";
import { NOW, startCliTrial, TOKEN, type CliTrial } from "./trial.js";

let trial: CliTrial;
beforeEach(async () => {
  trial = await startCliTrial(SMALL, { "allowlist.yaml": LIST + NO_LIMITS });
});
afterEach(() => trial.end());

/** The report's text without its line breaks, which depend on the width. */
/** The account's clock moves along with the machine's. */
async function drift(args: string, now = NOW): Promise<{ code: number; text: string; err: string }> {
  trial.simulator.setNow(now);
  const { code, out, err } = await trial.run(`drift ${args}`, { now });
  return { code, text: out.replace(/\s+/gu, " "), err };
}

const ERIN = "erin@example.com is not in the allowlist";
/** Nothing is due, and erin is found. */
const NO_ACTS = `version: 1
policy: { unlisted: report, listedRevoked: report }
scope: { emails: [erin@example.com] }
users: { alice@example.com: [] }
`;

test("a baseline takes away the findings that it names, and no act", async () => {
  await drift("--write-baseline b.yaml");
  const { text, err, code } = await drift("--baseline b.yaml --exit-code");
  expect(text).not.toContain(ERIN);
  expect(text).toContain("to revoke 2, delete 1, unrevoke 1");
  expect(err).toBe("findings that the baseline accepts: 1\n");
  expect(code).toBe(2);
});

test("findings alone are 2 with --exit-code, those that are accepted are not", async () => {
  trial.write(
    "allowlist.yaml",
    NO_ACTS.replace("users: { alice@example.com: [] }", "users: { erin@example.com: [] }"),
  );
  expect((await drift("--exit-code --write-baseline b.yaml")).code).toBe(2);
  expect((await drift("--exit-code --baseline b.yaml")).code).toBe(0);
  expect((await drift("--baseline b.yaml")).code).toBe(0);
});

test("another registration of the same user is another finding", async () => {
  await drift("--write-baseline b.yaml");
  trial.simulator.enrol({ email: "erin@example.com", device_name: "ERIN-2" });
  const { text } = await drift("--baseline b.yaml");
  expect(text).toContain(`${ERIN}: 2 active registrations left alone`);
  expect(text).toContain("the baseline accepts a finding that no longer exists");
});

test("a line that matches nothing any more is told, with its place", async () => {
  await drift("--write-baseline b.yaml");
  trial.write("allowlist.yaml", `${LIST}  erin@example.com: []\n${NO_LIMITS}`);
  const { text } = await drift("--baseline b.yaml");
  expect(text).toContain("the baseline accepts a finding that no longer exists");
  expect(text).toContain("remove the line");
  expect(text).toContain("(b.yaml:3)");
});

describe("what the version before wrote", () => {
  // As that version hashed them: the registrations, or the file and the words.
  const ERIN_KEY = "unknown-user:0376ff94a5a8ea23";
  const ENTRY_KEY = "unmatched-entry:c4d370c6685bcd2f";
  const WITH_ENTRY = LIST.replace("    - serial: SN-d1\n", "    - serial: SN-d1\n    - serial: SN-gone\n");

  beforeEach(() => trial.write("allowlist.yaml", WITH_ENTRY + NO_LIMITS));

  test("in a baseline accepts what it accepted, and is written anew under the new keys", async () => {
    trial.write(
      "b.yaml",
      `version: 1\naccepted:\n  - { key: "${ERIN_KEY}", reason: leaves soon, until: 2026-06-30 }\n  - { key: "${ENTRY_KEY}", reason: on order }\n`,
    );
    const { text, err } = await drift("--baseline b.yaml --write-baseline b.yaml");
    expect(err).toBe("findings that the baseline accepts: 2\n");
    for (const said of [ERIN, "SN-gone", "no longer exists"]) expect(text).not.toContain(said);
    const written = trial.read("b.yaml");
    expect(written).not.toContain(ERIN_KEY);
    expect(written).not.toContain(ENTRY_KEY);
    expect(written).toContain("reason: leaves soon\n    until: 2026-06-30");
    expect(written).toContain("reason: on order");
    expect((await drift("--baseline b.yaml")).err).toBe("findings that the baseline accepts: 2\n");
  });

  test("in a history is the age of what it saw, and is written anew under the new keys", async () => {
    const account = trial.simulator.accountId;
    const since = { [ERIN_KEY]: "2026-05-01T08:00:00.000Z", [ENTRY_KEY]: "2026-05-02T08:00:00.000Z" };
    trial.write(
      "h.json",
      JSON.stringify({ kind: "warp-history", version: 1, account, asOf: "2026-05-12T08:00:00.000Z", since }),
    );
    const { text } = await drift("--history h.json", "2026-05-13T09:00:00Z");
    expect(text).toContain("1 active registration left alone (since 2026-05-01, 12 days)");
    expect(text).toMatch(
      /SN-gone" of alice@example\.com matches no registration \(since 2026-05-02, 11 days\)/u,
    );
    for (const key of [ERIN_KEY, ENTRY_KEY]) expect(trial.read("h.json")).not.toContain(key);
    expect((await drift("--history h.json", "2026-05-14T09:00:00Z")).text).toContain(
      "left alone (since 2026-05-01, 13 days)",
    );
  });
});

test("a line holds until the end of its last day, and is kept by --write-baseline", async () => {
  await drift("--write-baseline b.yaml");
  const own = trial.read("b.yaml").replace(/reason: .*/u, "reason: leaves soon\n    until: 2026-06-30");
  trial.write("b.yaml", own);
  expect((await drift("--baseline b.yaml", "2026-06-30T23:59:00Z")).text).not.toContain(ERIN);
  const over = await drift("--baseline b.yaml", "2026-07-01T00:00:00Z");
  expect(over.text).toContain("(was accepted until 2026-06-30: leaves soon)");
  expect(over.text).not.toContain("no longer exists");
  await drift("--baseline b.yaml --write-baseline b.yaml");
  expect(trial.read("b.yaml")).toContain("leaves soon");
});

test("a history says since when each act and each finding has stood, and forgets what is gone", async () => {
  const first = await drift("--history h.json", "2026-05-01T08:00:00Z");
  expect(first.text).not.toContain("since 2026-05-01");
  trial.simulator.revoke("alice-old");
  const later = await drift("--history h.json", "2026-05-13T09:00:00Z");
  expect(later.text).toContain("no entry for its user allows it (since 2026-05-01, 12 days)");
  expect(later.text).toContain("1 active registration left alone (since 2026-05-01, 12 days)");
  expect(later.text).not.toContain("ALICE-OLD");
  trial.simulator.unrevoke("alice-old");
  const again = await drift("--history h.json", "2026-05-14T09:00:00Z");
  expect(again.text).toMatch(
    /ALICE-OLD \(serial SN-d2\), last seen 2026-05-31 no entry for its user allows it \(new\)/u,
  );
  const next = await drift("--history h.json", "2026-05-15T10:00:00Z");
  expect(next.text).toContain("(since 2026-05-14, 1 day)");
});

test("what is accepted ages all the same", async () => {
  await drift("--write-baseline b.yaml --history h.json", "2026-05-01T08:00:00Z");
  await drift("--baseline b.yaml --history h.json", "2026-05-02T08:00:00Z");
  expect((await drift("--history h.json", "2026-05-05T08:00:00Z")).text).toContain(
    "1 active registration left alone (since 2026-05-01, 4 days)",
  );
});

test("a run as of an earlier moment leaves the history alone", async () => {
  await drift("--history h.json", "2026-05-10T08:00:00Z");
  const before = trial.read("h.json");
  const { err } = await drift("--history h.json --now 2026-05-01");
  expect(err).toContain("h.json is from a later time than this run, and stays unchanged");
  expect(trial.read("h.json")).toBe(before);
});

test.each([
  ["version: 2\naccepted: []\n", "b.yaml:1:1: is not a baseline"],
  ["version: 1\naccepted:\n  - key: a\n", "b.yaml:3:5: an accepted finding needs a `reason`"],
  ["version: 1\naccepted:\n  - key: a\n    reson: x\n", "did you mean `reason`?"],
  [
    "version: 1\naccepted:\n  - key: a\n    reason: x\n    until: soon\n",
    "b.yaml:5:12: `until` is not a day",
  ],
  [
    "version: 1\naccepted: [{key: a, reason: b}, {key: a, reason: c}]\n",
    "b.yaml:2:33: the key a is in the file twice",
  ],
  ["version: 1\naccepted: [\n", "b.yaml:3:1: "],
  ["version: 1\naccepted: &a\n  - *a\n", "b.yaml:3:5: an alias"],
  ["version: 1\naccepted:\n  - ? { a: b }\n    : c\n", "b.yaml:3:7: a key that is not text"],
  ["version: 1\n? [a]\n: b\n", "b.yaml:2:3: a key that is not text"],
  ["null\n", "b.yaml:1:1: is not a baseline"],
])("a baseline that cannot be used is told by its place: %j", async (text, message) => {
  trial.write("b.yaml", text);
  const { code, err } = await drift("--baseline b.yaml");
  expect(code).toBe(1);
  expect(err).toContain(`error: `);
  expect(err).toContain(message);
  expect(err).not.toContain("    at ");
});

test.each([
  ["{", 'h.json:1:2: not JSON: expected a key in double quotes and ":"'],
  ["{}", "h.json: is not a history"],
  ["null", "h.json: is not a history"],
  ["5", "h.json: is not a history"],
  ['["warp-history"]', "h.json: is not a history"],
  ['{"kind":"warp-history","version":1,"account":null}', "is a history of account null"],
  ['{"kind":"warp-history","version":1}', "is a history of account none"],
  [
    '{"kind":"warp-history","version":1,"account":"ACCOUNT","since":null,"asOf":"2026-01-01T00:00:00Z"}',
    "h.json: since: expected a mapping",
  ],
  [
    '{"kind":"warp-history","version":1,"account":"ACCOUNT","since":{"a":2026},"asOf":"2026-01-01T00:00:00Z"}',
    'h.json: "a": its value is not a time',
  ],
  [
    '{"kind":"warp-history","version":1,"account":"other","since":{},"asOf":"2026-01-01T00:00:00Z"}',
    "is a history of account other",
  ],
  [
    '{"kind":"warp-history","version":1,"account":"ACCOUNT","since":{"a":"x"},"asOf":"2026-01-01T00:00:00Z"}',
    "its value is not a time",
  ],
  [
    '{"kind":"warp-history","version":1,"account":"ACCOUNT","since":{},"enrolled":[],"asOf":"2026-01-01T00:00:00Z"}',
    "h.json: enrolled: expected a mapping",
  ],
  [
    '{"kind":"warp-history","version":1,"account":"ACCOUNT","since":{},"enrolled":{"a":null},"asOf":"2026-01-01T00:00:00Z"}',
    'h.json: "a": its value is not a time',
  ],
  [
    '{"kind":"warp-history","version":1,"account":"ACCOUNT","since":{},"enrolled":{"a":{"first":"x","seen":"2026-01-01T00:00:00Z"}},"asOf":"2026-01-01T00:00:00Z"}',
    'h.json: "a": its value is not a time',
  ],
])("a history that cannot be used is told, and stays: %s", async (given, message) => {
  const text = given.replace("ACCOUNT", trial.simulator.accountId);
  trial.write("h.json", text);
  const { code, err } = await drift("--history h.json");
  expect(code).toBe(1);
  expect(err).toContain(message);
  expect(trial.read("h.json")).toBe(text);
});

describe("what this stack revoked, by", () => {
  const OURS = LIST.replace("version: 1\n", "version: 1\npolicy: { listedRevoked: ours }\n");
  const AGAIN = OURS.replace("    - serial: SN-d1\n", "    - serial: SN-d1\n    - serial: SN-d2\n");
  const letIn = async () =>
    (await drift("--history h.json", "2026-06-03T12:00:00Z")).text.match(/\+ unrevoke \S+/gu) ?? [];

  /** Due in a first run; then it is revoked, and a second run sees that. */
  async function revokedAsAsked(): Promise<void> {
    trial.write("allowlist.yaml", OURS + NO_LIMITS);
    await drift("--history h.json", "2026-06-01T12:00:00Z");
    trial.simulator.setNow("2026-06-01T18:00:00Z");
    trial.simulator.revoke("alice-old");
    await drift("--history h.json", "2026-06-02T12:00:00Z");
    trial.write("allowlist.yaml", AGAIN + NO_LIMITS);
  }

  test("a history: what was due and was then revoked is let in again", async () => {
    await revokedAsAsked();
    expect(await letIn()).toEqual(["+ unrevoke ALICE-OLD"]);
  });

  test("a history: not what somebody revoked again after that", async () => {
    await revokedAsAsked();
    trial.simulator.unrevoke("alice-old");
    trial.simulator.setNow("2026-06-03T10:00:00Z");
    trial.simulator.revoke("alice-old");
    expect(await letIn()).toEqual([]);
  });

  test("explain and who say what the plan does, by the same file", async () => {
    await revokedAsAsked();
    const at = { now: "2026-06-03T12:00:00Z" };
    expect((await trial.run("explain alice-old", at)).out).toContain("by an unknown party");
    expect((await trial.run("explain alice-old --own h.json", at)).out).toContain("unrevoke is due");
    expect((await trial.run("who", at)).out).not.toContain("ALICE-OLD");
    expect((await trial.run("who --own h.json", at)).out).toMatch(/ALICE-OLD.*to be let in/u);
  });

  test("and a change that takes that back is told", async () => {
    await revokedAsAsked();
    trial.write("base.yaml", AGAIN + NO_LIMITS);
    trial.write("allowlist.yaml", OURS + NO_LIMITS);
    const { out } = await trial.run("plan --own h.json --base base.yaml", { now: "2026-06-02T12:00:00Z" });
    expect(out.replace(/\s+/gu, " ")).toContain(
      "the change no longer lets in 1 revoked registration of alice@",
    );
  });

  test("a file that tells nothing of it is an error", async () => {
    const { code, err } = await drift("--own allowlist.yaml");
    expect(code).toBe(1);
    expect(err).toContain("--own allowlist.yaml: contains nothing that a stack of account");
    expect(err).toContain("fix: give the output of `pulumi stack export`");
  });
});

describe("a grace that was spent", () => {
  const GRACE = `version: 1
policy: { unlisted: delete, unknownUsers: report, listedRevoked: report, grace: 72h }
users:
  carol@example.com: []
scope: { emails: [carol@example.com] }
${NO_LIMITS}`;
  const laptop = { email: "carol@example.com", device_name: "SPARE", serial_number: "SN-SPARE" };
  const spareIs = (text: string) => (/delete +SPARE/u.test(text) ? "deleted" : "left");

  /** Carol enrols what nobody lists, a run sees it, and somebody deletes it with its device. */
  async function seenAndDeleted(): Promise<void> {
    trial.write("allowlist.yaml", GRACE);
    trial.simulator.setNow("2026-06-01T12:00:00Z");
    const { device } = trial.simulator.enrol(laptop);
    const begun = await drift("--history h.json", "2026-06-02T12:00:00Z");
    expect(begun.text).not.toContain("can enrol again");
    const { url, accountId } = trial.simulator;
    await fetch(`${url}/accounts/${accountId}/devices/physical-devices/${device.id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    await drift("--history h.json", "2026-06-04T12:00:00Z");
    trial.simulator.setNow("2026-06-05T12:00:00Z");
    trial.simulator.enrol(laptop);
  }

  test("is not given again to a device that a history remembers", async () => {
    await seenAndDeleted();
    const now = "2026-06-05T13:00:00Z";
    expect(spareIs((await drift("", now)).text)).toBe("left");
    expect((await drift("", now)).text).toContain("can enrol again for another grace");
    for (const run of [() => drift("--history h.json", now), () => drift("--own h.json", now)]) {
      const { text } = await run();
      expect(spareIs(text)).toBe("deleted");
      expect(text).not.toContain("can enrol again for another grace");
    }
    const env = { WARP_HISTORY: join(trial.folder, "h.json") };
    expect(spareIs((await trial.run("plan", { now, env })).out)).toBe("deleted");
  });

  test("is kept for a year, by a hash, and only of what a deletion would make the account forget", async () => {
    await seenAndDeleted();
    type Enrolled = Readonly<Record<string, { first: string; seen: string }>>;
    const enrolled = () => (JSON.parse(trial.read("h.json")) as { enrolled?: Enrolled }).enrolled;
    const ofSpare = Object.values(enrolled() ?? {}).filter(({ first }) => !first.startsWith("2026-05-01"));
    // By the device's id and by its serial; Carol's others enrolled in May. A year counts from when it was last there.
    expect(ofSpare.map(({ first, seen }) => [first.slice(0, 16), seen.slice(0, 16)])).toEqual([
      ["2026-06-01T12:00", "2026-06-02T12:00"],
      ["2026-06-01T12:00", "2026-06-02T12:00"],
    ]);
    expect(JSON.stringify(enrolled())).not.toMatch(/carol|SPARE/u);
    trial.write("allowlist.yaml", GRACE.replace("unlisted: delete", "unlisted: revoke"));
    await drift("--history h.json", "2027-06-02T11:00:00Z");
    expect(Object.keys(enrolled() ?? {})).toHaveLength(8);
    await drift("--history h.json", "2027-06-02T13:00:00Z");
    expect(Object.keys(enrolled() ?? {})).toHaveLength(6);
    await drift("--history h.json", "2027-06-05T13:00:00Z");
    expect(enrolled()).toBeUndefined();
  });

  test.each([
    "plan --output json=h.json",
    "who --output h.json",
    "explain carol@example.com --output h.json",
  ])("is written over by no report: %s", async (command) => {
    await seenAndDeleted();
    const kept = trial.read("h.json");
    const { code, err } = await trial.run(command, { env: { WARP_HISTORY: join(trial.folder, "h.json") } });
    expect(code).toBe(1);
    expect(err).toContain("h.json");
    expect(trial.read("h.json")).toBe(kept);
  });

  test("a history that the environment names, and that cannot be used, is an error before the account is asked", async () => {
    trial.write("h.json", "{}");
    const env = { WARP_HISTORY: join(trial.folder, "h.json") };
    const { code, out, err } = await trial.run("plan", { env });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("h.json is not a history of account");
    expect(err).toContain("fix: name a file that drift --history wrote, or unset WARP_HISTORY");
    expect(trial.simulator.log()).toEqual([]);
  });
});
