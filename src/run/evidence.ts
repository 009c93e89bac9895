/** What the account knows about the users behind decisions: requested on demand, with a limited number of calls. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { splitPatterns } from "../allowlist/file-patterns.js";
import { readAllowlist } from "../allowlist/files.js";
import { AllowlistError } from "../allowlist/messages.js";
import { normaliseEmail } from "../allowlist/values.js";
import {
  type AccessUser,
  type CloudflareClient,
  CloudflareError,
  type Identity,
} from "../cloudflare/index.js";
import type { ActDecision, Decision } from "../reconcile/decision.js";
import type { Sibling } from "../reconcile/findings/account.js";
import type { Plan } from "../reconcile/plan.js";
import { byUrgency } from "../reconcile/schedule.js";
import type { Evidence } from "../report/evidence.js";
import { LARGEST_YAML, readInput } from "../text/files.js";

/** By default at most this many users are looked up, the first ones; four calls each. */
const MOST_USERS = 25;

/** At most this many failed sign-ins of each user are kept, the newest. */
const MOST_LOGINS = 5;

interface EvidenceOptions {
  readonly mostUsers?: number;
  /** The account's Access users, if they have already been listed. */
  readonly accessUsers?: readonly AccessUser[] | undefined;
}

/** The acts of a plan, including pending ones, most urgent first: what evidence is fetched for. */
export function actsOf(plan: Plan): readonly ActDecision[] {
  return [...plan.acts, ...plan.pending.map(({ decision }) => decision)].sort(byUrgency);
}

/** Evidence by registration id, for all decisions with a user; the first users are looked up first. */
export async function fetchEvidence(
  client: CloudflareClient,
  decisions: readonly Decision[],
  { mostUsers = MOST_USERS, accessUsers }: EvidenceOptions = {},
): Promise<ReadonlyMap<string, Evidence>> {
  const emails = [...new Set(decisions.map(({ user }) => user))].filter((email) => email !== "");
  const asked = new Set(emails.slice(0, mostUsers));
  const known = accessUsers && new Map(accessUsers.map((user) => [normaliseEmail(user.email ?? ""), user]));
  const inquiry = new Inquiry(client, known);
  const notAsked = `not asked: at most ${mostUsers} users are asked about`;
  const byUser = new Map<string, Evidence>();
  for (const email of emails) {
    byUser.set(email, asked.has(email) ? await inquiry.about(email) : { missing: [notAsked] });
  }
  return new Map(
    decisions.flatMap(({ user, registration }) => {
      const evidence = byUser.get(user);
      return evidence ? [[registration.id, evidence] as const] : [];
    }),
  );
}

/**
 * Looks up one user after the other, so that the client's pace holds; what the token may not read is not requested
 * twice.
 */
class Inquiry {
  readonly #refused = new Map<string, string>();

  constructor(
    readonly client: CloudflareClient,
    readonly known: ReadonlyMap<string, AccessUser> | undefined,
  ) {}

