/** Makes the acts of a run in their order, writes each down before and after, and tells what did not work. */

import { CloudflareError, type Outcome, perform } from "../src/cloudflare/index.js";
import type { Act } from "../src/cloudflare/types.js";
import { BEGUN, recordOutcomes, recordUserOutcomes } from "../src/report/file.js";
import { grouped, Progress } from "../src/run/lease.js";
import { escapeText } from "../src/text/escape.js";
import type { AccountSession } from "./session.js";
import { abandoned, currentRun, show, stopped } from "./stop.js";

/** One act that is due. */
export interface DueAct {
  /** The registration's id. */
  readonly id: string;
  readonly act: Act;
  /** Begins with the act. */
  readonly line: string;
  /** Registrations that must have been let in before: without them this act would leave a device out. */
  readonly relies?: readonly string[] | undefined;
  /** Registrations that must have been deleted before: were one left, it would be let in next. */
  readonly together?: readonly string[] | undefined;
}

/** Whoever must not connect goes first: a run that dies half-way has left no lost laptop in. */
export const ORDER: readonly Act[] = ["revoke", "delete", "unrevoke"];

/** Ids as an input has them: separated by blanks. */
export function idsIn(text: string | undefined): readonly string[] {
  return text?.split(" ").filter((id) => id !== "") ?? [];
}

/** So many names stand below a reason that they share; the report has all. */
const MOST_NAMES = 20;
/** So many that failed for one reason are one paragraph. */
const SHARED = 3;

/** What a run writes down while it goes on, and what it could not. */
export class Journal {
  #trouble: string | undefined;

