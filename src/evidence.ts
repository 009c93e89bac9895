/** What the account knows of the users behind decisions: asked for on demand, bounded in calls. */

import {
  CloudflareError,
  type AccessUser,
  type CloudflareClient,
  type Identity,
} from "./cloudflare/index.js";
import { normaliseEmail } from "./allowlist/email.js";
import type { ActDecision, Decision } from "./reconcile/decision.js";
import { byUrgency } from "./reconcile/schedule.js";
import type { Plan } from "./reconcile/plan.js";
import type { Evidence } from "./report/evidence.js";

/** Unless told otherwise so many users are asked about, the first of them; four calls each. */
export const MOST_USERS = 25;

/** So many sign-ins that failed are kept of each user, the newest. */
const MOST_LOGINS = 5;

export interface EvidenceOptions {
  readonly mostUsers?: number;
  /** The account's Access users, where they have been listed already. */
  readonly accessUsers?: readonly AccessUser[] | undefined;
}

/** The acts of a plan, pending ones among them, most urgent first: what evidence is gathered about. */
export function actsOf(plan: Plan): readonly ActDecision[] {
  return [...plan.acts, ...plan.pending.map(({ decision }) => decision)].sort(byUrgency);
}

/** Evidence by registration id, of all decisions whose user could be asked about; the first users come first. */
export async function gatherEvidence(
  client: CloudflareClient,
  decisions: readonly Decision[],
  { mostUsers = MOST_USERS, accessUsers }: EvidenceOptions = {},
): Promise<ReadonlyMap<string, Evidence>> {
  const emails = [...new Set(decisions.map(({ user }) => user))].filter((email) => email !== "");
  const asked = new Set(emails.slice(0, mostUsers));
  const known = accessUsers && new Map(accessUsers.map((user) => [normaliseEmail(user.email ?? ""), user]));
  const inquiry = new Inquiry(client, known);
  const byUser = new Map<string, Evidence>();
  for (const email of emails) {
    byUser.set(
      email,
      asked.has(email)
        ? await inquiry.about(email)
        : {
            missing: [`not asked: at most ${mostUsers} users are asked about`],
          },
    );
  }
  return new Map(
    decisions.flatMap(({ user, registration }) => {
      const evidence = byUser.get(user);
      return evidence ? [[registration.id, evidence] as const] : [];
    }),
  );
}

/** One user after the other, so that the client's pace holds; what the token may not ask is not asked twice. */
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
      ...(user.last_successful_login != null && { lastSuccessfulLogin: user.last_successful_login }),
      ...(identity && { identity: describe(identity) }),
      ...(sessions && { activeSessions: sessions.length }),
      ...(failedLogins && { failedLogins }),
      ...((user.access_seat != null || user.gateway_seat != null) && {
        seats: { access: user.access_seat === true, gateway: user.gateway_seat === true },
      }),
      ...(user.active_device_count != null && { activeDevices: user.active_device_count }),
      missing,
    };
  }

  /** Evidence is worth a note where it cannot be had, never the run. */
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
    ...(identity.ip !== undefined && { ip: identity.ip }),
    ...(identity.geo?.country !== undefined && { country: identity.geo.country }),
    ...(groups.length > 0 && { groups }),
    ...(posture.length > 0 && { posture }),
  };
}

/** No document names them; identity providers send names, or objects that have one. */
function groupsOf(identity: Identity): string[] {
  const { groups } = identity as { readonly groups?: unknown };
  if (!Array.isArray(groups)) return [];
  return groups.flatMap((group: unknown) => {
    if (typeof group === "string") return [group];
    const name = typeof group === "object" && group !== null && "name" in group ? group.name : undefined;
    return typeof name === "string" ? [name] : [];
  });
}
