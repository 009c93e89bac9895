/** The allowlist's own `tests:`: given a registration like this, expect that decision. */

import type { Message } from "../../allowlist/messages.js";
import type { Allowlist, AllowlistTest } from "../../allowlist/model.js";
import type { PhysicalDevice, Registration } from "../../cloudflare/types.js";
import type { Decision } from "../decision.js";
import { makePlan } from "../plan.js";

const LONG_AGO = new Date("2000-01-01T00:00:00Z");

/**
 * Runs every test of an allowlist against that allowlist, on an account with only the given registration. Tests without
 * a time run at `now`. Returns one message for each test that fails.
 */
export function runAllowlistTests(allowlist: Allowlist, now: Date): Message[] {
  return allowlist.tests.flatMap((test) => {
    const at = test.at ?? now;
    const { given } = test;
    const registrations = [toRegistration(given, at)];
    const plan = makePlan(allowlist, { account: "test", registrations, devices: [toDevice(given, at)] }, at);
    const [contradiction] = plan.problems;
    if (contradiction) return [failure(test, contradiction.text)];
    const [decision] = plan.decisions;
    if (!decision) return [failure(test, "such a registration is outside `scope`, so nothing is decided")];
    const why = difference(test, decision);
    return why === undefined ? [] : [failure(test, why, decision)];
  });
}

function difference({ expect }: AllowlistTest, { action, reason }: Decision): string | undefined {
  const ruled = expect.rule === undefined || expect.rule === reason.code;
  if (expect.action === action && ruled) return undefined;
  const wanted = expect.rule === undefined ? expect.action : `${expect.action} (${expect.rule})`;
  return `expected ${wanted}, but it is ${action} (${reason.code}): ${reason.text}`;
}

function failure({ name, source }: AllowlistTest, why: string, decision?: Decision): Message {
  return {
    code: "allowlist/test-failed",
    text: `the test ${JSON.stringify(name)} fails: ${why}`,
    fix: "correct the entry, the policy, or the test",
    source,
    ...(decision && { related: [{ text: "the line that decides", source: decision.source }] }),
  };
}

function toRegistration({ user, ...given }: AllowlistTest["given"], at: Date): Registration {
  const created = (given.created ?? LONG_AGO).toISOString();
  return {
    id: given.registration ?? "the registration of a test",
    key: "",
    device: {
      id: deviceId(given),
      name: given.name ?? "",
      ...(given.clientVersion !== undefined && { client_version: given.clientVersion }),
    },
    created_at: created,
    updated_at: created,
    last_seen_at: (given.lastSeen ?? at).toISOString(),
    ...(given.revoked && { revoked_at: given.revoked.toISOString() }),
    ...(given.registrationType !== undefined && { registration_type: given.registrationType }),
    ...(given.tunnelType !== undefined && { tunnel_type: given.tunnelType }),
    ...((given.policyId ?? given.profile) !== undefined && {
      policy: {
        ...{ id: given.policyId ?? "", name: given.profile ?? "" },
        ...{ default: false, deleted: false, updated_at: created },
      },
    }),
    user: { email: user },
  };
}

function toDevice(given: Omit<AllowlistTest["given"], "user">, at: Date): PhysicalDevice {
  const time = at.toISOString();
  return {
    id: deviceId(given),
    name: given.name ?? "",
    created_at: time,
    updated_at: time,
    last_seen_at: time,
    active_registrations: given.revoked ? 0 : 1,
    serial_number: given.serial ?? null,
    hardware_id: given.hardwareId ?? null,
    model: given.model ?? null,
    device_type: given.platform ?? null,
    os_version: given.osVersion ?? null,
  };
}

function deviceId({ device }: Omit<AllowlistTest["given"], "user">): string {
  return device ?? "the device of a test";
}
