/** Runs a scenario under each engine, and holds the two against each other. */

import { describe, expect, test } from "vitest";
import { realEngine } from "../engine/scenario.js";
import { rehearsalEngine, type Engine } from "../engine/index.js";
import { startTrial, type Trial, type TrialOptions } from "../support/trial.js";

/** What a scenario did to the account: every call, and what was left. */
interface Trace {
  readonly calls: readonly string[];
  readonly world: unknown;
}

/** A scenario runs under the rehearsal engine, and, where one is on the PATH, the real CLI must make the same calls. */
export function scenario(
  title: string,
  options: Omit<TrialOptions, "engine">,
  body: (trial: Trial) => Promise<void>,
): void {
  const run = async (engine: Engine): Promise<Trace> => {
    const trial = await startTrial({
      ...options,
      engine,
      account: { now: "2026-06-01T12:00:00Z", ...options.account },
    });
    try {
      await body(trial);
      return traceOf(trial);
    } finally {
      await trial.end();
    }
  };
  describe(title, () => {
    let rehearsed: Trace | undefined;
    test("rehearsal engine", async () => {
      rehearsed = await run(rehearsalEngine("test"));
    });
    test("real CLI: passes, with the same calls and the same world", async ({ skip }) => {
      const engine = await realEngine();
      if (typeof engine === "string") return skip(engine);
      const trace = await run(engine);
      expect(trace).toEqual(rehearsed);
    });
  });
}

/** In the order of the alphabet: the account's two listings are made at the same time. */
function traceOf({ simulator }: Trial): Trace {
  return { calls: callsOf(simulator).sort(), world: simulator.world() };
}

/** `POST …/revoke id=a&id=b`, without the account; a cursor without its text. */
export function callsOf(simulator: Trial["simulator"], since = 0): string[] {
  return simulator
    .log(since)
    .map(({ method, path, query }) =>
      `${method} ${path.replace(/^\/accounts\/[^/]+\/devices\//u, "")} ${query.replace(/cursor=[^&]+/u, "cursor=…")}`.trim(),
    );
}

/** Those of the calls that change the account. */
export function writesOf(simulator: Trial["simulator"], since = 0): string[] {
  return callsOf(simulator, since).filter((call) => !call.startsWith("GET "));
}
