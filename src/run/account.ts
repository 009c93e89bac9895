import type { Allowlist } from "../allowlist/model.js";
import { errorWith } from "../cloudflare/errors.js";
import {
  type AccessUser,
  type ClientOptions,
  type CloudflareClient,
  CloudflareError,
  createClient,
  credentialsFromEnvironment,
  type PhysicalDeviceListParameters,
  type Registration,
} from "../cloudflare/index.js";
import { isLoopback } from "../cloudflare/transport.js";
import { hasUnseenUsers } from "../reconcile/findings/account.js";
import type { Finding } from "../reconcile/findings/finding.js";
import { type Inventory, needsHardware } from "../reconcile/plan.js";
import { escapeText } from "../text/escape.js";
import { minute } from "../text/words.js";
import { type ListedTogether, listTogether } from "./listed-together.js";

/** Which account, and how it is reached; credentials come from the environment only. */
interface ClientContext extends Pick<ClientOptions, "accountId" | "baseUrl" | "perPage" | "onRequest"> {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The config's `baseUrl`, if the credentials may go there: to Cloudflare, to this machine, or to where the run's own
 * environment sends them. A stack's file comes with a pull request, and could name a host that collects tokens.
 *
 * @throws CloudflareError (`cloudflare/bad-setting`)
 */
export function trustedBaseUrl(
  baseUrl: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return baseUrl;
  const { hostname, origin } = new URL(baseUrl);
  if (/^api\.(?:[\da-z-]+\.)?cloudflare\.com$/u.test(hostname) || isLoopback(hostname)) return baseUrl;
  const own = env.CLOUDFLARE_BASE_URL?.trim() ?? "";
  if (URL.canParse(own) && new URL(own).origin === origin) return baseUrl;
  const host = escapeText(hostname, 100);
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: `The config warp-registrations:baseUrl would send the credentials to ${host}, which is not Cloudflare's.`,
    advice: `Remove it. If it is intended, set CLOUDFLARE_BASE_URL to the same address in the environment of the run.`,
  });
}

