/** Whole commands in process, in a project's folder of its own, against a simulated account. */

import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommandLine } from "../../src/cli/command-line.js";
import type { Surroundings } from "../../src/cli/command.js";
import { type Simulator, startSimulator, type World } from "../../src/simulator/index.js";

/** Long enough to be hidden wherever it might be shown. */
export const TOKEN = "trial-token-8c1f2e7d94b3";

/** When every command runs unless it is told otherwise. */
export const NOW = "2026-06-01T12:00:00.000Z";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly now?: string;
}

export interface CliTrial {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly run: (args: string, options?: RunOptions) => Promise<Ended>;
  readonly write: (file: string, text: string) => void;
  readonly read: (file: string) => string;
  readonly end: () => Promise<void>;
}

export async function startCliTrial(
  world: World,
  files: Readonly<Record<string, string>>,
): Promise<CliTrial> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "cli trial ")));
  const simulator = await startSimulator({ world, now: NOW, token: TOKEN });
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    folder,
    simulator,
    write,
    read: (file) => readFileSync(join(folder, file), "utf8"),
    run: async (args, { env = {}, terminal = false, now = NOW } = {}) => {
      let out = "";
      let err = "";
      const surroundings: Surroundings = {
        folder,
        env: {
          CLOUDFLARE_API_TOKEN: TOKEN,
          CLOUDFLARE_ACCOUNT_ID: simulator.accountId,
          CLOUDFLARE_BASE_URL: simulator.url,
          ...env,
        },
        stdout: { write: (text) => void (out += text), isTTY: terminal },
        stderr: { write: (text) => void (err += text), isTTY: terminal },
        now: () => new Date(now),
      };
      const code = await runCommandLine(
        args.split(" ").filter((word) => word !== ""),
        surroundings,
      );
      return { code, out, err };
    },
    end: async () => {
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
