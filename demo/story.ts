/** The chapters: a first plan, its update, peace, someone in the dashboard, the drift, and peace again. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReportDocument } from "../src/report/document.js";
import type { RunResult, Stack } from "../test/engine/index.js";
import type { Simulator } from "../src/simulator/index.js";
import { say, title } from "./say.js";

interface Stage {
  readonly stack: Stack;
  readonly simulator: Simulator;
  readonly signal: AbortSignal;
  /** Where the reports go. */
  readonly folder: string;
}

/** Exit code of `preview --expect-no-changes` where something is due. */
const CHANGES_DUE = 7;

/** True when every chapter ended as it should. */
export async function playStory({ stack, simulator, signal, folder }: Stage): Promise<boolean> {
  const options = (report: string) => ({
    signal,
    onLine: (line: string) => say(`  ${line}`.trimEnd()),
    env: { WARP_REPORT: join(folder, report) },
  });
  const preview = (report: string) => stack.preview({ ...options(report), expectNoChanges: true });
  const up = async (report: string) => {
    const result = await stack.up({ ...options(report), skipPreview: true });
    if (result.exitCode === 0) await sayOutcomes(join(folder, report));
    return result;
  };
  const chapters: readonly (readonly [string, number, () => Promise<RunResult>])[] = [
    ["1. pulumi preview: what the account would have to change", CHANGES_DUE, () => preview("1-plan.json")],
    ["2. pulumi up: change it", 0, () => up("2-up.json")],
    ["3. pulumi preview: nothing to do", 0, () => preview("3-plan.json")],
    [
      "4. Someone revokes Heidi's laptop in the dashboard, and Alice enrols an unknown device: pulumi preview",
      CHANGES_DUE,
      () => {
        disturb(simulator);
        return preview("4-drift.json");
      },
    ],
    ["5. pulumi up: undo the drift", 0, () => up("5-up.json")],
    ["6. pulumi preview: in sync again", 0, () => preview("6-plan.json")],
  ];
  for (const [heading, expected, play] of chapters) {
    signal.throwIfAborted();
    title(heading);
    const { exitCode } = await play();
    signal.throwIfAborted();
    if (exitCode !== expected) {
      say(`\nThis ended with exit code ${exitCode}, and should have ended with ${expected}.`);
      return false;
    }
    if (expected === CHANGES_DUE) {
      say(
        "\nThis is expected: with --expect-no-changes, a preview ends with exit code 7 when changes are due.",
      );
    }
  }
  end(simulator);
  return true;
}

/** What the run's report says was done. */
async function sayOutcomes(report: string): Promise<void> {
  const { results = [] } = JSON.parse(await readFile(report, "utf8")) as ReportDocument;
  const done = (act: string) => results.filter((one) => one.act === act && one.result === "done").length;
  const counts = ["revoke", "delete", "unrevoke"].map((act) => `${act} ${done(act)}`);
  say(`  Done, as the report says: ${counts.join(", ")}; all read back from the account.`);
}

function disturb(simulator: Simulator): void {
  const heidi = simulator.world().registrations.find(({ device }) => device.name === "HEIDI-MBP");
  if (heidi) simulator.revoke(heidi.id);
  simulator.enrol({
    email: "alice@example.com",
    device_name: "GAMING-PC",
    serial_number: "MS7D75X99",
    device_type: "windows",
  });
}

function end(simulator: Simulator): void {
  title("Done");
  say(`${simulator.log().length} API calls were made in all.`);
  say("Where to look next:");
  say(
    "  examples/quickstart/allowlist/   the allowlist that the account was compared with: change it, and run this again",
  );
  say(
    "  .demo/*.json                     what each run planned and did (WARP_REPORT); .demo/ also has the state",
  );
  say("  README.md                        how to point this at a real account");
}
