/**
 * The rehearsal engine in a process of its own, so that it can be stopped as the CLI is: the first SIGINT or SIGTERM
 * cancels the run, the second ends it at once. `node main.js '{"operation": "up", "workspace": {…}, "options": {…}}'`
 */

import type { Operation, RunOptions, Workspace } from "../engine.js";
import { rehearsalEngine } from "./engine.js";

/** What the CLI ends with where it was terminated. */
const TERMINATED = 8;

interface Task {
  readonly operation: Operation;
  readonly workspace: Workspace;
  readonly options: RunOptions;
}

async function main({ operation, workspace, options }: Task): Promise<void> {
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (cancel.signal.aborted) process.exit(TERMINATED);
      console.log(`${signal} received; cancelling. To end at once, send it again.`);
      cancel.abort();
    });
  }
  const stack = await rehearsalEngine("stopped in a test").open(workspace);
  const onLine = (line: string) => console.log(line);
  const { exitCode } = await stack[operation]({ ...options, onLine, signal: cancel.signal });
  process.exitCode = exitCode;
}

void main(JSON.parse(process.argv[2] ?? "") as Task);
