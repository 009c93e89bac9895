/** What the program runs with: its options, then the stack's config, then the environment. */

import * as pulumi from "@pulumi/pulumi";
import { didYouMean } from "./allowlist/nearest.js";
import { escapeText } from "./escape.js";
import { LOOK_UPS, type LookUp } from "./look-up.js";
import { splitPatterns } from "./patterns.js";
import { runError } from "./run-error.js";

/** The namespace of the stack's config, whatever the project is called: `warp-registrations:accountId`. */
export const CONFIG_NAMESPACE = "warp-registrations";

export interface ProgramOptions {
  /** The account's id; else config `accountId`, else `CLOUDFLARE_ACCOUNT_ID`. */
  readonly accountId?: string;
  /** Globs of allowlist files, relative to the project's folder; else config `allowlist`, else the default ones. */
  readonly allowlist?: string | readonly string[];
  /** The project's folder, outside which no allowlist is read; else the folder of Pulumi.yaml. */
  readonly folder?: string;
}

export interface Settings {
  readonly accountId: string;
  readonly patterns: readonly string[];
  readonly folder: string;
  /** Config `baseUrl`; undefined leaves `CLOUDFLARE_BASE_URL` or Cloudflare itself. */
  readonly baseUrl: string | undefined;
  /** Config `perPage`: records asked for on a page; undefined leaves the client's default. */
  readonly perPage: number | undefined;
  /** Config `lookUpUsers`: whether e-mails are looked up among Access users. */
  readonly lookUp: LookUp;
}

/** Throws a `RunError`, which Pulumi shows without a stack, where the account is not said. */
export function readSettings(options: ProgramOptions): Settings {
  const config = new pulumi.Config(CONFIG_NAMESPACE);
  refuseTokens(config);
  refuseUnknownKeys();
  const accountId = options.accountId ?? config.get("accountId") ?? process.env.CLOUDFLARE_ACCOUNT_ID;
  if (accountId === undefined || accountId === "") {
    throw runError(
      `which account? Say it once for this stack: pulumi config set ${CONFIG_NAMESPACE}:accountId <id>\n` +
        "The id stands in the dashboard's address: https://dash.cloudflare.com/<id>",
    );
  }
  const allowlist = options.allowlist ?? config.get("allowlist");
  return {
    accountId,
    patterns: typeof allowlist === "object" ? allowlist : splitPatterns(allowlist),
    folder: options.folder ?? projectFolder(),
    baseUrl: config.get("baseUrl"),
    perPage: perPageOf(config.get("perPage")),
    lookUp: lookUpOf(config.get("lookUpUsers")),
  };
}

/** A token in the config would stand in the stack's file, the state and the engine's logs. */
function refuseTokens(config: pulumi.Config): void {
  const found = ["apiToken", "token", "apiKey", "key"].find((name) => config.get(name) !== undefined);
  if (found === undefined) return;
  throw runError(
    `the config has ${CONFIG_NAMESPACE}:${found}, but the API token is taken from the environment only.\n` +
      `Remove it (pulumi config rm ${CONFIG_NAMESPACE}:${found}), make a new token, and set CLOUDFLARE_API_TOKEN.`,
  );
}

const KEYS = ["accountId", "allowlist", "baseUrl", "lookUpUsers", "perPage"];

/** A mistyped key would leave its default in force, and nobody would know. */
function refuseUnknownKeys(): void {
  const prefix = `${CONFIG_NAMESPACE}:`;
  const unknown = Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .filter((key) => !KEYS.includes(key))
    .sort();
  if (unknown.length === 0) return;
  throw runError(
    unknown
      .map(
        (key) =>
          `the config has ${prefix}${escapeText(key, 60)}, which means nothing; ${didYouMean(key, KEYS)}`,
      )
      .join("\n") + `\nRemove it: pulumi config rm ${prefix}${escapeText(unknown[0] ?? "", 60)}`,
  );
}

/** Not by `getNumber`: the SDK inspects the stack of its own error for half a minute. */
function perPageOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/u.test(text)) return Number(text);
  throw runError(
    `${CONFIG_NAMESPACE}:perPage is "${escapeText(text, 40)}"; it is a whole number from 1 to 9999`,
  );
}

function lookUpOf(text = "needed"): LookUp {
  const found = LOOK_UPS.find((one) => one === text);
  if (found !== undefined) return found;
  throw runError(
    `${CONFIG_NAMESPACE}:lookUpUsers is "${escapeText(text, 40)}"; ${didYouMean(text, LOOK_UPS)}`,
  );
}

/** With a `main` in Pulumi.yaml the working folder is another one. */
function projectFolder(): string {
  const root = pulumi.getRootDirectory();
  return root.startsWith("/") || /^[a-z]:[\\/]/iu.test(root) ? root : process.cwd();
}
