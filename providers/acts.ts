/** Makes the acts of a run in their order, records each before and after, and reports what did not work. */

import { type CloudflareClient, CloudflareError, type Outcome, perform } from "../src/cloudflare/index.js";
import type { Act } from "../src/cloudflare/types.js";
import type { ItemKind } from "../src/reconcile/items.js";
import { BEGUN, recordOutcomes } from "../src/report/file.js";
import { grouped, Progress } from "../src/run/lease.js";
import { escapeText } from "../src/text/escape.js";
import { groupBy } from "../src/text/words.js";
import { type Calls, deleteUsers } from "./one-by-one.js";
import type { AccountSession, SessionAct } from "./session.js";
import { abandoned, currentRun, show, stopped } from "./stop.js";

/**
 * Acts on items other than registrations, as inputs of `Reconciliation`: by id, one line; left out if there are none.
 */
export interface ItemLines {
  /** `delete-user bob@example.com, …`. */
  readonly users?: Readonly<Record<string, string>>;
}

/** An input of `Reconciliation` that has acts, one line each. */
export type Property = "acts" | keyof ItemLines;

interface ActKind {
  /** What it is an act on, and which of its acts it is. */
  readonly of: "registrations" | ItemKind;
  readonly action: string;
  /** The input of `Reconciliation` that has its lines, and the name under which a policy finds it in `due`. */
  readonly property: Property;
  readonly due: keyof DueActs;
  readonly make: (
    client: CloudflareClient,
    ids: readonly string[],
    calls: Calls,
  ) => Promise<ReadonlyMap<string, Outcome>>;
}

/**
 * The kinds of acts, in the order in which a run makes them. What must not connect comes first: a run that dies
 * half-way leaves no lost laptop connected. Users come last, since a deleted one may take registrations along.
 */
export const KINDS = {
  revoke: inBulk("revoke"),
  delete: inBulk("delete"),
  unrevoke: inBulk("unrevoke"),
  "delete-user": {
    of: "accessUsers",
    action: "delete",
    property: "users",
    due: "deleteUser",
    make: deleteUsers,
  },
} satisfies Readonly<Record<string, ActKind>>;

export const ORDER = Object.keys(KINDS) as readonly KindOfAct[];

export const PROPERTIES = [...new Set(ORDER.map((kind) => KINDS[kind].property))];

/**
 * By kind, then by the id of the registration or, for `deleteUser`, of the Access user: the normalised e-mail of its
 * user, or `no-user`. A kind with nothing due is left out.
 */
export type DueActs = Partial<Readonly<Record<Act | "deleteUser", Readonly<Record<string, string>>>>>;

/** What a run may do; the words that lines of the inputs begin with. */
export type KindOfAct = keyof typeof KINDS;

/** One act that is due. */
export interface DueAct extends SessionAct {
  readonly act: KindOfAct;
  /** Registrations that must have been let in before: without them this act would leave a device out. */
  readonly relies?: readonly string[] | undefined;
  /** Registrations that must have been deleted before: if one were left, it would be let in next. */
  readonly together?: readonly string[] | undefined;
}

function inBulk(act: Act): ActKind {
  return {
    of: "registrations",
    action: act,
    property: "acts",
    due: act,
    make: (client, ids, { before, after }) =>
      perform(client, act, ids, {
        stop: stopped,
        abandon: abandoned,
        beforeCall: before,
        afterChunk: (known) => {
          after(known);
          return Promise.resolve();
        },
      }),
  };
}

/** Ids as an input has them: separated by blanks. */
export function idsIn(text: string | undefined): readonly string[] {
  return text?.split(" ").filter((id) => id !== "") ?? [];
}

/** At most this many names are listed below a reason that they share; the report has all. */
const MOST_NAMES = 20;
/** At least this many acts with one reason are one paragraph. */
const SHARED = 3;

/** Records a run in its report as it goes on, and remembers what it could not record. */
export class Journal {
  #trouble: string | undefined;

