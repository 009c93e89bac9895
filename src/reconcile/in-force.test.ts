import { describe, expect, test } from "vitest";
import { plan } from "../../test/support/world.js";
import { ALICE, HEAD, notices, steps } from "../../test/support/world-steps.js";

const A = { id: "a", email: ALICE, device: "d1" };

function entry(days: string, more = ""): string {
  return `users:\n  ${ALICE}:\n    - { device: d1, ${days} }\n${more}`;
}

describe("an entry speaks on whole days, in UTC", () => {
  test.each([
    ["from: 2026-06-02", "2026-06-01T23:59:59.999Z", "a: revoke (expired) 4"],
    ["from: 2026-06-02", "2026-06-02T00:00:00.000Z", "a: keep (entry) 4"],
    ["expires: 2026-06-02", "2026-06-02T00:00:00.000Z", "a: keep (entry) 4"],
    ["expires: 2026-06-02", "2026-06-02T23:59:59.999Z", "a: keep (entry) 4"],
    ["expires: 2026-06-02", "2026-06-03T00:00:00.000Z", "a: revoke (expired) 4"],
    ["from: 2026-06-02, expires: 2026-06-02", "2026-06-02T12:00:00.000Z", "a: keep (entry) 4"],
    ["from: 2026-06-02, expires: 2026-06-02", "2026-06-03T12:00:00.000Z", "a: revoke (expired) 4"],
    ["from: 2026-06-02, expires: 2026-06-02", "2026-06-01T12:00:00.000Z", "a: revoke (expired) 4"],
  ])("%s at %s", (days, now, wanted) => {
    const made = plan(HEAD + entry(days), [A], undefined, new Date(now));
    const [{ registration, action, reason, source } = expect.fail("no decision")] = made.decisions;
    expect(`${registration.id}: ${action} (${reason.code}) ${source.line}`).toBe(wanted);
  });
});

steps("an entry whose time is over", [
  {
    title: "lets the policy decide, also where it deletes",
    allowlist: `policy: { unlisted: delete }\n${entry("expires: 2026-05-31")}`,
    live: [A, { id: "b", email: ALICE, device: "d1", revoked: "2026-05-20T00:00:00Z" }],
    expect: ["a: delete (expired) 5", "b: delete (expired) 5"],
    findings: ["expired-entry:"],
  },
  {
    title: "is reported where the policy only reports",
    allowlist: `policy: { unlisted: report }\n${entry("expires: 2026-05-31")}`,
    live: [A],
    expect: ["a: leave (expired) 5"],
    findings: ["expired-entry:", "expired: a"],
  },
  {
    title: "leaves the word to a weaker one that speaks",
    allowlist: entry("expires: 2026-05-31", "    - name: NAME-a\n"),
    live: [A],
    expect: ["a: keep (entry) 5"],
  },
  {
    title: "contradicts nothing",
    allowlist: entry("expires: 2026-05-31", "    - { device: d1, name: NAME-a, state: revoked }\n"),
    live: [A],
    expect: ["a: revoke (entry) 5"],
  },
  {
    title: "refuses no more either, so that nobody speaks for the device",
    allowlist: entry("state: deleted, expires: 2026-05-31"),
    live: [A],
    expect: ["a: revoke (expired) 4"],
  },
  {
    title: "is named before others where several would match, the strongest first",
    allowlist: `users:\n  ${ALICE}:\n    - { name: NAME-a, expires: 2026-05-31 }\n    - { device: d1, expires: 2026-05-31 }\n`,
    live: [A],
    expect: ["a: revoke (expired) 5"],
  },
]);

test("the decision says when the entry speaks", () => {
  const text = (days: string) => plan(HEAD + entry(days), [A]).decisions[0]?.reason.text;
  expect(text("expires: 2026-05-31")).toBe('device "d1" applies until 2026-05-31');
  expect(text("from: 2026-07-01")).toBe('device "d1" applies from 2026-07-01');
  expect(text("from: 2026-07-01, expires: 2026-07-31")).toBe(
    'device "d1" applies from 2026-07-01 until 2026-07-31',
  );
});

describe("the last day of an entry", () => {
  test.each([
    ["2026-06-16T23:59:59.999Z", []],
    ["2026-06-17T00:00:00.000Z", ["expiring-entry:"]],
    ["2026-06-30T23:59:59.999Z", ["expiring-entry:"]],
    ["2026-07-01T00:00:00.000Z", ["expired-entry:"]],
  ])("2026-06-30, as of %s", (now, wanted) => {
    const made = plan(HEAD + entry("expires: 2026-06-30"), [], undefined, new Date(now));
    expect(notices(made).filter((text) => text.startsWith("expir"))).toEqual(wanted);
  });

  test("is told with the owner, and the line", () => {
    const text = (day: string, owner = ", owner: IT") => {
      const made = plan(HEAD + entry(`expires: ${day}${owner}`), [A]);
      return made.findings.filter(({ source }) => source?.line === 4).map((one) => one.text);
    };
    expect(text("2026-06-02")).toEqual([`device "d1" of ${ALICE} expires after 2026-06-02 (owner: IT)`]);
    expect(text("2026-06-02", "")).toEqual([`device "d1" of ${ALICE} expires after 2026-06-02`]);
    expect(text("2026-05-31")).toEqual([
      `device "d1" of ${ALICE} expired after 2026-05-31 (owner: IT); renew or remove it`,
    ]);
  });
});

test("an entry that does not speak yet is not missed", () => {
  expect(notices(plan(HEAD + entry("from: 2026-07-01"), []))).toEqual([]);
  expect(notices(plan(HEAD + entry("from: 2026-05-01"), []))).toEqual(["unmatched-entry:"]);
});

test("a state that is still to come is told, with the day", () => {
  const made = plan(`${HEAD}users:\n  ${ALICE}:\n    state: suspended\n    since: 2026-07-01\n`, [A]);
  expect(made.findings.find(({ code }) => code === "upcoming-state")).toMatchObject({
    text: `${ALICE} will be suspended from 2026-07-01 on`,
    source: { line: 4 },
  });
});