  /** Before a call. Where it cannot be written the call must not be made: the report would not know of it. */
  intend(ids: readonly string[], record: typeof recordOutcomes = recordOutcomes): Promise<void> {
    this.note(new Map(ids.map((id) => [id, BEGUN])), record);
    if (this.#trouble === undefined) return Promise.resolve();
    const what = `Nothing more is done, since it could not be reported. ${this.#trouble.replace(/\n[\s\S]*/u, "")}`;
    return Promise.reject(new CloudflareError({ code: "cloudflare/stopped", what }));
  }

  /** After a call; what cannot be written is told at the end. */
  note(outcomes: ReadonlyMap<string, Outcome>, record: typeof recordOutcomes = recordOutcomes): void {
    if (outcomes.size === 0) return;
    try {
      record({ env: process.env, run: currentRun()?.id }, outcomes);
    } catch (error) {
      this.#trouble ??= error instanceof Error ? error.message : String(error);
    }
  }

  /** For Access users. */
  intendUser(key: string): Promise<void> {
    return this.intend([key], recordUserOutcomes);
  }

  noteUsers(outcomes: ReadonlyMap<string, Outcome>): void {
    this.note(outcomes, recordUserOutcomes);
  }

  /** What the report could not be told, in the run's own words: nothing where it was told all. */
  told(outcomes: ReadonlyMap<string, Outcome>): string[] {
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
 * Makes the acts. One that relies on others is made after them, and only where all of them were let in. A deletion whose
 * older ones are still there would let one of them in: what it is for is revoked instead.
 */
export async function makeActs(
  session: AccountSession,
  acts: readonly DueAct[],
  journal: Journal,
  progress = new Progress(show),
): Promise<void> {
  const { client, outcomes, lines } = session;
  const seen = new Set<string>();
  const tell = (known: Iterable<string>) => {
    for (const id of known) seen.add(id);
    progress.at(`WARP registrations: ${grouped(seen.size)} of ${grouped(acts.length)} acts are through`);
  };
  for (const { id, line } of acts) lines.set(id, line);
  const waiting = new Map(acts.map((one) => [one.id, one]));
  const settle = (made: ReadonlyMap<string, Outcome>) => {
    for (const [id, outcome] of made) {
      outcomes.set(id, outcome);
      waiting.delete(id);
    }
    journal.note(made);
  };
  while (waiting.size > 0) {
    const steps = [...waiting.values()].map((one) => ({ one, ...stepOf(one, waiting, outcomes) }));
    const act = ORDER.find((kind) => steps.some(({ make }) => make === kind));
    const now = new Map(
      steps.filter(({ make }) => make !== undefined && make === act).map((step) => [step.one.id, step]),
    );
    const asMade = (id: string, outcome: Outcome) => {
      const { one, first = "" } = now.get(id) ?? {};
      return one && one.act !== act && outcome.result === "done" ? onlyRevoked(first) : outcome;
    };
    const toldOf = (known: ReadonlyMap<string, Outcome>) =>
      new Map([...known].map(([id, outcome]) => [id, asMade(id, outcome)] as const));
    if (act !== undefined) {
      const made = await perform(client, act, [...now.keys()], {
        stop: stopped,
        abandon: abandoned,
        beforeCall: (about) => journal.intend(about),
        afterChunk: (known) => {
          journal.note(toldOf(known));
          tell(known.keys());
          return Promise.resolve();
        },
      });
      settle(toldOf(made));
    }
    const lost = steps.filter(({ isLost }) => isLost);
    // Where nothing can be made and nothing is lost, what is left waits for itself.
    const over = act === undefined && lost.length === 0 ? steps : lost;
    settle(new Map(over.map(({ one, first = "" }) => [one.id, relied(session, first)])));
  }
}

/** What can be done about an act now, and the first of those that it depends on which stands in its way. */
interface Step {
  /** Left out while it has to wait. */
  readonly make?: Act;
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

function relied({ outcomes, lines }: AccountSession, first: string): Outcome {
  const [line] = (lines.get(first) ?? first).split(", ", 1);
  const outcome = outcomes.get(first);
  // One reason for all: the run was stopped, as a rule.
  if (outcome?.result === "skipped") return outcome;
  const why =
    outcome === undefined
      ? "which is not part of this run"
      : outcome.result === "unknown"
        ? "and nobody could see whether that was let in"
        : "which was not let in";
  return {
    result: "skipped",
    reason: `Not made: it relies on ${escapeText(first, 60)}, ${why} ("${line ?? ""}").`,
  };
}

function onlyRevoked(first: string): Outcome {
  const reason = `only revoked: ${escapeText(first, 60)} has to be deleted before it, and was not`;
  return { result: "failed", reason };
}

/** The acts of some kinds that are not done, by name, kind by kind; those that share a reason are one paragraph. */
export function failuresOf(
  { lines, outcomes }: AccountSession,
  acts: readonly Act[],
  except?: string,
): string[] {
  const notDone = [...lines]
    .map(([id, line]) => ({ id, line, outcome: outcomes.get(id) ?? NO_OUTCOME }))
    .filter(({ id, outcome }) => id !== except && outcome.result !== "done");
  const named = acts.flatMap((act) =>
    notDone
      .filter(({ line }) => line.startsWith(`${act} `))
      .map(({ id, line, outcome }) => ({ name: `${line} (${escapeText(id, 60)})`, outcome })),
  );
  return inParagraphs(named);
}

export const NO_OUTCOME: Outcome = { result: "unknown", reason: "no outcome is known" };

/** One paragraph for all that share a reason; a line for each that has one of its own, or hardly shares it. */
export function inParagraphs(
  failures: readonly { readonly name: string; readonly outcome: Outcome }[],
): string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, outcome } of failures) {
    if (outcome.result === "done") continue;
    const key = `${outcome.result === "failed" ? "" : `${outcome.result}: `}${outcome.reason}`;
    byReason.set(key, [...(byReason.get(key) ?? []), name]);
  }
  return [...byReason].flatMap(([reason, names]) => {
    if (names.length < SHARED) return names.map((name) => `${name}: ${reason}`);
    const shown = names.slice(0, MOST_NAMES).map((name) => `  ${name}`);
    const more = names.length - shown.length;
    return [
      `${names.length} acts for one reason: ${reason}`,
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
