/** Reports of an account with many people, as a reviewer meets them. */

import type { ReportDocument } from "../../src/report/document.js";
import { type DocumentOptions, toDocument } from "../../src/report/to-document.js";
import { findChange, withChange } from "../../src/reconcile/change.js";
import { allowlist, NOW, physicalDevice, plan, type Sketch } from "./world.js";

const FIRST = [
  "alexandra",
  "benjamin",
  "chiara",
  "daniel",
  "elif",
  "florian",
  "grace",
  "henrik",
  "ines",
  "jun",
];
const LAST = [
  "anderson",
  "baumgartner",
  "castellano",
  "dimitrov",
  "eriksson",
  "fernandez",
  "goldberg",
  "hoffmann",
];
const MODELS = [
  "MacBookPro18,3",
  "Mac15,6",
  "Latitude 7420",
  "ThinkPad T14s",
  "Pixel 9",
  "iPad Air",
  "Surface 6",
];

interface Fleet {
  /** So many listed devices are lost, and deleted. */
  readonly lost: number;
  /** So many devices no entry allows: they are cut off. */
  readonly strangers: number;
  /** So many listed devices are revoked, and let in again. */
  readonly back: number;
  /** So many stay connected. */
  readonly kept: number;
}

/**
 * One device a person, of the first kind that has one left; what else the document says is told in `options`. Where it is
 * `changed`, a change has taken every stranger's entry away, and raised a guard; `policy.unlisted` stands in a line.
 */
export function fleetDocument(
  { changed = false, ...fleet }: Fleet & { readonly changed?: boolean },
  options: Partial<DocumentOptions> = {},
): ReportDocument {
  const kinds = (["lost", "strangers", "back", "kept"] as const).flatMap((kind) =>
    Array.from({ length: fleet[kind] }, () => kind),
  );
  const lines: string[] = [];
  const before: string[] = [];
  const sketches: Sketch[] = [];
  const devices = kinds.map((kind, at) => {
    const [first = "", last = ""] = [FIRST[at % FIRST.length], LAST[(at >> 1) % LAST.length]];
    const email = `${first}.${last}${at}@example.com`;
    const model = MODELS[at % MODELS.length] ?? "";
    const serial = `C02${(at * 7919 + 100_000).toString(36).toUpperCase()}`;
    const day = String(1 + (at % 28)).padStart(2, "0");
    sketches.push({
      id: `r${at}`,
      email,
      device: `d${at}`,
      name: `${first.charAt(0).toUpperCase()}${first.slice(1)}'s ${model.replace(/\d.*/u, "").trim()}`,
      created: `2025-${String(1 + (at % 12)).padStart(2, "0")}-${day}T08:00:00Z`,
      lastSeen: `2026-05-${day}T08:00:00Z`,
      clientVersion: "2026.4.1350.0",
      revoked: kind === "back" ? "2026-05-20T10:00:00Z" : undefined,
    });
    const entry = `{ serial: ${serial}${kind === "lost" ? ", state: deleted, reason: lost on a train" : ""} }`;
    lines.push(`  ${email}: [${kind === "strangers" ? "" : entry}]`);
    before.push(`  ${email}: [${entry}]`);
    return physicalDevice(`d${at}`, { serial_number: serial, model, device_type: "mac" });
  });
  const list = (revoke: number, users: readonly string[]) =>
    `version: 1\n${changed ? "policy:\n  unlisted: revoke\n" : ""}guards:\n  revoke: { max: ${revoke} }\n  delete: { max: 1000 }\n  unrevoke: { max: 1000 }\nusers:\n${users.join("\n")}\n`;
  const after = plan(list(1000, lines), sketches, devices);
  const terms = { generatedAt: NOW, run: false, ...options };
  if (!changed) return toDocument(after, terms);
  const old = `# Before the change, each line stood one further down.\n${list(900, before)}`;
  const lists = { base: allowlist(old), head: allowlist(list(1000, lines)) };
  return toDocument(withChange(lists, { before: plan(old, sketches, devices), after }), terms);
}

/** What the stack says of itself. */
export const OWNER = { id: "run-1", stack: "warp-registrations/production" };

/** What a run in CI says of itself. */
export const AT_FORGE = {
  origin: {
    commit: "5d35baa0c4e1f8f1d1d0b0e6c1b7a3e2f4d5c6b7",
    pullRequest: "12",
    pullRequestUrl: "https://git.example/acme/warp/pull/12",
    runUrl: "https://git.example/acme/warp/actions/runs/9876543210",
  },
};

/** The document of a run that did all that was due. */
export function allDone(document: ReportDocument): ReportDocument {
  return {
    ...document,
    results: (document.results ?? []).map((one) => ({ ...one, result: "done" as const })),
  };
}

export const TWELVE: Fleet = { lost: 3, strangers: 8, back: 1, kept: 20 };

export const FOUR_HUNDRED: Fleet = { lost: 10, strangers: 370, back: 20, kept: 40 };

/** A plan without an act, of a change that adds sixty people, raises a guard and protects somebody. */
export function hiresDocument(options: Partial<DocumentOptions> = {}): ReportDocument {
  const people = (prefix: string, count: number) =>
    Array.from(
      { length: count },
      (_, at) => `  ${prefix}${at}@example.com: [{ serial: SN-${prefix}${at} }]\n`,
    );
  const old = people("old", 20).join("");
  const base = `version: 1\nguards:\n  revoke: { max: 5 }\nusers:\n${old}`;
  const head = `version: 1\nguards:\n  revoke: { max: 500 }\nprotected:\n  users: [stranger@example.net]\nusers:\n${old}${people("new.hire", 60).join("")}`;
  const sketches = Array.from({ length: 20 }, (_, at): Sketch => ({
    id: `o${at}`,
    email: `old${at}@example.com`,
    device: `d${at}`,
    name: `LAPTOP-${at}`,
  }));
  const devices = sketches.map((_, at) => physicalDevice(`d${at}`, { serial_number: `SN-old${at}` }));
  const [before, after] = [plan(base, sketches, devices), plan(head, sketches, devices)];
  const findings = findChange({ base: allowlist(base), head: allowlist(head) }, { before, after });
  return toDocument(
    { ...after, findings: [...findings, ...after.findings] },
    { generatedAt: NOW, run: false, ...options },
  );
}
