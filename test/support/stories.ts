/** Stories about one account: a plan is made, applied, something happens, and it is made again. */

import { describe, expect, test } from "vitest";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";
import { makePlan, type Plan } from "../../src/reconcile/plan.js";
import { applied, reliesOn } from "./world-run.js";
import { HEAD } from "./world-steps.js";
import { ACCOUNT, allowlist, NOW, physicalDevice, registration, type Sketch } from "./world.js";

/** One plan of a story, and what happens before it is made. */
interface Moment {
  /** What has happened, in words, for the message of a failure. */
  readonly when?: string;
  /** Without the line `version: 1`; the one before it unless given. */
  readonly allowlist?: string;
  /** The moment of the plan; the one before it unless given, at first {@link NOW}. */
  readonly now?: string;
  /** Registrations that enrolled; one with an id that is there already takes its place. */
  readonly live?: readonly Sketch[];
  /** Hardware that came to be known. */
  readonly devices?: readonly PhysicalDevice[];
  /** Ids of registrations whose acts failed as the plan before was applied. */
  readonly failing?: readonly string[];
  /** The plan before was not applied. */
  readonly unapplied?: boolean;
  /**
   * One line for each decision, in the order of ids: `id: action` or `id: action (rule)`. `stays` is `keep` or `leave`;
   * `goes` is `revoke` or `delete`; several are told apart by `|`. Undefined: whatever the decisions are.
   */
  readonly expect?: readonly string[];
  /** Ids that have no act in this plan: what it must not do, where more than one way is good. */
  readonly untouched?: readonly string[];
  /** Findings of which each must be there: ids that one finding names, all of them, and `~` with words of its text. */
  readonly told?: readonly string[];
  /** `id relies on id`, of the acts of this run. */
  readonly relies?: readonly string[];
  /** `id after id and id`, of all deletions that others have to come before; the rest may go at once. */
  readonly after?: readonly string[];
  /** Codes of what holds the whole plan; nothing unless given. */
  readonly problems?: number;
}

interface Story extends Moment {
  readonly title: string;
  readonly then?: readonly Moment[];
}

export function stories(title: string, table: readonly Story[]): void {
  describe(title, () => {
    test.each(table)("$title", (story) => tell(story));
  });
}

interface Account {
  readonly registrations: readonly Registration[];
  readonly devices: readonly PhysicalDevice[];
}

function tell({ then = [], ...first }: Story): void {
  let account: Account = { registrations: [], devices: [] };
  let text = "";
  let now = NOW;
  let last: Plan | undefined;
  for (const [i, moment] of [first, ...then].entries()) {
    if (last && moment.unapplied !== true)
      account = { ...account, registrations: applied(last, account.registrations, moment.failing) };
    account = grown(account, moment);
    text = moment.allowlist ?? text;
    now = moment.now === undefined ? now : new Date(moment.now);
    last = makePlan(allowlist(HEAD + text), { account: ACCOUNT, ...account }, now);
    check(last, moment, `plan ${i + 1}${moment.when === undefined ? "" : `, ${moment.when}`}`);
  }
}

function grown({ registrations, devices }: Account, { live = [], devices: rows = [] }: Moment): Account {
  const enrolled = live.map(registration);
  return { registrations: replaced(registrations, enrolled), devices: replaced(devices, rows) };
}

function replaced<T extends { readonly id: string }>(all: readonly T[], by: readonly T[]): readonly T[] {
  const ids = new Set(by.map(({ id }) => id));
  return [...all.filter(({ id }) => !ids.has(id)), ...by];
}

function check(plan: Plan, moment: Moment, where: string): void {
  const { expect: wanted, untouched = [], told = [], relies, after, problems = 0 } = moment;
  expect([where, plan.problems.length, plan.problems.map(({ code }) => code)]).toEqual([
    where,
    problems,
    expect.anything(),
  ]);
  if (wanted) expect([where, ...decided(plan, wanted)]).toEqual([where, ...wanted]);
  const acts = plan.acts.map(({ registration: { id } }) => id);
  expect([where, acts.filter((id) => untouched.includes(id))]).toEqual([where, []]);
  const missing = told.filter((one) => !plan.findings.some((finding) => tells(finding, one)));
  expect([where, missing, plan.findings.map(brief)]).toEqual([where, [], expect.anything()]);
  if (relies) expect([where, ...relying(plan)]).toEqual([where, ...relies]);
  if (after) expect([where, ...following(plan)]).toEqual([where, ...after]);
}