  async about(email: string): Promise<Evidence> {
    const missing: string[] = [];
    const users = this.client.accessUsers;
    const find = async () => this.known?.get(email) ?? (await users.byEmail(email))[0];
    const user = await this.#ask("Access users", missing, find);
    if (!user) return { missing: missing.length > 0 ? missing : ["no Access user has this address"] };
    const identity = await this.#ask("the last-seen identity", missing, () =>
      users.lastSeenIdentity(user.id),
    );
    const sessions = await this.#ask("active sessions", missing, () => users.activeSessions.list(user.id));
    const logins = await this.#ask("failed logins", missing, () => users.failedLogins(user.id));
    const failedLogins = logins
      ?.map(({ metadata }) => ({ at: metadata?.datetime ?? "", detail: metadata?.app_name ?? "" }))
      .sort((a, b) => (a.at < b.at ? 1 : -1))
      .slice(0, MOST_LOGINS);
    return {
      lastSuccessfulLogin: user.last_successful_login ?? undefined,
      identity: identity && describe(identity),
      activeSessions: sessions?.length,
      failedLogins,
      seats:
        user.access_seat == null && user.gateway_seat == null
          ? undefined
          : { access: user.access_seat === true, gateway: user.gateway_seat === true },
      activeDevices: user.active_device_count ?? undefined,
      missing,
    };
  }

  /** Missing evidence is worth a note, but never fails the run. */
  async #ask<T>(what: string, missing: string[], ask: () => Promise<T>): Promise<T | undefined> {
    const before = this.#refused.get(what);
    if (before !== undefined) {
      missing.push(before);
      return undefined;
    }
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CloudflareError)) throw error;
      if (error.code === "cloudflare/not-found") return undefined;
      const lacks = error.code === "cloudflare/missing-permission";
      const why = lacks
        ? `${what}: the token lacks the permission "Access: Audit Logs Read"`
        : `${what}: ${error.code}`;
      if (lacks) this.#refused.set(what, why);
      missing.push(why);
      return undefined;
    }
  }
}

function describe(identity: Identity): NonNullable<Evidence["identity"]> {
  const groups = groupsOf(identity);
  const posture = Object.entries(identity.devicePosture ?? {}).map(([id, { rule_name, success }]) => ({
    name: rule_name ?? id,
    passed: success === true,
  }));
  return {
    ip: identity.ip,
    country: identity.geo?.country,
    groups: groups.length > 0 ? groups : undefined,
    posture: posture.length > 0 ? posture : undefined,
  };
}

/** No document describes them; identity providers send names, or objects that have one. */
function groupsOf(identity: Identity): string[] {
  const { groups } = identity as { readonly groups?: unknown };
  if (!Array.isArray(groups)) return [];
  return groups.flatMap((group: unknown) => {
    if (typeof group === "string") return [group];
    const name = typeof group === "object" && group !== null && "name" in group ? group.name : undefined;
    return typeof name === "string" ? [name] : [];
  });
}

// Other stacks of this project that are configured for the same account, as far as their files show.

/** Which stack asks, and where its project is. */
interface OwnStack {
  /** The folder of Pulumi.yaml. */
  readonly folder: string;
  readonly stack: string;
  readonly account: string;
}

/**
 * Reads `Pulumi.<stack>.yaml` beside the project. A stack whose file does not say its account, or that lives in
 * another repository, cannot be found.
 */
export async function findSiblings({ folder, stack, account }: OwnStack): Promise<readonly Sibling[]> {
  const names = await readdir(folder).catch(() => []);
  const siblings: Sibling[] = [];
  for (const name of names.sort()) {
    const other = /^Pulumi\.(.+)\.ya?ml$/u.exec(name)?.[1];
    if (other === undefined || other === stack) continue;
    const config = readConfig(join(folder, name));
    if (config.get("accountId") !== account) continue;
    siblings.push({ stack: other, scope: await readScope(folder, config.get("allowlist")) });
  }
  return siblings;
}

/** A stack's file that cannot be read is that stack's business. */
function readConfig(path: string): ReadonlyMap<string, string> {
  try {
    const file = parse(readInput(path, LARGEST_YAML), { logLevel: "silent" }) as {
      config?: Record<string, unknown>;
    } | null;
    const own = Object.entries(file?.config ?? {}).flatMap(([key, value]) => {
      const [space, name = ""] = key.split(":");
      if (space !== "warp-registrations") return [];
      if (Array.isArray(value)) return [[name, JSON.stringify(value)] as const];
      return typeof value === "string" ? [[name, value] as const] : [];
    });
    return new Map(own);
  } catch {
    return new Map();
  }
}

async function readScope(root: string, patterns: string | undefined): Promise<Sibling["scope"]> {
  try {
    return (await readAllowlist({ root, patterns: splitPatterns(patterns) })).scope;
  } catch (error) {
    if (!(error instanceof AllowlistError)) throw error;
    return { unreadable: "its allowlist is not valid" };
  }
}
