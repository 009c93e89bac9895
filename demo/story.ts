/** The chapters: a first plan, its update, peace, somebody in the dashboard, the drift, and peace again. */

import type { RunResult, Stack } from "../test/engine/index.js";
import type { Simulator } from "../src/simulator/index.js";
import { say, title } from "./say.js";

interface Stage {
  readonly stack: Stack;
  readonly simulator: Simulator;
  readonly signal: AbortSignal;
}

/** Exit code of `preview --expect-no-changes` where something is due. */
const CHANGES_DUE = 7;

/** True when every chapter ended as it should. */
export async function tellStory({ stack, simulator, signal }: Stage): Promise<boolean> {
  const options = { signal, onLine: (line: string) => say(`  ${line}`) };
  const chapters: readonly (readonly [string, () => Promise<RunResult>, number])[] = [
    ["1. pulumi preview: what the live account would have to change", () => stack.preview(options), 0],
    ["2. pulumi up: change it", () => stack.up({ ...options, skipPreview: true }), 0],
    [
      "3. pulumi preview --expect-no-changes: in sync",
      () => stack.preview({ ...options, expectNoChanges: true }),
      0,
    ],
    [
      "4. Somebody revokes Heidi's laptop in the dashboard, and an unknown device of Alice's enrols",
      () => {
        disturb(simulator);
        return stack.preview({ ...options, expectNoChanges: true });
      },
      CHANGES_DUE,
    ],
    ["5. pulumi up: undo the drift", () => stack.up({ ...options, skipPreview: true }), 0],
    [
      "6. pulumi preview --expect-no-changes: in sync again",
      () => stack.preview({ ...options, expectNoChanges: true }),
      0,
    ],
  ];
  for (const [heading, play, expected] of chapters) {
    signal.throwIfAborted();
    title(heading);
    const { exitCode } = await play();
    if (exitCode !== expected) {
      say(`\nThis ended with exit code ${exitCode}, and should have ended with ${expected}.`);
      return false;
    }
  }
  close(simulator);
  return true;
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

function close(simulator: Simulator): void {
  title("Done");
  say(`${simulator.log().length} API calls were made in all.`);
  say("Where to look next:");
  say("  examples/quickstart/allowlist/   the allowlist that this account was held against");
  say("  .demo/report.json                what the last run planned, as JSON (WARP_REPORT)");
  say("  .demo/                           the stack's state and config");
  say("  README.md                        how to point this at a real account");
}
