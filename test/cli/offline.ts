/** Whole commands in process over a saved account: no network, and arguments as they are. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCommandLine } from "../../src/cli/command-line.js";
import { formatInventory } from "../../src/cli/files.js";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";
import { ACCOUNT, NOW } from "../support/world.js";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Offline {
  readonly folder: string;
  /** The account stands in `inventory.json`. */
  readonly run: (...args: readonly string[]) => Promise<Ended>;
  /** The same in a terminal that is so wide. */
  readonly runAt: (columns: number, ...args: readonly string[]) => Promise<Ended>;
  readonly write: (file: string, text: string) => void;
  /** Undefined where there is no such file. */
  readonly read: (file: string) => string | undefined;
  readonly end: () => void;
}

export interface OfflineAccount {
  readonly registrations: readonly Registration[];
  readonly devices?: readonly PhysicalDevice[];
}

/** The account as `--inventory` reads it. */
export function inventoryText({ registrations, devices = [] }: OfflineAccount): string {
  const head = { kind: "warp-inventory", version: 1, account: ACCOUNT, redacted: false } as const;
  return [...formatInventory({ ...head, takenAt: NOW.toISOString(), registrations, devices })].join("");
}

/** A project's folder with these files. */
export function startOffline(account: OfflineAccount, files: Readonly<Record<string, string>> = {}): Offline {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "offline cli ")));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  for (const [file, text] of Object.entries({ ...files, "inventory.json": inventoryText(account) }))
    write(file, text);
  const run = async (args: readonly string[], columns?: number) => {
    let out = "";
    let err = "";
    const code = await runCommandLine(args, {
      folder,
      env: {},
      stdout: { write: (text) => void (out += text), isTTY: columns !== undefined, columns },
      stderr: { write: (text) => void (err += text) },
      now: () => NOW,
    });
    return { code, out, err };
  };
  return {
    folder,
    write,
    read: (file) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : undefined),
    run: (...args) => run(args),
    runAt: (columns, ...args) => run(args, columns),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}
