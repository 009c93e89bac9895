/** What whole runs cost: API calls and state, and which files they leave behind. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isUsableSerial } from "../src/allowlist/match-values.js";
import type { World } from "../src/simulator/index.js";
import type { Engine, RunResult } from "../test/engine/index.js";
import { startTrial, TOKEN, type Trial } from "../test/support/trial.js";
import { allowlistOf, fleet, NO_LIMITS } from "./fleet.js";
import type { Row } from "./table.js";

const REGISTRATIONS = 10_000;
const ACTS = 1_000;
const CHUNK = 100;

/** 1,000 acts among 10,000 registrations, at three page sizes and two degrees of parallelism. */
export async function measureRuns(engine: Engine): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [perPage, parallel] of [
    [1000, undefined],
    [1000, 1],
    [100, undefined],
    [50, 64],
  ] as const) {
    rows.push(...(await measureRun(engine, perPage, parallel, rows.length === 0)));
  }
  return rows;
}

async function measureRun(engine: Engine, perPage: number, parallel: number | undefined, whole: boolean) {
  const world = fleet(REGISTRATIONS, REGISTRATIONS * 0.4, 0);
  const unlisted = singleRegistrations(world, ACTS);
  const trial = await startTrial({
    engine,
    account: { world, settings: { rate_limit: 0 } },
    files: { "allowlist.yaml": allowlistOf(world, unlisted, NO_LIMITS) },
    config: { perPage: String(perPage) },
  });
  try {
    succeed(await trial.stack.preview({ parallel }));
    const acts = succeed(await trial.stack.up({ parallel, skipPreview: true })).steps.create ?? 0;
    const calls = trial.simulator.log().length;
    const pages =
      Math.ceil(world.registrations.length / perPage) + Math.ceil(world.physical_devices.length / perPage);
    const due = trial.simulator.world().registrations.filter(({ revoked_at }) => revoked_at != null).length;
    const limit = 2 * pages + 2 * Math.ceil(due / CHUNK) + 2;
    const what = `${due} acts, per_page ${perPage}, parallel ${parallel ?? "default"}`;
    const rows: Row[] = [
      {
        what: `calls: preview and up, ${what}`,
        measured: `${calls}`,
        wanted: `at most ${limit}`,
        reached: calls <= limit && acts > 0,
      },
    ];
    if (whole)
      rows.push(await measureInSync(trial, pages), await measureState(trial), await searchToken(trial));
    return rows;
  } finally {
    await trial.end();
  }
}

/** Registrations whose serial number no other registration has, so that leaving one out of the list is one act. */
function singleRegistrations(world: World, count: number): ReadonlySet<string> {
  const serials = new Map(world.physical_devices.map(({ id, serial_number }) => [id, serial_number ?? ""]));
  const serialOf = ({ device }: World["registrations"][number]) => serials.get(device.id) ?? "";
  const seen = new Map<string, number>();
  for (const one of world.registrations) seen.set(serialOf(one), (seen.get(serialOf(one)) ?? 0) + 1);
  const fit = world.registrations.filter(
    (one) => one.user?.email && isUsableSerial(serialOf(one)) && seen.get(serialOf(one)) === 1,
  );
  return new Set(fit.slice(0, count).map(({ id }) => id));
}

async function measureInSync({ stack, simulator }: Trial, pages: number): Promise<Row> {
  const before = simulator.log().length;
  succeed(await stack.preview({ expectNoChanges: true }));
  const calls = simulator.log().length - before;
  return {
    what: "calls: preview of an account in sync",
    measured: `${calls}`,
    wanted: `${pages} (list pages)`,
    reached: calls === pages,
  };
}

async function measureState({ folder, stack }: Trial): Promise<Row> {
  const { resources } = await stack.state();
  const rows = resources.filter(({ type }) => type.endsWith(":Revocation")).length;
  const largest = await Promise.all(
    (await filesBelow(folder)).map(async (file) => ({ file, size: (await readFile(file)).length })),
  );
  const state = largest.filter(({ file }) => file.endsWith(".json")).sort((a, b) => b.size - a.size)[0];
  const bytes = Math.round((state?.size ?? NaN) / rows);
  return {
    what: `state: bytes a Revocation, of ${rows}`,
    measured: `${bytes}`,
    wanted: "at most 2500",
    reached: bytes <= 2500,
  };
}

async function searchToken({ folder, project }: Trial): Promise<Row> {
  const files = [...(await filesBelow(folder)), ...(await filesBelow(project))];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const found = texts.filter((text) => text.includes(TOKEN)).length;
  return {
    what: `files with the API token, of ${files.length} left behind`,
    measured: `${found}`,
    wanted: "0",
    reached: found === 0,
  };
}

/** Links are not followed: the package and its dependencies do not belong to what a run leaves. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

export function succeed(result: RunResult): RunResult {
  if (result.exitCode !== 0) throw new Error(`a run ended with ${result.exitCode}:\n${result.output}`);
  return result;
}
