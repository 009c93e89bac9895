/** Runs a command, and tells how it ended and what it said. */

import { start } from "../engine/child.js";
import type { Environment } from "../engine/index.js";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for messages of tests. */
  readonly all: string;
}

/** The variables of this process without those that a CI of our own may have set, and without Pulumi's. */
export function plainEnvironment(over: Environment = {}): Environment {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:GITHUB_|GITLAB_|CI_|CI$|WARP_|CLOUDFLARE_|PULUMI_|GIT_)/u.test(name),
  );
  return { ...Object.fromEntries(own), ...over };
}

/** Runs it to its end, without a shell. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Environment },
): Promise<Ended> {
  const said: Record<"stdout" | "stderr", string[]> = { stdout: [], stderr: [] };
  const child = start(command, args, {
    cwd,
    env: plainEnvironment(env),
    onLine: (line, stream) => said[stream].push(line),
  });
  const { code } = await child.ended;
  const [stdout, stderr] = [said.stdout.join("\n"), said.stderr.join("\n")];
  return { code, stdout, stderr, all: `${stdout}\n${stderr}` };
}

/** The same; throws where it does not end with 0. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Environment },
): Promise<string> {
  const { code, stdout, all } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${all}`);
  return stdout;
}
