/** What has become of a pass so far: the state, the counts, what failed, and whether anything may still begin. */

import type { StepKind, Steps } from "../engine.js";
import { STACK_TYPE, urnOf } from "../urn.js";
import type { Provider } from "./provider.js";
import type { Row, Rows } from "./rows.js";
import type { Screen } from "./screen.js";
import { Slots } from "./slots.js";

interface PassSettings {
  readonly stack: string;
  readonly project: string;
  readonly dryRun: boolean;
  readonly rows: Rows;
  readonly targets: ReadonlySet<string> | undefined;
  readonly parallel: number;
  readonly continueOnError: boolean;
  readonly diff: boolean;
  /** The one provider process of this pass, started when it is first asked for. */
  readonly provider: () => Promise<Provider>;
  readonly screen: Screen;
}

type Named = Pick<Row, "type" | "name">;

export class Ledger {
  readonly rows: Map<string, Row>;
  /** Steps run in these, as many at once as the user allows. */
  readonly slots: Slots;
  /** Resolves when no step may begin any more: one failed, or the run was aborted. */
  readonly stopped: Promise<void>;
  readonly #failed = new Set<string>();
  readonly #counts: Partial<Record<StepKind, number>> = {};
  readonly #stop: () => void;
  #isStopped = false;
  #programFailed = false;

  constructor(readonly settings: PassSettings) {
    this.rows = new Map(settings.rows);
    this.slots = new Slots(settings.parallel);
    let stop: () => void = () => undefined;
    this.stopped = new Promise((resolve) => (stop = resolve));
    this.#stop = stop;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  get failed(): boolean {
    return this.#failed.size > 0 || this.#isStopped;
  }

  get steps(): Steps {
    return { ...this.#counts, ...(this.#failed.size > 0 && { failed: this.#failed.size }) };
  }

  /** A program that failed has not said all that it wants: nothing may be deleted for not being wanted. */
  get mayDelete(): boolean {
    return !this.failed || (this.settings.continueOnError && !this.#programFailed && !this.#isStopped);
  }

  /** Begins no further step. */
  stop(): void {
    this.#isStopped = true;
    this.#stop();
  }

  count(kind: StepKind): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
  }

  /** The row of a resource, under its URN from now on where the state has it under an earlier one. */
  known(urn: string, aliases: readonly string[]): Row | undefined {
    const row = this.rows.get(urn);
    const before = row ? undefined : aliases.map((alias) => this.rows.get(alias)).find(Boolean);
    if (!before) return row;
    const moved = { ...before, urn };
    this.rows.delete(before.urn);
    this.rows.set(urn, moved);
    return moved;
  }

  hasFailed(urn: string): boolean {
    return this.#failed.has(urn);
  }

  get failures(): ReadonlySet<string> {
    return this.#failed;
  }

  /** A resource was refused before its step began. */
  refuse(urn: string, goal: Named, message: string): void {
    this.#failed.add(urn);
    this.settings.screen.failure(goal, message);
    if (!this.settings.continueOnError) this.stop();
  }

  /** A step failed; the CLI counts the stack itself as failed, too. */
  failStep(urn: string, goal: Named, message: string): void {
    this.#failStack();
    this.refuse(urn, goal, message);
  }

  /** The program itself failed, and has said so. */
  failProgram(): void {
    this.#programFailed = true;
    this.#failStack();
  }

  #failStack(): void {
    const { stack, project } = this.settings;
    this.#failed.add(urnOf(this.settings, STACK_TYPE, `${project}-${stack}`, ""));
  }
}
