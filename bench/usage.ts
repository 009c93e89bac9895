/** Loaded into a process that is measured (`node --require`). When the process ends, it reports what it used. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The variable with the folder into which each process writes one file. */
const VARIABLE = "WARP_BENCH_USAGE";

interface Usage {
  /** The arguments of the process. */
  readonly args: readonly string[];
  /** For all its threads. */
  readonly processorSeconds: number;
  /** The most memory that it used at once. */
  readonly megabytes: number;
}

const folder = process.env[VARIABLE];
if (folder !== undefined)
  process.once("exit", () => {
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(ownUsage()));
  });

function ownUsage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    args: process.argv,
    processorSeconds: (userCPUTime + systemCPUTime) / 1e6,
    megabytes: (peakOnLinux() ?? maxRSS) / 1024,
  };
}

/** In KiB. On Linux, `maxRSS` begins with the memory of the process that started this one. */
function peakOnLinux(): number | undefined {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/mu.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

/** Runs something with an environment that loads this file into its processes. */
export async function measured<T>(
  run: (env: Readonly<Record<string, string>>) => T | Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number; readonly usages: readonly Usage[] }> {
  const into = mkdtempSync(join(tmpdir(), "warp-usage-"));
  try {
    const begun = performance.now();
    const result = await run({ [VARIABLE]: into, NODE_OPTIONS: `--require ${JSON.stringify(__filename)}` });
    const seconds = (performance.now() - begun) / 1000;
    const usages = readdirSync(into).map(
      (file) => JSON.parse(readFileSync(join(into, file), "utf8")) as Usage,
    );
    return { result, seconds, usages };
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}
