import { checkAccount } from "../../allowlist/checks.js";
import { AllowlistError, type SourcePosition } from "../../allowlist/messages.js";
import type { Allowlist } from "../../allowlist/model.js";
import type { EntryMatch } from "../../allowlist/match-values.js";
import { toDay } from "../../allowlist/values.js";
import { bestMatch, type NewEntry } from "../../allowlist/write-entry.js";
import { lineBefore } from "../../allowlist/write.js";
import type { Registration } from "../../cloudflare/types.js";
import { aboutRule, type Decision } from "../../reconcile/decision.js";
import { named } from "../../reconcile/findings/finding.js";
import { type HardwareIndex, indexHardware } from "../../reconcile/hardware.js";
import type { Plan } from "../../reconcile/plan.js";
import { entryOfMatch, userOf } from "../../reconcile/scope.js";
import type { ReportDocument } from "../../report/document.js";
import type { FullInventory } from "../../run/account.js";
import { momentOf, openSource } from "../account.js";
import { type Surroundings, UserError } from "../command.js";
import { readReportFile } from "../files.js";
import type { AccountOptions } from "../options.js";
import {
  type AllowlistChange,
  changeAllowlist,
  type ChangeContext,
  type OpenAllowlist,
  planOf,
  sameEntry,
  type Wanted,
} from "./accept-change.js";
import { findTargets } from "./find.js";

// The account that `accept` uses, and which of its registrations are meant.

export interface TargetOptions extends AccountOptions {
  readonly undo?: string;
  readonly quiet?: boolean;
  readonly now?: Date;
}

interface ListedTargets {
  readonly full: FullInventory;
  readonly targets: readonly Registration[];
  readonly lost: readonly string[];
  /** The moment by the account's clock; undefined for a saved account. */
  readonly asOf?: Date;
}

/** The account as it is now. A run's report only selects the registrations that are meant. */
export async function listTargets(
  surroundings: Surroundings,
  what: string | undefined,
  options: TargetOptions,
  allowlist: Allowlist,
): Promise<ListedTargets> {
  const { undo } = options;
  const document = undo === undefined ? undefined : readReportFile(surroundings.folder, undo, GIVE);
  const { full, ...moment } = await listAccount(surroundings, options, allowlist);
  if (undo !== undefined && document) return { full, ...findUndone(undo, document, full), ...moment };
  return { full, targets: findTargets(what ?? "", full.registrations), lost: [], ...moment };
}

async function listAccount(
  surroundings: Surroundings,
  options: TargetOptions,
  allowlist: Allowlist,
): Promise<Pick<ListedTargets, "full" | "asOf">> {
  const source = openSource(surroundings, options);
  checkAccount(allowlist, source.account);
  if (source.redacted === true)
    throw new UserError(
      `${options.inventory ?? ""}: is redacted: its ids and addresses are pseudonyms`,
      "create an inventory without --redact",
    );
  const full = await source.listFull();
  // A saved account is accepted from today on, not from the time when it was saved.
  return source.takenAt ? { full } : { full, asOf: momentOf(surroundings, source, options) };
}

// What a run revoked, and what it deleted.

interface Undone {
  readonly targets: readonly Registration[];
  /** What cannot be brought back, each with the reason. */
  readonly lost: readonly string[];
}

const GIVE = "give the report of an update: WARP_REPORT=run.json pulumi up";

/** @throws UserError if it is the report of a plan or of another account, or the run revoked nothing */
function findUndone(
  path: string,
  { results, decisions, account }: ReportDocument,
  { registrations, account: here }: FullInventory,
): Undone {
  if (!results) throw new UserError(`${path}: is the report of a plan, which did nothing`, GIVE);
  if (account !== here)
    throw new UserError(
      `${path}: is a report of account ${account}, but this run is for ${here}`,
      "give a report of this account",
    );
  const live = new Map(registrations.map((one) => [one.id, one]));
  const known = new Map(decisions.map((decision) => [decision.registration.id, decision]));
  const targets: Registration[] = [];
  const lost: string[] = [];
  for (const { registration: id, act, result } of results) {
    if (result !== "done" || act === "unrevoke") continue;
    const one = live.get(id);
    if (act === "revoke" && one) targets.push(one);
    else {
      const user = known.get(id)?.registration.user.email ?? "";
      const name = known.get(id)?.registration.device.name ?? "";
      const what = one ? named(one, userOf(one)) : `${name} (${id}) of ${user === "" ? "no user" : user}`;
      lost.push(
        `${what}: ${act === "delete" ? "was deleted" : "is gone"}, which cannot be undone; the device has to enrol again`,
      );
    }
  }
  if (targets.length + lost.length === 0)
    throw new UserError(`${path}: this run revoked and deleted nothing`, "there is nothing to bring back");
  return { targets, lost };
}

