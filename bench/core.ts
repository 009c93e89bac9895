/** The pure core with a large account: time, memory, and whether they grow linearly. */

import { spawnSync } from "node:child_process";
import { parseAllowlist } from "../src/allowlist/parse.js";
import { type Inventory, makePlan } from "../src/reconcile/plan.js";
import { allowlistOf, fleet } from "./fleet.js";
import type { Row } from "./table.js";

interface Figure {
  readonly ms: number;
  readonly megabytes: number;
  readonly decisions: number;
}

const SIZES = [25_000, 50_000, 100_000] as const;
const ROUNDS = 3;

/** Each round runs in a fresh process. The best one counts, because the machine is shared. */
export function measureCore(): Row[] {
  const figures = SIZES.map((size) => {
    const rounds = Array.from({ length: ROUNDS }, () => inFreshProcess(size));
    return rounds.reduce((best, round) => (round.ms < best.ms ? round : best));
  });
  const [small, , large] = figures;
  if (!small || !large) return [];
  const growth = large.ms / small.ms;
  return [
    ...SIZES.map((size, i) => toRow(size, figures[i])),
    {
      what: "plan: 100,000 against 25,000 registrations, ratio of times",
      measured: growth.toFixed(1),
      wanted: "linear: about 4",
      reached: growth < 6,
    },
  ];
}

function toRow(size: number, figure: Figure | undefined): Row {
  const { ms = NaN, megabytes = NaN } = figure ?? {};
  const largest = size === 100_000;
  return {
    what: `plan: ${size.toLocaleString("en")} registrations, ${(size * 0.3).toLocaleString("en")} users`,
    measured: `${Math.round(ms)} ms, ${Math.round(megabytes)} MB more heap`,
    wanted: largest ? "under 1000 ms and 300 MB" : "",
    reached: largest ? ms < 1000 && megabytes < 300 : undefined,
  };
}

function inFreshProcess(size: number): Figure {
  const script = `process.stdout.write(JSON.stringify(require(${JSON.stringify(__filename)}).measureOnce(${size})))`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", "-e", script], { encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Figure;
}

/** One cold plan: nothing is compiled or cached before it. */
export function measureOnce(size: number): Figure {
  const world = fleet(size, size * 0.3, size / 100);
  const { allowlist, messages } = parseAllowlist([
    { file: "allowlist.yaml", text: allowlistOf(world, new Set()) },
  ]);
  if (!allowlist) throw new Error(JSON.stringify(messages[0]));
  const inventory = asListed({
    account: world.account_id,
    registrations: [...world.registrations].sort((a, b) => (a.id < b.id ? -1 : 1)),
    devices: world.physical_devices.map((device) => ({ ...device, active_registrations: 1 })),
  });
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const begun = performance.now();
  const plan = makePlan(allowlist, inventory, new Date());
  const ms = performance.now() - begun;
  return { ms, megabytes: (process.memoryUsage().heapUsed - before) / 1e6, decisions: plan.decisions.length };
}

/** The inventory as the client returns it: parsed from JSON, in the order of ids. */
function asListed(inventory: Inventory): Inventory {
  return JSON.parse(JSON.stringify(inventory)) as Inventory;
}