/** Runs `use` with a client of the account, and closes the client in any case. */
export async function withAccount<T>(
  { env, baseUrl, ...options }: ClientContext,
  use: (client: CloudflareClient) => Promise<T>,
): Promise<T> {
  const client = createClient({
    ...options,
    env,
    credentials: credentialsFromEnvironment(env),
    baseUrl: trustedBaseUrl(baseUrl, env) ?? env.CLOUDFLARE_BASE_URL?.trim() ?? "",
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Everything that any allowlist can ask about. */
export interface FullInventory extends Inventory {
  readonly devices: NonNullable<Inventory["devices"]>;
}

/**
 * Lists the live account in full, or fails. Physical devices are listed only if an entry or a rule needs them, and then
 * include those whose registrations are all revoked. Access users are listed if the allowlist has some, and otherwise
 * as `lookUp` sets.
 */
export async function takeInventory(
  client: CloudflareClient,
  allowlist: Allowlist,
  lookUp: LookUp = "needed",
): Promise<Inventory> {
  const [{ registrations, devices }, accessUsers] = await Promise.all([
    needsHardware(allowlist) ? listBoth(client) : listAlone(client),
    listWantedUsers(client, allowlist),
  ]);
  const account = client.accountId;
  if (accessUsers) return { account, registrations, devices, accessUsers };
  const { note, ...found } = await lookUpUsers(client, allowlist, registrations, lookUp);
  return { account, registrations, devices, ...found, ...(note !== undefined && { notes: [note] }) };
}

/** With their profiles, which a plan, a report and a saved account all have. */
function listRegistrations({ registrations }: CloudflareClient): Promise<readonly Registration[]> {
  return registrations.listAll({ status: "all", include: "policy" });
}

/** Registrations and devices that do not contradict each other. */
function listBoth(
  client: CloudflareClient,
  more: PhysicalDeviceListParameters = {},
): Promise<ListedTogether> {
  return listTogether(client, async () => {
    const [registrations, devices] = await Promise.all([
      listRegistrations(client),
      client.physicalDevices.listAll({ active_registrations: "include", ...more }),
    ]);
    return { registrations, devices };
  });
}

/** Registrations, if devices are not needed; only an empty list is checked against the devices. */
async function listAlone(
  client: CloudflareClient,
): Promise<{ readonly registrations: readonly Registration[]; readonly devices?: undefined }> {
  const registrations = await listRegistrations(client);
  if (registrations.length > 0) return { registrations };
  const both = await listBoth(client);
  return { registrations: both.registrations };
}

/** What must be requested, since a token may be allowed to read devices but not users. */
export interface FullOptions {
  /** Every Access user as well, or only if this allowlist names any. */
  readonly accessUsers?: boolean | Allowlist;
}

/** Lists the live account with all physical devices and profiles, regardless of what an allowlist asks for. */
export async function takeFullInventory(
  client: CloudflareClient,
  { accessUsers: wanted = false }: FullOptions = {},
): Promise<FullInventory> {
  const [{ registrations, devices }, accessUsers] = await Promise.all([
    listBoth(client, { include: "last_seen_registration.policy" }),
    typeof wanted === "object"
      ? listWantedUsers(client, wanted)
      : wanted
        ? client.accessUsers.listAll()
        : undefined,
  ]);
  return { account: client.accountId, registrations, devices, accessUsers };
}

/**
 * What {@link takeInventory} would have listed, so that a file gives the same plan as the account it was taken from.
 */
export function narrowInventory(full: FullInventory, allowlist: Allowlist): Inventory {
  const { account, registrations, devices, accessUsers } = full;
  return {
    account,
    registrations,
    devices: needsHardware(allowlist) ? devices : undefined,
    accessUsers:
      allowlist.accessUsers.length > 0 || hasUnseenUsers(allowlist, registrations) ? accessUsers : undefined,
  };
}

/**
 * Every Access user, if the allowlist has a section `accessUsers`; undefined if it has none. Nothing can be decided
 * about them without the list, so its failure fails the run.
 *
 * @throws CloudflareError that says which line asks for the list
 */
async function listWantedUsers(
  client: CloudflareClient,
  { accessUsers: [first] }: Allowlist,
): Promise<readonly AccessUser[] | undefined> {
  if (first === undefined) return undefined;
  try {
    return await client.accessUsers.listAll();
  } catch (error) {
    if (!(error instanceof CloudflareError)) throw error;
    const { file, line } = first.source;
    const why = `asked for because of \`accessUsers\` (${escapeText(file)}:${line})`;
    throw errorWith(error, { details: [...error.details, why] });
  }
}

// Whether the addresses of the allowlist are looked up among the account's Access users.

export const LOOK_UPS = ["needed", "always", "never"] as const;

/** `needed`: only if a listed user has no registration, since all others are known to exist. */
export type LookUp = (typeof LOOK_UPS)[number];

interface UserLookUp {
  readonly accessUsers?: readonly AccessUser[];
  /** Why they could not be listed; the run goes on without. */
  readonly note?: string;
}

/** Lists the Access users. They lead only to a finding, so a token that may not read them is good enough. */
async function lookUpUsers(
  client: CloudflareClient,
  allowlist: Allowlist,
  registrations: readonly Registration[],
  lookUp: LookUp,
): Promise<UserLookUp> {
  if (lookUp === "never" || (lookUp === "needed" && !hasUnseenUsers(allowlist, registrations))) return {};
  try {
    return { accessUsers: await client.accessUsers.listAll() };
  } catch (error) {
    if (!(error instanceof CloudflareError)) throw error;
    const why =
      error.code === "cloudflare/missing-permission"
        ? 'the token lacks the permission "Access: Audit Logs Read"'
        : error.code;
    return { note: `e-mails were not looked up among Access users: ${why}` };
  }
}

// The time of a run: the live account's clock takes precedence over this machine's.

/** The time of a run, with findings and notes about the clock that it comes from. */
export interface RunTime {
  readonly now: Date;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** Within this the two clocks agree: the header counts in seconds, and an answer takes a while to arrive. */
const SAME_MS = 30_000;

/** Beyond this someone should set the machine's clock. */
const SKEW_MS = 300_000;

/**
 * The time, once the account has been listed. Records were written by the account's clock: with a wrong clock, a
 * machine would take everything for stale, or a grace for never over. So the time in the account's answers (`Date`)
 * counts, or this machine's if the two agree, since it is more precise.
 */
export function timeOf({ serverTime }: Pick<CloudflareClient, "serverTime">, local: () => Date): RunTime {
  const server = serverTime();
  const here = local();
  if (server === undefined) {
    const note = `the account's answers do not contain the time, so this machine's clock is used: ${minute(here)}`;
    return { now: here, findings: [], notes: [note] };
  }
  const skew = Math.abs(here.getTime() - server);
  const now = skew <= SAME_MS ? here : new Date(server);
  return { now, findings: skew > SKEW_MS ? [skewed(here, now)] : [], notes: [] };
}

function skewed(here: Date, there: Date): Finding {
  return {
    code: "clock-skew",
    subject: ["clock"],
    text:
      "this machine's clock is more than five minutes off; it says " +
      `${minute(here)}, and the account's clock, which the run uses, says ${minute(there)}: set the machine's clock`,
    registrations: [],
  };
}
