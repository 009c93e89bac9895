/** Asks a CLI for its version. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "../child.js";
import type { Environment } from "../engine.js";
import { environment } from "../environment.js";

/** How long, in ms, a CLI may take to say its version. */
const PATIENCE = 60_000;

/** The oldest CLI that reads `inputs` of a refreshed dynamic resource. */
const OLDEST = [3, 216] as const;

/** The version, or why this CLI is of no use. */
type Answer = { readonly version: string } | { readonly problem: string };

/** Runs `pulumi version` with a home of its own, which is gone afterwards. */
export async function askVersion(binary: string, env: Environment): Promise<Answer> {
  const home = await mkdtemp(join(tmpdir(), "warp-pulumi-"));
  try {
    const lines: string[] = [];
    const child = start(binary, ["version"], {
      env: { ...environment(env), PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      onLine: (line, stream) => stream === "stdout" && lines.push(line),
    });
    const timer = setTimeout(() => void child.end("SIGTERM", 500), PATIENCE);
    const { code } = await child.ended;
    clearTimeout(timer);
    return judge(code, lines.join(" ").trim());
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function judge(code: number, said: string): Answer {
  const [, major, minor] = /^v?(\d+)\.(\d+)\.\d+\S*$/u.exec(said) ?? [];
  if (code !== 0 || major === undefined) return { problem: "does not answer `pulumi version`" };
  const [oldMajor, oldMinor] = OLDEST;
  const tooOld = Number(major) < oldMajor || (Number(major) === oldMajor && Number(minor) < oldMinor);
  if (tooOld) return { problem: `is ${said}, older than v${OLDEST.join(".")}` };
  return { version: said.startsWith("v") ? said : `v${said}` };
}