// Which entries would allow the registrations, and what else these entries change.

/** What every new entry sets besides its match. */
export type Details = Omit<NewEntry, "match" | "state" | "from">;

export interface Refused {
  readonly registration: Registration;
  readonly why: Refusal;
}

export interface Proposal {
  readonly wanted: readonly (Wanted & { readonly registration: Registration })[];
  /** Undefined if there is nothing left to add. */
  readonly change?: AllowlistChange;
  readonly refused: readonly Refused[];
  /** The decisions that would change besides. */
  readonly effects: readonly string[];
}

/** @throws AllowlistError if the result would not be valid, or would hold the whole plan */
export function propose(
  open: OpenAllowlist,
  targets: readonly Registration[],
  context: ChangeContext,
  details: Details,
): Proposal {
  const before = planOf(open.allowlist, context);
  const index = indexHardware(context.full.devices).index;
  const refused: Refused[] = [];
  const byId = new Set<string>();
  let toAdd = targets.filter((registration) => {
    const decision = decisionOf(before, registration);
    const why = decision ? refusalOf(decision) : OUT_OF_SCOPE;
    // An entry by hardware applies to the newer registration just as well.
    const isSuperseded = decision?.reason.code === "superseded";
    if (isSuperseded) byId.add(registration.id);
    const refusal = why ?? (decision && !isSuperseded ? repeats(open, decision, context, index) : undefined);
    if (refusal) refused.push({ registration, why: refusal });
    return refusal === undefined;
  });
  for (;;) {
    const wanted = toWanted(open, toAdd, { index, byId, details, asOf: context.asOf });
    if (wanted.length === 0) return { wanted, refused, effects: [] };
    const change = changeAllowlist(open, wanted, context);
    const failed = toAdd.filter((one) => decisionOf(change.plan, one)?.desired !== "active");
    if (failed.length === 0) {
      refuseContradictions(before, change.plan);
      return { wanted, change, refused, effects: effectsOf(before, change.plan, toAdd) };
    }
    for (const registration of failed) {
      // A registration that its hardware matches may still be refused by a rule that yields to the registration's own
      // id.
      if (!byId.has(registration.id)) byId.add(registration.id);
      else {
        refused.push({ registration, why: stillRefused(decisionOf(change.plan, registration), change) });
        toAdd = toAdd.filter((one) => one !== registration);
      }
    }
  }
}

const OUT_OF_SCOPE: Refusal = {
  text: "it is out of the allowlist's scope, so nothing is decided about it",
  fix: "widen `scope` in the root file first",
};

interface EntryContext {
  readonly index: HardwareIndex;
  readonly byId: ReadonlySet<string>;
  readonly details: Details;
  readonly asOf: Date;
}

function toWanted(
  open: OpenAllowlist,
  targets: readonly Registration[],
  { index, byId, details, asOf }: EntryContext,
): Proposal["wanted"] {
  const wanted = new Map<string, Proposal["wanted"][number]>();
  for (const registration of targets) {
    const { id } = registration;
    const match = byId.has(id) ? { registration: id } : matchFor(registration, index);
    const email = userOf(registration);
    const key = JSON.stringify([email, match]);
    const entry: NewEntry = { match, state: "active", ...details, ...since(open, email, { match }, asOf) };
    if (!wanted.has(key)) wanted.set(key, { email, entry, registration });
  }
  return [...wanted.values()];
}

function matchFor({ id, device }: Registration, index: HardwareIndex): EntryMatch {
  return bestMatch({ ...index.get(device.id), device: device.id, registration: id }) ?? { registration: id };
}

/**
 * Refuses an entry whose match another entry already has, if that one does not allow the registration: it would only
 * repeat it.
 */
function repeats(
  { allowlist }: OpenAllowlist,
  { registration, user, reason }: Decision,
  { asOf }: ChangeContext,
  index: HardwareIndex,
): Refusal | undefined {
  const match = matchFor(registration, index);
  const known = entryOfMatch(allowlist.users.get(user), match, asOf);
  return (
    known && {
      text: `the entry at ${placeOf(known.source)} has the same match: ${reason.text}`,
      fix: "change that entry",
    }
  );
}

