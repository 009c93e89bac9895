import { Command, InvalidArgumentError, Option } from "commander";
import { createWriteStream, type WriteStream } from "node:fs";
import {
  describeSettings,
  generateWorld,
  readSetting,
  readWorldFile,
  type SimulatorSettings,
  type Simulator,
  SimulatorError,
  startSimulator,
  type World,
} from "../../simulator/index.js";
import { jsonText } from "../../text/escape.js";
import { placeOf, reasonOf } from "../../text/files.js";
import { readInventoryFile } from "../files.js";

interface SimulateOptions {
  readonly json?: boolean;
  readonly world?: string;
  readonly inventory?: string;
  readonly registrations?: number;
  readonly users?: number;
  readonly revoked?: number;
  readonly seed: number;
  readonly port: number;
  readonly token?: string;
  readonly log?: string;
  readonly setting: Partial<SimulatorSettings>;
  readonly now?: string;
}

const EXAMPLE = `
Example:
  $ warp-registrations simulate --registrations 500 --users 200 --revoked 20 --port 8787
  Listening on http://127.0.0.1:8787
  export CLOUDFLARE_BASE_URL=http://127.0.0.1:8787/client/v4
  export CLOUDFLARE_ACCOUNT_ID=…

Set the token that clients must send as SIMULATOR_TOKEN in the environment, which wins over --token: other users of the
machine can read a process's arguments. Without a token, the simulator accepts any. GET /__sim/log and /__sim/world show
the requests and their results.

Settings:
${describeSettings()
  .map((line) => `  ${line}`)
  .join("\n")}
`;

/** `warp-registrations simulate`: runs until SIGINT or SIGTERM. */
export function simulateCommand(): Command {
  return new Command("simulate")
    .description(
      "Serve a made-up account through Cloudflare's device and Access user endpoints, only on this machine.",
    )
    .addOption(
      new Option("--world <file>", "the account, as JSON in the API's shapes").conflicts("registrations"),
    )
    .addOption(
      new Option("--inventory <file>", "the account, as `warp-registrations inventory` saved it").conflicts([
        "world",
        "registrations",
      ]),
    )
    .option("--registrations <n>", "make up an account with this many registrations", wholeNumber)
    .option("--users <n>", "… of this many users (default: two per five registrations)", wholeNumber)
    .option("--revoked <n>", "… this many of them revoked", wholeNumber)
    .option("--seed <n>", "… the same account for the same number", wholeNumber, 1)
    .option("--port <n>", "the port; 0 takes a free one", portNumber, 0)
    .option("--token <token>", "the token that clients must send; SIMULATOR_TOKEN is safer")
    .option("--log <file>", "append each request to this file, one JSON line each")
    .addOption(
      new Option("--setting <name=value>", "change a setting; may be repeated")
        .argParser(addSetting)
        .default({}, "none"),
    )
    .option("--json", "print where it listens as one line of JSON")
    .option("--now <time>", "stop the account's clock at this time (RFC 3339)")
    .addHelpText("after", EXAMPLE)
    .action((options: SimulateOptions) => simulate(options));
}

async function simulate(options: SimulateOptions): Promise<void> {
  const world = worldOf(options);
  const log = options.log === undefined ? undefined : await openLog(options.log);
  const token = (process.env.SIMULATOR_TOKEN ?? "") || options.token;
  const simulator = await startSimulator({
    world,
    port: options.port,
    settings: options.setting,
    token,
    now: options.now,
    onRequest: log && ((entry) => log.write(`${jsonText(entry)}\n`)),
  });
  process.stdout.write(
    options.json === true ? machineGreeting(simulator) : greeting(simulator, token !== undefined),
  );
  await interrupted();
  await simulator.close();
  await new Promise<void>((resolve) => (log === undefined ? resolve() : log.end(resolve)));
}

function worldOf({ world, inventory, registrations, users, revoked, seed, now }: SimulateOptions): World {
  if (world !== undefined) return readWorldFile(world);
  if (inventory !== undefined) return worldOfInventory(inventory);
  if (registrations === undefined) {
    throw new SimulatorError(
      "no account is given: give --world FILE, --inventory FILE, or --registrations N for a made-up one",
    );
  }
  return generateWorld({
    registrations,
    users: users ?? Math.ceil(registrations * 0.4),
    seed,
    revoked,
    now,
  });
}

function worldOfInventory(file: string): World {
  const { account, registrations, devices, accessUsers } = readInventoryFile(process.cwd(), file);
  return { account_id: account, registrations, physical_devices: devices, access_users: accessUsers };
}

/** Opens the log for appending. Refuses a pipe, because opening it would wait for a reader. */
function openLog(file: string): Promise<WriteStream> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new SimulatorError(`log file ${file}: ${why}`));
    try {
      const { kind } = placeOf(file);
      if (kind !== "file" && kind !== "descriptor" && kind !== "character device") {
        fail(`it is a ${kind}`);
        return;
      }
    } catch (error) {
      fail(reasonOf(error));
      return;
    }
    const stream = createWriteStream(file, { flags: "a" });
    stream.once("open", () => resolve(stream));
    stream.once("error", (error) => fail(reasonOf(error)));
  });
}

function greeting(simulator: Simulator, asksToken: boolean): string {
  const lines = [
    `Listening on ${simulator.url}`,
    `export CLOUDFLARE_BASE_URL=${simulator.url}/client/v4`,
    `export CLOUDFLARE_ACCOUNT_ID=${simulator.accountId}`,
    asksToken
      ? "# CLOUDFLARE_API_TOKEN: the token that the simulator was given"
      : "export CLOUDFLARE_API_TOKEN=any",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function machineGreeting({ url, accountId }: Simulator): string {
  return `${jsonText({ url, baseUrl: `${url}/client/v4`, accountId })}\n`;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

function addSetting(text: string, settings: Partial<SimulatorSettings>): Partial<SimulatorSettings> {
  return { ...settings, ...readSetting(text) };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("Expected a port from 0 to 65535.");
  return port;
}
