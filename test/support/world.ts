/** Small worlds for tests, in the API's own shapes. */

import type { Allowlist } from "../../src/allowlist/model.js";
import { parseAllowlist } from "../../src/allowlist/parse.js";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";
import type { EarlierRuns } from "../../src/reconcile/decision.js";
import { makePlan, type Plan } from "../../src/reconcile/plan.js";

export const ACCOUNT = "0123456789abcdef0123456789abcdef";
export const NOW = new Date("2026-06-01T12:00:00Z");

/** A registration that only says what matters; its device has the same id unless said. */
export interface Sketch {
  readonly id: string;
  readonly email?: string;
  readonly device?: string;
  readonly name?: string;
  readonly created?: string;
  readonly lastSeen?: string;
  readonly revoked?: string | undefined;
  readonly type?: string;
  readonly policy?: string;
  readonly deleted?: string;
  readonly clientVersion?: string;
  /** Further fields, in the API's own words. */
  readonly also?: Partial<Registration>;
}

export function registration({
  id,
  email,
  device,
  name,
  created,
  lastSeen,
  revoked,
  type,
  policy,
  deleted,
  clientVersion,
  also = {},
}: Sketch): Registration {
  const at = created ?? "2026-05-01T08:00:00.000000Z";
  return {
    id,
    key: `key-${id}`,
    device: {
      id: device ?? `dev-${id}`,
      name: name ?? `NAME-${id}`,
      ...(clientVersion !== undefined && { client_version: clientVersion }),
    },
    created_at: at,
    updated_at: revoked ?? at,
    last_seen_at: lastSeen ?? "2026-05-31T08:00:00.000000Z",
    ...(revoked !== undefined && { revoked_at: revoked }),
    ...(deleted !== undefined && { deleted_at: deleted }),
    ...(type !== undefined && { registration_type: type }),
    ...(policy !== undefined && {
      policy: { id: policy, name: policy, default: false, deleted: false, updated_at: at },
    }),
    ...(email !== undefined && { user: { id: `user-${email}`, email, name: "" } }),
    ...also,
  };
}

export function physicalDevice(id: string, hardware: Partial<PhysicalDevice>): PhysicalDevice {
  const at = "2026-05-01T08:00:00.000000Z";
  return {
    id,
    name: `NAME-${id}`,
    created_at: at,
    updated_at: at,
    last_seen_at: at,
    active_registrations: 1,
    ...hardware,
  };
}

/** Reads one root file; a test's allowlist that is not valid fails the test with its messages. */
export function allowlist(text: string, file = "allowlist.yaml"): Allowlist {
  const { allowlist: read, messages } = parseAllowlist([{ file, text }]);
  if (!read || messages.length > 0) throw new Error(JSON.stringify(messages, null, 2));
  return read;
}

export function plan(
  text: string,
  sketches: readonly Sketch[],
  devices?: readonly PhysicalDevice[],
  now = NOW,
  own?: EarlierRuns,
): Plan {
  const registrations = sketches.map(registration);
  const inventory = { account: ACCOUNT, registrations, devices };
  return makePlan(allowlist(text), inventory, now, { own });
}

/** The plan in short: `id: action (rule) line`. */
export function summary({ decisions }: Plan): string[] {
  return decisions.map(
    ({ registration: { id }, action, reason, source }) => `${id}: ${action} (${reason.code}) ${source.line}`,
  );
}
