/** What the program runs with: its options, then the stack's config, then the environment. */

import * as pulumi from "@pulumi/pulumi";
import { splitPatterns } from "../allowlist/file-patterns.js";
import { AllowlistError, formatMessages } from "../allowlist/messages.js";
import { ACCOUNT_ID_FORM, isAccountId } from "../allowlist/values.js";
import { escapeText } from "../text/escape.js";
import { hideSecrets } from "../text/redact.js";
import { didYouMean, shown } from "../text/words.js";
import { LOOK_UPS, type LookUp } from "./account.js";
import { USER_ERRORS } from "./reconcile.js";

/** The namespace of the stack's config, regardless of the project's name: `warp-registrations:accountId`. */
const CONFIG_NAMESPACE = "warp-registrations";

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
  /** Config `perPage`: records on a page; undefined leaves the client's default. */
  readonly perPage: number | undefined;
  /** Config `lookUpUsers`: whether e-mails are looked up among Access users. */
  readonly lookUp: LookUp;
}

/** Throws a `RunError`, which Pulumi shows without a stack, if no account is set. */
export function readSettings(options: ProgramOptions): Settings {
  refuseOtherOptions(options);
  const config = new pulumi.Config(CONFIG_NAMESPACE);
  refuseOtherKeys();
  refuseKeysOfProject(options);
  const accountId = options.accountId ?? config.get("accountId") ?? process.env.CLOUDFLARE_ACCOUNT_ID;
  if (accountId === undefined || accountId === "") {
    throw runError(
      `no account is set. Set it once for this stack: pulumi config set ${CONFIG_NAMESPACE}:accountId <id>\n` +
        "The id is in the dashboard's address: https://dash.cloudflare.com/<id>",
    );
  }
  if (!isAccountId(accountId))
    throw runError(
      `the account is "${escapeText(accountId, 80)}", which is not an account id\n${ACCOUNT_ID_FORM}\n` +
        `Set it once for this stack: pulumi config set ${CONFIG_NAMESPACE}:accountId <id>`,
    );
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

const ARGUMENTS = ["accountId", "allowlist", "folder"];

/** A JavaScript program has no types: a mistyped argument would leave its default in force, and nobody would know. */
function refuseOtherOptions(options: unknown): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw runError("the arguments must be an object, such as { accountId, allowlist }");
  for (const [key, value] of Object.entries(options)) {
    if (!ARGUMENTS.includes(key))
      throw runError(`there is no argument ${shown(escapeText(key, 60))}; ${didYouMean(key, ARGUMENTS)}`);
    const isText = value === undefined || typeof value === "string";
    const isList =
      key === "allowlist" && Array.isArray(value) && value.every((one) => typeof one === "string");
    if (isList && value.length === 0)
      throw runError("the argument `allowlist` is an empty list\nName a file, or omit the argument");
    if (isText || isList) continue;
    const must = key === "allowlist" ? "a string or a list of strings" : "a string";
    throw runError(
      pulumi.Output.isInstance(value) || value instanceof Promise
        ? `the argument \`${key}\` is an output, which may not be known in a preview; it must be ${must}\n` +
            `For one that differs from stack to stack: pulumi config set ${CONFIG_NAMESPACE}:${key} <value>`
        : `the argument \`${key}\` must be ${must}`,
    );
  }
}

const KEYS = ["accountId", "allowlist", "baseUrl", "lookUpUsers", "perPage"];

const OPTIONS = ["accountId", "allowlist"] as const;

/** Keys that someone may take for the place of the API token. */
const TOKENS = ["apiKey", "apiToken", "key", "token"];

/**
 * A mistyped key would leave its default in force, and nobody would know. A token in the config would be in the stack's
 * file, the state and the engine's logs.
 */
function refuseOtherKeys(): void {
  const prefix = `${CONFIG_NAMESPACE}:`;
  const others = Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .filter((key) => !KEYS.includes(key))
    .sort();
  if (others.length === 0) return;
  const shown = (key: string) => prefix + escapeText(key, 60);
  const lines = others.map((key) =>
    TOKENS.includes(key)
      ? `the config has ${shown(key)}, but the API token is only read from the environment. Create a new token, and ` +
        "set CLOUDFLARE_API_TOKEN"
      : `the config has ${shown(key)}, but there is no such key; ${didYouMean(key, KEYS)}`,
  );
  throw runError(
    [...lines, "Remove:", ...others.map((key) => `  pulumi config rm ${shown(key)}`)].join("\n"),
  );
}

/**
 * `pulumi config set accountId …` goes into the project's own namespace, which is not read: the run would use the
 * account and the allowlist that the environment and the defaults give. A key whose option is given is not such a
 * mistake: the program that calls this may read its own config for it.
 */
function refuseKeysOfProject(options: ProgramOptions): void {
  const prefix = `${pulumi.getProject()}:`;
  const ours = `${CONFIG_NAMESPACE}:`;
  if (prefix === ours) return;
  const all = pulumi.runtime.allConfig();
  const given = options.accountId !== undefined || options.allowlist !== undefined;
  const keys = (given ? OPTIONS.filter((key) => options[key] === undefined) : KEYS).filter(
    (key) => Object.hasOwn(all, prefix + key) && !Object.hasOwn(all, ours + key),
  );
  if (keys.length === 0) return;
  const lines = keys.map(
    (key) => `the config has ${escapeText(prefix, 100)}${key}, which is not read: the namespace is ${ours}`,
  );
  const commands = keys.flatMap((key) => [
    `  pulumi config set ${ours}${key} <value>`,
    `  pulumi config rm ${escapeText(prefix, 100)}${key}`,
  ]);
  throw runError([...lines, "Run:", ...commands].join("\n"));
}

/** Not with `getNumber`: the SDK inspects the stack of its own error for half a minute. */
function perPageOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/u.test(text)) return Number(text);
  throw runError(
    `${CONFIG_NAMESPACE}:perPage is "${escapeText(text, 40)}", but must be a whole number from 1 to 9999`,
  );
}

function lookUpOf(text = "needed"): LookUp {
  const found = LOOK_UPS.find((one) => one === text);
  if (found !== undefined) return found;
  throw runError(
    `${CONFIG_NAMESPACE}:lookUpUsers is "${escapeText(text, 40)}"; ${didYouMean(text, LOOK_UPS)}`,
  );
}

/** With a `main` in Pulumi.yaml the working folder is a different one. */
function projectFolder(): string {
  const root = pulumi.getRootDirectory();
  return root.startsWith("/") || /^[a-z]:[\\/]/iu.test(root) ? root : process.cwd();
}

/**
 * An error of which Pulumi shows only the message. It has no stack: nobody would see it, but the SDK would still
 * inspect it, which takes Node 20 some twenty seconds if source maps lead into `node_modules`.
 */
export function runError(message: string): pulumi.RunError {
  const error = new pulumi.RunError(hideSecrets(process.env)(message));
  delete error.stack;
  return error;
}

/** Runs `attempt`, and turns what a user or the account can get wrong into a {@link runError}. */
export async function orRunError<T>(attempt: () => T | Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof AllowlistError) throw runError(formatMessages(error.messages));
    if (USER_ERRORS.some((kind) => error instanceof kind)) throw runError((error as Error).message);
    throw error;
  }
}
