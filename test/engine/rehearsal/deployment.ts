/** What the program registers becomes steps: check, diff, and then create, update or nothing. */

import { isDeepStrictEqual } from "node:util";
import { STACK_TYPE, urnOf } from "../urn.js";
import { messageOf, ProviderFailure } from "./failure.js";
import type { Ledger } from "./ledger.js";
import type { Properties, Row } from "./rows.js";
import { Slots } from "./slots.js";

/** A resource as the program asks for it. */
export type Goal = Pick<
  Row,
  "type" | "name" | "custom" | "parent" | "inputs" | "dependencies" | "retainOnDelete" | "protect"
> & {
  /** URNs that it may have had before. */
  readonly aliases: readonly string[];
};

/** What the program is told. */
export interface Registered {
  readonly urn: string;
  /** Empty where it is not known yet. */
  readonly id: string;
  readonly outputs: Properties;
  readonly result: "success" | "fail" | "skip";
}

interface Planned {
  readonly kind: "create" | "update" | "same";
  readonly inputs: Properties;
}

/** The program is never answered once the run has been stopped. */
const NEVER = new Promise<never>(() => undefined);

export class Deployment {
  /** The URNs that the program has registered. */
  readonly registered = new Set<string>();
  /** Not tried, since they depend on what failed. */
  readonly #skipped = new Set<string>();
  /** Check and diff are called one after the other. */
  readonly #planning = new Slots(1);

  constructor(private readonly ledger: Ledger) {}

  /** The outputs of every resource of the state, by URN, as it was before this run. */
  stateBefore(): Properties {
    const rows = [...this.ledger.settings.rows];
    return Object.fromEntries(rows.map(([urn, { type, outputs }]) => [urn, { type, outputs }]));
  }

  /** Makes a resource what the program asks for. */
  async register(goal: Goal): Promise<Registered> {
    const urn = urnOf(this.ledger.settings, goal.type, goal.name, goal.parent);
    const planned = await this.#planning.run(() => this.#plan(urn, goal));
    if (this.ledger.isStopped) return NEVER;
    if (planned === "refused") return { urn, id: "", outputs: goal.inputs, result: "fail" };
    if (planned === "leave") return this.#leave(urn, goal);
    if (planned.kind === "same") return this.#same(urn, goal, planned.inputs);
    if (goal.dependencies.some((one) => this.ledger.hasFailed(one) || this.#skipped.has(one))) {
      this.#skipped.add(urn);
      return { urn, id: "", outputs: goal.inputs, result: "skip" };
    }
    return (await this.ledger.slots.run(() => this.#apply(urn, goal, planned))) ?? NEVER;
  }

  /** What a component tells, once its children are registered; of the stack nothing is kept. */
  setOutputs(urn: string, outputs: Properties): void {
    const row = this.ledger.rows.get(urn);
    if (row && row.type !== STACK_TYPE) this.ledger.rows.set(urn, { ...row, outputs });
  }

  async #plan(urn: string, goal: Goal): Promise<Planned | "refused" | "leave"> {
    if (this.ledger.isStopped) return "refused";
    if (this.registered.has(urn)) {
      return this.#refuse(urn, goal, "there are two of this type and name: give each a name of its own");
    }
    this.registered.add(urn);
    const old = this.ledger.known(urn, goal.aliases);
    if (!goal.custom) return { kind: old ? "same" : "create", inputs: goal.inputs };
    if (this.ledger.settings.targets?.has(goal.name) === false) return "leave";
    if (!goal.type.startsWith("pulumi-nodejs:dynamic")) {
      return this.#refuse(urn, goal, "the rehearsal engine knows dynamic resources only");
    }
    try {
      return await this.#ask(urn, goal, old);
    } catch (error) {
      return this.#refuse(urn, goal, messageOf(error));
    }
  }

  async #ask(urn: string, goal: Goal, old: Row | undefined): Promise<Planned | "refused"> {
    const provider = await this.ledger.settings.provider();
    const { inputs, failures } = await provider.check(urn, old?.inputs ?? {}, goal.inputs);
    if (failures.length > 0) {
      const problems = failures.map(
        ({ property, reason }) => `property ${property} has a problem: ${reason}`,
      );
      return this.#refuse(urn, goal, problems.join("\n"));
    }
    if (!old) return { kind: "create", inputs };
    const { changes, replaces } = await provider.diff(urn, old, inputs);
    if (replaces.length > 0) {
      return this.#refuse(urn, goal, "the rehearsal engine does not replace resources");
    }
    const differs = changes ?? !isDeepStrictEqual(old.inputs, inputs);
    return { kind: differs || old.initErrors.length > 0 ? "update" : "same", inputs };
  }

  #refuse(urn: string, goal: Goal, message: string): "refused" {
    this.ledger.refuse(urn, goal, message);
    return "refused";
  }

  /** Not among the targets: it stays as it is, or is not made. */
  #leave(urn: string, { inputs }: Goal): Registered {
    this.ledger.count("same");
    const old = this.ledger.rows.get(urn);
    return { urn, id: old?.id ?? "", outputs: old?.outputs ?? inputs, result: "success" };
  }

  /** New inputs and old outputs. */
  #same(urn: string, goal: Goal, inputs: Properties): Registered {
    this.ledger.count("same");
    const { id = "", outputs = inputs } = this.ledger.rows.get(urn) ?? {};
    this.ledger.rows.set(urn, { ...goal, urn, id, inputs, outputs, initErrors: [] });
    return { urn, id, outputs, result: "success" };
  }

  /** Undefined where the run is stopped. */
  async #apply(urn: string, goal: Goal, { kind, inputs }: Planned): Promise<Registered | undefined> {
    const { ledger } = this;
    if (ledger.isStopped) return undefined;
    const act = kind === "create" ? "create" : "update";
    const old = ledger.rows.get(urn);
    const begun = Date.now();
    try {
      const { id, outputs } = await this.#call(urn, goal, old, inputs);
      ledger.count(act);
      ledger.rows.set(urn, { ...goal, urn, id, inputs, outputs, initErrors: [] });
      this.#show(act, goal, (Date.now() - begun) / 1000);
      if (ledger.settings.diff) ledger.settings.screen.difference(old?.inputs ?? {}, inputs);
      return { urn, id, outputs, result: "success" };
    } catch (error) {
      if (error instanceof ProviderFailure && error.partial) {
        const { id, properties: outputs, reasons: initErrors } = error.partial;
        ledger.rows.set(urn, { ...goal, urn, id, inputs, outputs, initErrors });
      }
      ledger.failStep(urn, goal, messageOf(error));
      return ledger.settings.continueOnError ? { urn, id: "", outputs: inputs, result: "fail" } : undefined;
    }
  }

  async #call(urn: string, goal: Goal, old: Row | undefined, inputs: Properties) {
    if (this.ledger.settings.dryRun || !goal.custom) return { id: old?.id ?? "", outputs: inputs };
    const provider = await this.ledger.settings.provider();
    if (!old) return provider.create(urn, inputs);
    return { id: old.id, outputs: await provider.update(urn, old, inputs) };
  }

  #show(act: "create" | "update", goal: Goal, seconds: number): void {
    const { dryRun, screen } = this.ledger.settings;
    screen.act(act, goal, { dryRun, seconds: !dryRun && goal.custom ? seconds : undefined });
  }
}
