/**
 * How much work a call is, counted in calls of functions and not in seconds: what must not take long must not do much,
 * on whatever machine. The engine of JavaScript counts them itself, the functions of libraries included.
 */

import { Session, type Profiler } from "node:inspector/promises";

interface Work<T> {
  readonly result: T;
  /** Calls of all functions in files whose path has this part in it, or only of those that are called so. */
  readonly calls: (path: string, name?: string) => number;
}

/** Runs it, and counts. While it runs nothing is optimised, so it should not be large. */
export async function workOf<T>(run: () => T): Promise<Work<T>> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
    const result = run();
    const { result: scripts } = await session.post("Profiler.takePreciseCoverage");
    return { result, calls: (path, name) => countCalls(scripts, path, name) };
  } finally {
    session.disconnect();
  }
}

function countCalls(
  scripts: readonly Profiler.ScriptCoverage[],
  path: string,
  name: string | undefined,
): number {
  return scripts
    .filter(({ url }) => url.includes(path))
    .flatMap(({ functions }) => functions)
    .filter(({ functionName }) => name === undefined || functionName === name)
    .reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0);
}