/**
 * The first day of the entry. One match may appear twice if the days differ: after an entry that expires, the new one
 * begins today.
 */
function since(
  { allowlist }: OpenAllowlist,
  email: string,
  entry: Pick<NewEntry, "match">,
  asOf: Date,
): Pick<NewEntry, "from"> {
  const over = allowlist.users
    .get(email)
    ?.entries.some((known) => known.expires !== undefined && sameEntry(known, entry));
  const today = over === true ? toDay(asOf.toISOString().slice(0, 10)) : undefined;
  return today ? { from: today } : {};
}

function decisionOf({ decisions }: Plan, { id }: Registration): Decision | undefined {
  return decisions.find(({ registration }) => registration.id === id);
}

/** The reason, with its line in the allowlist as it is now: nobody can see the lines of the change. */
function stillRefused(decision: Decision | undefined, { files }: AllowlistChange): Refusal {
  if (!decision) return OUT_OF_SCOPE;
  const { reason, source } = decision;
  const changed = files.find(({ file }) => file === source.file);
  const line = changed ? lineBefore(changed.before, changed.edits, source.line) : source.line;
  return {
    text: `an entry would not make it allowed: ${reason.text} (${reason.code}, ${source.file}:${line})`,
    fix: "change that line first",
  };
}

function refuseContradictions(before: Plan, after: Plan): void {
  if (after.problems.length > before.problems.length) throw new AllowlistError(after.problems);
}

function effectsOf(before: Plan, after: Plan, targets: readonly Registration[]): string[] {
  const meant = new Set(targets.map(({ id }) => id));
  const then = new Map(before.decisions.map(({ registration, action }) => [registration.id, action]));
  return after.decisions.flatMap(({ registration, user, action, reason }) => {
    const was = then.get(registration.id);
    if (was === undefined || was === action) return [];
    const others = meant.has(registration.id) ? "" : "also ";
    return [`${others}${named(registration, user)}: ${action}, before: ${was} (${reason.text})`];
  });
}

// Why an entry for a registration would be wrong, or would have no effect.

interface Refusal {
  readonly text: string;
  readonly fix: string;
}

/** Undefined if an entry may help. */
function refusalOf(decision: Decision): Refusal | undefined {
  const { reason, source, entry, desired, live } = decision;
  const line = placeOf(source);
  switch (reason.code) {
    case "contradiction":
      return {
        text: `its entries contradict each other (${line}): ${reason.text}`,
        fix: "remove one of them first",
      };
    case "no-user":
      return {
        text: "it belongs to no person, and every entry belongs to a user",
        fix: "list it under `protected` or `ignore`, or see `policy.noUser`",
      };
    case "condition":
      return { text: `${reason.text} (${line})`, fix: "change what that entry requires" };
    case "older":
      return {
        text: `the entry at ${line} already allows its device, and it is ${reason.text}`,
        fix: "do nothing: the newest registration of a device is the one that connects",
      };
    case "doubt":
      return {
        text: `the entry at ${line} already allows it, but its identity is in doubt: ${reason.text}`,
        fix: "add an entry by `registration` by hand, once you know which machine it is",
      };
    case "listed-revoked":
      return { text: `${reason.text} (${line})`, fix: "change that line: the entry already exists" };
    case "max-devices":
      return {
        text: `${reason.text} (${line})`,
        fix: "raise `maxDevices`, or remove the entry of another device",
      };
    case "entry":
      if (desired !== "active") return { text: `${reason.text} (${line})`, fix: "change that entry" };
      return {
        text: `the entry at ${line} already allows it`,
        fix: live === "active" ? "do nothing" : "the next run unrevokes it",
      };
    case "superseded":
      if (entry?.match.registration === undefined) return undefined;
      break;
    default:
  }
  switch (aboutRule(reason.code).kind) {
    case "excepted":
      return {
        text: `${reason.text} (${line}): an entry would have no effect`,
        fix: "remove that line first, if an entry should decide",
      };
    case "state":
      return { text: `${reason.text} (${line})`, fix: "remove the user's `state` first" };
    case "hygiene":
      return (
        entry && {
          text: `the entry at ${placeOf(entry.source)} already allows it, but ${reason.text} (${line})`,
          fix: "change that rule, for this user in `users.<e-mail>.policy`",
        }
      );
    case "listed":
    case "unlisted":
      return undefined;
  }
}

export function placeOf({ file, line }: SourcePosition): string {
  return `${file}:${line}`;
}