/** The decisions in short: in the words of what is wanted where they agree with it, else in full. */
function decided({ decisions }: Plan, wanted: readonly string[]): string[] {
  const byId = new Map(wanted.map((line) => [line.split(":")[0], line]));
  return decisions.map(({ registration: { id }, action, reason: { code } }) => {
    const line = byId.get(id);
    const [, actions = "", rule] = /^[^:]+: ([\w|]+)(?: \(([\w-]+)\))?$/u.exec(line ?? "") ?? [];
    const agrees = actions.split("|").some((one) => (WORDS[one] ?? [one]).includes(action));
    return line !== undefined && agrees && (rule ?? code) === code ? line : `${id}: ${action} (${code})`;
  });
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  stays: ["keep", "leave"],
  goes: ["revoke", "delete"],
};

function tells({ text, registrations }: Plan["findings"][number], wanted: string): boolean {
  const [ids = "", words] = wanted.split("~");
  return (
    ids.split(" ").every((id) => id === "" || registrations.includes(id) || text.includes(id)) &&
    (words === undefined || text.toLowerCase().includes(words.trim().toLowerCase()))
  );
}

function brief({ code, registrations, text }: Plan["findings"][number]): string {
  return `${code} [${registrations.join(" ")}] ${text}`;
}

/** Which acts of this run are made only after another one has worked. */
export function relying({ acts }: Plan): string[] {
  return acts
    .flatMap((act) => {
      const on = reliesOn(act);
      return on.length === 0 ? [] : [`${act.registration.id} relies on ${on.join(" and ")}`];
    })
    .sort();
}

/** What has to be deleted before each deletion, in the order of ids. */
function following({ decisions }: Plan): string[] {
  return decisions.flatMap(({ registration: { id }, together }) =>
    together === undefined ? [] : [`${id} after ${[...together].sort().join(" and ")}`],
  );
}

/** A machine as the account knows it. The default is the record that enrolment makes at that time. */
export function machine(
  id: string,
  serial: string | null,
  hardware: string | null = serial && `HW-${serial}`,
  more: Partial<PhysicalDevice> = {},
): PhysicalDevice {
  return physicalDevice(id, { serial_number: serial, hardware_id: hardware, ...more });
}

/** One laptop under two device ids, as a re-installed client has it. */
export const SAME = [machine("d1", "SN1", "H1"), machine("d2", "SN1", "H1")];
export const BOTH_TYPES = "scope: { registrationTypes: [warp, browser_extension] }\n";

export const BOB = "bob@x.co";
export const EVE = "eve@x.co";

/** Just before {@link NOW}. */
export const IN_USE = "2026-06-01T11:55:00Z";
/** Long revoked, by every rule of these stories, and lately. */
export const LONG_AGO = "2026-03-15T00:00:00Z";
export const LATELY = "2026-05-25T00:00:00Z";

/** The registration that a machine left behind, silent since before the machine enrolled again; and the later one. */
export const R1: Sketch = {
  id: "r1",
  email: BOB,
  device: "d1",
  name: "LAPTOP",
  created: "2026-01-01T00:00:00Z",
  lastSeen: "2026-02-28T00:00:00Z",
};
export const R2: Sketch = {
  id: "r2",
  email: BOB,
  device: "d1",
  name: "LAPTOP",
  created: "2026-03-01T00:00:00Z",
  lastSeen: IN_USE,
};

/** A policy, and the devices of Bob. */
export function bob(policy: string, devices: string, more = ""): string {
  return `policy: { ${policy} }\n${more}users:\n  ${BOB}: [${devices}]\n`;
}
