import { CloudflareError } from "./errors.js";
import type { Registrations } from "./registrations.js";
import type { Act, Registration } from "./types.js";

/**
 * What became of an act on one registration. `reason` is one line, fit to print.
 *
 * `failed`: the API said no, or its list shows that nothing was done. `unknown`: a call was begun, and nobody could see
 * what came of it. `skipped`: no call was made.
 */
export type Outcome =
  | { readonly result: "done" }
  | { readonly result: "failed" | "unknown" | "skipped"; readonly reason: string };

const DONE: Outcome = { result: "done" };
const GONE = "The registration is no longer in the account.";
const STOPPED_EARLY = "The run was stopped before the account's list showed the result.";
/** The outcome of an id that failed. */
export const failed = (reason: string): Outcome => ({ result: "failed", reason });
/** The outcome of an id that no call was made for. */
export const skipped = (reason: string): Outcome => ({ result: "skipped", reason });

function standingOf(act: Act, row: Registration | undefined): "wanted" | "not yet" | "gone" {
  const gone = row?.deleted_at != null || row === undefined;
  if (act === "delete") return gone ? "wanted" : "not yet";
  if (gone) return "gone";
  return (row.revoked_at != null) === (act === "revoke") ? "wanted" : "not yet";
}

/** One act on its way: who has an outcome, and who waits to be read again. */
export class BulkRun {
  readonly outcomes = new Map<string, Outcome>();
  /** Ids without an outcome yet, and what the last reading said of them. */
  readonly pending = new Map<string, string>();
  /** Why sending an id went wrong; it may have taken effect all the same. */
  readonly faults = new Map<string, string>();
  /** Those of the pending whose last reading failed. */
  readonly #unread = new Set<string>();

  constructor(
    readonly registrations: Registrations,
    readonly act: Act,
    /** Begins something, and waits for it as long as the run does. */
    private readonly waitFor: <T>(begin: () => Promise<T>) => Promise<T>,
  ) {}

  setOutcome(id: string, outcome: Outcome): void {
    this.pending.delete(id);
    this.outcomes.set(id, outcome);
  }

  /**
   * Reads ids back in one listing. Those whose state is known get their outcome; of the others the `final` ones get it too,
   * since nothing was done with them that a list could show later. False when it could not be read.
   */
  async readBack(ids: readonly string[], final: ReadonlyMap<string, string>): Promise<boolean> {
    const rows = await this.#rowsOf(ids);
    if (rows instanceof CloudflareError) {
      for (const id of ids) {
        const reason = final.get(id);
        if (reason === undefined) {
          this.#unread.add(id);
          this.pending.set(id, `The result could not be read back: ${rows.summary}`);
        } else this.setOutcome(id, failed(reason));
      }
      return false;
    }
    for (const id of ids) {
      this.#unread.delete(id);
      const standing = standingOf(this.act, rows.get(id));
      const reason = final.get(id);
      if (standing === "wanted") this.setOutcome(id, DONE);
      else if (reason !== undefined) this.setOutcome(id, failed(reason));
      else if (standing === "gone") this.setOutcome(id, failed(this.faults.get(id) ?? GONE));
      else this.pending.set(id, `The ${this.act} did not take effect.`);
    }
    return true;
  }

  /** Gives what is pending its outcome, by what is known; `early`: a list may still be behind. */
  giveUp(early: boolean): void {
    for (const [id, seen] of this.pending) {
      const fault = this.faults.get(id);
      if (this.#unread.has(id)) {
        const sent = fault ?? "The API accepted the call.";
        this.setOutcome(id, { result: "unknown", reason: `${sent} ${seen}` });
      } else if (early) {
        this.setOutcome(id, { result: "unknown", reason: [fault, STOPPED_EARLY].filter(Boolean).join(" ") });
      } else this.setOutcome(id, failed(fault ?? seen));
    }
  }

  async #rowsOf(ids: readonly string[]): Promise<ReadonlyMap<string, Registration> | CloudflareError> {
    try {
      const rows = await this.waitFor(() =>
        this.registrations.listAll({ id: ids, status: "all", per_page: ids.length }),
      );
      return new Map(rows.map((row) => [row.id, row]));
    } catch (error) {
      if (error instanceof CloudflareError) return error;
      throw error;
    }
  }
}
