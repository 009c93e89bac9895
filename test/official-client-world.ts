/** The account that both clients are tried on, and the records in it that calls are about. */

import { generateWorld } from "../src/simulator/index.js";

export const TOKEN = "official-token-51c0";
export const NOW = "2026-10-01T08:00:00.000000Z";

export const world = generateWorld({ registrations: 70, users: 30, seed: 31, revoked: 8 });
const active = world.registrations.filter(({ revoked_at }) => revoked_at == null);
const users = world.access_users ?? [];

function the<T>(what: string, found: T | undefined): T {
  if (found === undefined) throw new Error(`the world of these tests has no ${what}: choose another seed`);
  return found;
}

/* What the calls are about; each call has a simulator of its own. */
export const [FIRST, SECOND] = [the("registration", active[0]), the("second registration", active[1])];
export const REVOKED = the(
  "revoked registration",
  world.registrations.find(({ revoked_at }) => revoked_at != null),
);
export const SEEN = the(
  "user with sessions",
  users.find(({ active_sessions: sessions = [] }) => sessions.length > 1),
);
export const FAILED = the(
  "failed login",
  users.find(({ failed_logins: logins = [] }) => logins.length > 0),
);
export const NONCE = the("nonce", SEEN.active_sessions?.[1]?.metadata?.nonce);
export const POLICY = the("profile", FIRST.policy);
