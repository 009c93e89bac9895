/**
 * What the executable costs on a large live account, compared with a script that only fetches and parses the same
 * pages.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator, type World } from "../src/simulator/index.js";
import { TOKEN } from "../test/support/trial.js";
import { allowlistOf, fleet, NO_LIMITS } from "./fleet.js";
import type { Row } from "./table.js";
import { measured } from "./usage.js";

const ROUNDS = 3;
const REGISTRATIONS = 100_000;

interface Figure {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly megabytes: number;
}

interface Wanted {
  readonly args: readonly string[];
  readonly ratio: number;
  readonly megabytes?: number;
}

const COMMANDS: readonly Wanted[] = [
  { args: ["plan"], ratio: 1.6, megabytes: 600 },
  { args: ["plan", "--output", "json=plan.json"], ratio: 1.6, megabytes: 600 },
  { args: ["inventory", "--output", "inventory.json"], ratio: 1.3, megabytes: 400 },
  { args: ["export", "--output", "export.yaml", "--force"], ratio: 2 },
];

/** Runs each command in turn with the script, so that other load on the machine affects both. */
export async function measureCommands(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "warp-bench-"));
  const world = fleet(REGISTRATIONS, REGISTRATIONS * 0.3, REGISTRATIONS / 100);
  await writeFile(join(folder, "allowlist.yaml"), tenMegabytes(world));
  const simulator = await startSimulator({ world, settings: { rate_limit: 0 }, token: TOKEN });
  const cli = join(__dirname, "../src/cli/main.js");
  const rows: Row[] = [];
  try {
    for (const { args, ratio, megabytes } of COMMANDS) {
      const pairs: (readonly [Figure, Figure])[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const bare = await runNode(["-e", BARE], folder, simulator);
        pairs.push([await runNode([cli, ...args], folder, simulator), bare]);
      }
      rows.push(toRow(args, pairs, { ratio, megabytes }));
    }
    return rows;
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function toRow(
  args: readonly string[],
  pairs: readonly (readonly [Figure, Figure])[],
  wanted: { readonly ratio: number; readonly megabytes: number | undefined },
): Row {
  const best = (of: (figure: Figure) => number, which: 0 | 1) =>
    Math.min(...pairs.map((pair) => of(pair[which])));
  const ratioOf = (of: (figure: Figure) => number) => best(of, 0) / best(of, 1);
  const ratio = ratioOf(({ seconds }) => seconds);
  const processor = ratioOf(({ processorSeconds }) => processorSeconds);
  const most = Math.max(...pairs.map(([{ megabytes }]) => megabytes));
  return {
    what: `${args.join(" ")}: ${REGISTRATIONS.toLocaleString("en")} registrations, live, against a script that fetches and parses`,
    measured: `${ratio.toFixed(2)} × (${best(({ seconds }) => seconds, 0).toFixed(1)} s; processor ${processor.toFixed(1)} ×), ${Math.round(most)} MB`,
    wanted: `at most ${wanted.ratio} ×${wanted.megabytes === undefined ? "" : `, ${wanted.megabytes} MB`}`,
    reached: ratio <= wanted.ratio && most <= (wanted.megabytes ?? Infinity),
  };
}

/** Lists every device, each with a note, except the revoked ones. */
function tenMegabytes(world: World): string {
  const revoked = world.registrations.filter(({ revoked_at }) => revoked_at != null).map(({ id }) => id);
  return allowlistOf(world, new Set(revoked), NO_LIMITS).replaceAll(
    /^ {4}- .*$/gmu,
    "$&\n      note: issued with the ticket IT-12345, handed over at the office",
  );
}

const BARE = `
const list = async (path) => {
  const { CLOUDFLARE_BASE_URL: url, CLOUDFLARE_ACCOUNT_ID: account, CLOUDFLARE_API_TOKEN: token } = process.env;
  for (let cursor = ""; cursor !== undefined; ) {
    const address = url + "/accounts/" + account + "/devices/" + path + "&sort_by=id&sort_order=asc&per_page=1000" + cursor;
    const answer = await fetch(address, { headers: { authorization: "Bearer " + token } });
    const next = JSON.parse(await answer.text()).result_info.cursor;
    cursor = next ? "&cursor=" + encodeURIComponent(next) : undefined;
  }
};
list("registrations?status=all&include=policy");
list("physical-devices?active_registrations=include");
`;

async function runNode(
  args: readonly string[],
  folder: string,
  { url, accountId }: Simulator,
): Promise<Figure> {
  const account = { CLOUDFLARE_BASE_URL: url, CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_API_TOKEN: TOKEN };
  const { result, seconds, usages } = await measured(async (env) => {
    const child = spawn(process.execPath, [...args], {
      cwd: folder,
      env: { ...process.env, ...account, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, said };
  });
  const [usage] = usages;
  if (result.code !== 0 || usage === undefined) throw new Error(`${args.join(" ")} failed:\n${result.said}`);
  return { seconds, ...usage };
}
