/** Tables of changes: an allowlist before and after, and what a reviewer is told of it. */

import { describe, expect, test } from "vitest";
import type { SourcePosition } from "../../src/allowlist/messages.js";
import type { Allowlist } from "../../src/allowlist/model.js";
import { findChange } from "../../src/reconcile/change.js";
import type { Finding } from "../../src/reconcile/findings/finding.js";
import { makePlan, type Plan } from "../../src/reconcile/plan.js";
import { HEAD } from "./world-steps.js";
import { allowlist, NOW, physicalDevice, registration, type Sketch } from "./world.js";

const SKETCHES: readonly Sketch[] = [
  { id: "a1", email: "ann@example.com", device: "d1", name: "ANN" },
  { id: "b1", email: "bob@example.com", device: "d2", name: "BOB" },
  { id: "b2", email: "bob@example.com", device: "d3", name: "BOB-OLD", revoked: "2026-05-01T00:00:00Z" },
];

const HARDWARE = { device_type: "mac", model: "MacBookPro", client_version: "2025.11.1" };

/** What follows where one device is not cut off any more. */
export const STAYS = ", and 1 active registration stays connected";

/** The text of an allowlist from its second line on. */
export const ANN = "users:\n  ann@example.com:\n    - serial: SN-d1\n";
/** Goes on after {@link ANN}. */
export const BOB = "  bob@example.com:\n    - serial: SN-d2\n";

/** Ann's entries, the first in line 4. */
export function entries(...all: readonly string[]): string {
  return `users:\n  ann@example.com:\n${all.map((keys) => `    - ${keys}\n`).join("")}`;
}

interface ChangeStep {
  readonly name: string;
  /** Without the line `version: 1`, which is line 1. */
  readonly before: string;
  readonly after: string;
  /** What is told of the change, and nothing besides. */
  readonly tells: readonly (string | RegExp)[];
  /** Of each: its place in the new file, in the old one, and its registrations; as `5:7, before 4:7, a1 b1`. */
  readonly places?: readonly string[];
  /** Of each: what it is about, by which a baseline knows it again; the parts of its subject, joined by ` | `. */
  readonly about?: readonly string[];
  /** What is told of the change the other way round. */
  readonly back?: readonly (string | RegExp)[];
  readonly backPlaces?: readonly string[];
  /** What is connected besides Ann's device `d1` and Bob's `d2`. */
  readonly live?: readonly Sketch[];
}

export function changeSteps(title: string, table: readonly ChangeStep[]): void {
  describe(title, () => {
    test.each(table)("$name", ({ before, after, tells, places, about, back, backPlaces, live = [] }) => {
      const told = change(before, after, live);
      expectTold(told, tells, places);
      if (about) expect(told.map(({ subject }) => subject.join(" | "))).toEqual(about);
      if (back !== undefined) expectTold(change(after, before, live), back, backPlaces);
    });
  });
}

function change(before: string, after: string, live: readonly Sketch[]): readonly Finding[] {
  return tellChange(allowlist(HEAD + before, "base.yaml"), allowlist(HEAD + after, "head.yaml"), live);
}

/** What is told of a change, on the account of these tables. */
export function tellChange(
  base: Allowlist,
  head: Allowlist,
  live: readonly Sketch[] = [],
): readonly Finding[] {
  const sketches = [...SKETCHES, ...live];
  const inventory = {
    account: "test",
    registrations: sketches.map(registration),
    devices: sketches.map(({ device = "", name = "" }) =>
      physicalDevice(device, { ...HARDWARE, name, serial_number: `SN-${device}` }),
    ),
  };
  const [before, after] = [base, head].map((one) => makePlan(one, inventory, NOW)) as [Plan, Plan];
  return findChange({ base, head }, { before, after });
}

function expectTold(
  told: readonly Finding[],
  wanted: readonly (string | RegExp)[],
  places: readonly string[] | undefined,
): void {
  expect(told.map(({ code, text }) => `${code.replace("change-", "")}: ${text}`)).toEqual(
    wanted.map((one) => (typeof one === "string" ? one : (expect.stringMatching(one) as unknown))),
  );
  if (places) expect(told.map(placeOf)).toEqual(places);
}

function placeOf({ source, related = [], registrations }: Finding): string {
  const before = related.map(
    (one) => `${one.text.replace(" the change", "")} ${at("base.yaml", one.source)}`,
  );
  return [...(source ? [at("head.yaml", source)] : []), ...before, registrations.join(" ")]
    .filter((part) => part !== "")
    .join(", ");
}

function at(wanted: string, { file, line, column }: SourcePosition): string {
  return file === wanted ? `${line}:${column}` : `${file}:${line}:${column}`;
}