  /** Before a call. If it cannot be recorded, the call must not be made: the report would not show it. */
  intend(of: ActKind["of"], ids: readonly string[]): Promise<void> {
    this.note(of, new Map(ids.map((id) => [id, BEGUN])));
    if (this.#trouble === undefined) return Promise.resolve();
    const what = `The run stops, since its acts could not be reported. ${this.#trouble.replace(/\n[\s\S]*/u, "")}`;
    return Promise.reject(new CloudflareError({ code: "cloudflare/stopped", what }));
  }

  /** After a call; what cannot be recorded is reported at the end. */
  note(of: ActKind["of"], outcomes: ReadonlyMap<string, Outcome>): void {
    if (outcomes.size === 0) return;
    try {
      recordOutcomes({ env: process.env, run: currentRun()?.id }, outcomes, of);
    } catch (error) {
      this.#trouble ??= error instanceof Error ? error.message : String(error);
    }
  }

  /** What the report lacks, for the run's own message; empty if it has everything. */
  unreported(outcomes: ReadonlyMap<string, Outcome>): string[] {
    if (this.#trouble === undefined) return [];
    const kinds = ["done", "unknown", "failed"] as const;
    const lines = kinds.flatMap((kind) => {
      const ids = [...outcomes].filter(([, { result }]) => result === kind).map(([id]) => escapeText(id, 60));
      return ids.length === 0 ? [] : [`${kind} ${ids.length}: ${ids.join(", ")}`];
    });
    return [this.#trouble, `What this run did, by id: ${lines.length === 0 ? "nothing" : lines.join("; ")}`];
  }
}

/**
 * Makes the acts. One that relies on others is made after them, and only if all of them were let in. If older
 * registrations that should be deleted first are still there, a deletion would let one of them in: its registration is
 * revoked instead.
 */
export async function makeActs(
  session: AccountSession,
  acts: readonly DueAct[],
  journal: Journal,
  progress = new Progress(show),
): Promise<void> {
  const { client, outcomes } = session;
  const seen = new Set<string>();
  const showProgress = (known: Iterable<string>) => {
    for (const id of known) seen.add(id);
    progress.at(`WARP registrations: ${grouped(seen.size)} of ${grouped(acts.length)} acts processed`);
  };
  for (const one of acts) session.acts.set(one.id, one);
  const waiting = new Map(acts.map((one) => [one.id, one]));
  const setOutcomes = (made: Iterable<readonly [string, Outcome]>) => {
    for (const [id, outcome] of made) {
      outcomes.set(id, outcome);
      waiting.delete(id);
    }
  };
  while (waiting.size > 0) {
    const steps = [...waiting.values()].map((one) => ({ one, ...stepOf(one, waiting, outcomes) }));
    const act = ORDER.find((kind) => steps.some(({ make }) => make === kind));
    if (act !== undefined) {
      const { of, make } = KINDS[act];
      const now = new Map(steps.filter((step) => step.make === act).map((step) => [step.one.id, step]));
      const asMade = (known: ReadonlyMap<string, Outcome>) =>
        new Map(
          [...known].map(([id, outcome]) => {
            const { one, first = "" } = now.get(id) ?? {};
            const isWeaker = one && one.act !== act && outcome.result === "done";
            return [id, isWeaker ? onlyRevoked(first) : outcome];
          }),
        );
      const made = await make(client, [...now.keys()], {
        before: (ids) => journal.intend(of, ids),
        after: (known) => {
          journal.note(of, asMade(known));
          showProgress(known.keys());
        },
      });
      const actual = asMade(made);
      setOutcomes(actual);
      journal.note(of, actual);
    }
    const lost = steps.filter(({ isLost }) => isLost);
    // If nothing can be made and nothing is lost, what is left waits for itself.
    const over = act === undefined && lost.length === 0 ? steps : lost;
    const skipped = new Map(over.map(({ one, first = "" }) => [one.id, relied(session, first)]));
    setOutcomes(skipped);
    journal.note("registrations", skipped);
  }
}

/** What can be done about an act now, and the first act in its way. */
interface Step {
  /** Left out while it must wait. */
  readonly make?: KindOfAct;
  readonly isLost?: boolean;
  readonly first?: string;
}

function stepOf(
  { act, relies = [], together = [] }: DueAct,
  waiting: ReadonlyMap<string, DueAct>,
  outcomes: ReadonlyMap<string, Outcome>,
): Step {
  const isDone = (id: string) => outcomes.get(id)?.result === "done";
  const isOver = (id: string) => !waiting.has(id) && !isDone(id);
  const lost = relies.find(isOver);
  if (lost !== undefined) return { isLost: true, first: lost };
  const held = together.find(isOver);
  const open = [...relies, ...(held === undefined ? together : [])].find((id) => !isDone(id));
  if (open !== undefined) return { first: open };
  return held === undefined ? { make: act } : { make: "revoke", first: held };
}

function relied({ outcomes, acts }: AccountSession, first: string): Outcome {
  const name = acts.get(first)?.name ?? first;
  const outcome = outcomes.get(first);
  // One reason for all: usually the run was stopped.
  if (outcome?.result === "skipped") return outcome;
  const why =
    outcome === undefined
      ? "which is not part of this run"
      : outcome.result === "unknown"
        ? "and it is unknown whether that was let in"
        : "which was not let in";
  return {
    result: "skipped",
    reason: `Not attempted: it relies on ${escapeText(first, 60)}, ${why} ("${name}").`,
  };
}

function onlyRevoked(first: string): Outcome {
  const reason = `only revoked: ${escapeText(first, 60)} must be deleted first, but was not`;
  return { result: "failed", reason };
}

/** The acts of some kinds that are not done, by name, kind by kind; acts that share a reason are one paragraph. */
export function failuresOf(
  { acts, outcomes }: AccountSession,
  kinds: readonly KindOfAct[],
  except?: string,
): string[] {
  const notDone = [...acts.values()].flatMap((one) => {
    const outcome = outcomes.get(one.id) ?? NO_OUTCOME;
    return one.id === except || outcome.result === "done" ? [] : [{ ...one, outcome }];
  });
  const named = kinds.flatMap((kind) =>
    notDone
      .filter(({ act }) => act === kind)
      .map(({ id, name, outcome }) => ({ name: `${name} (${escapeText(id, 60)})`, outcome })),
  );
  return inParagraphs(named);
}

/** An outcome that has a reason. */
export type NotDone = Exclude<Outcome, { readonly result: "done" }>;

export const NO_OUTCOME: Outcome = { result: "unknown", reason: "no outcome is known" };

/** One paragraph for acts that share a reason; one line each for the others, and for reasons that few share. */
function inParagraphs(failures: readonly { readonly name: string; readonly outcome: NotDone }[]): string[] {
  const byReason = groupBy(
    failures,
    ({ outcome: { result, reason } }) => (result === "failed" ? "" : `${result}: `) + reason,
  );
  return [...byReason].flatMap(([reason, group]) => {
    const names = group.map(({ name }) => name);
    if (names.length < SHARED) return names.map((name) => `${name}: ${reason}`);
    const shown = names.slice(0, MOST_NAMES).map((name) => `  ${name}`);
    const more = names.length - shown.length;
    return [
      `${names.length} acts, all for the same reason: ${reason}`,
      ...shown,
      ...(more > 0 ? [`  and ${more} more`] : []),
    ].join("\n");
  });
}

/** `this run: 400 done, 100 unknown, 500 not attempted`. */
export function tally(outcomes: Iterable<Outcome>): string {
  const counts = { done: 0, failed: 0, unknown: 0, skipped: 0 };
  for (const { result } of outcomes) counts[result] += 1;
  const { done, failed, unknown, skipped } = counts;
  return `this run: ${done} done, ${failed} failed, ${unknown} unknown, ${skipped} not attempted`;
}
