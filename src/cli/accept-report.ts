/** A report taken as the account that it was made from, as far as it tells. */

import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import type { WholeInventory } from "../inventory.js";
import type { ReportDocument, ReportedDecision } from "../report/document.js";
import { parseReport } from "../report/parse-report.js";
import { parseJson, readText } from "./json-file.js";
import { UserError } from "./user-error.js";

const MAKE_ONE = "make one with: warp-registrations drift --output json=drift.json";

/** @throws UserError where it is no report. */
export function readReportFile(folder: string, path: string): ReportDocument {
  const text = readText(folder, path);
  parseJson(path, text, MAKE_ONE);
  const read = parseReport(text);
  if (!read.ok) throw new UserError(`${path}: ${read.why}`, MAKE_ONE);
  const bad = read.document.decisions.findIndex((decision) => !isDecision(decision));
  if (bad >= 0) throw new UserError(`${path}: decisions[${bad}]: is no decision of a report`, MAKE_ONE);
  return read.document;
}

/** What a run did is done in it: the account is as the run left it. */
export function accountOf(document: ReportDocument): WholeInventory {
  const done = new Map(
    (document.results ?? [])
      .filter(({ result }) => result === "done")
      .map(({ registration, act }) => [registration, act]),
  );
  const registrations: Registration[] = [];
  const devices = new Map<string, PhysicalDevice>();
  for (const decision of document.decisions) {
    const act = done.get(decision.registration.id);
    if (act !== "delete") {
      const revoked =
        act === "revoke"
          ? document.generatedAt
          : act === "unrevoke"
            ? undefined
            : decision.registration.times.revoked;
      registrations.push(toRegistration(decision, revoked));
    }
    const device = toDevice(decision);
    if (device) devices.set(device.id, device);
  }
  return { account: document.account, registrations, devices: [...devices.values()] };
}

function toRegistration({ registration }: ReportedDecision, revoked: string | undefined): Registration {
  const { id, device, user, times } = registration;
  return {
    id,
    key: "",
    device: { id: device.id, name: device.name },
    created_at: times.created,
    updated_at: times.updated,
    last_seen_at: times.lastSeen,
    ...(revoked !== undefined && { revoked_at: revoked }),
    ...(user.email !== "" && {
      user: { email: user.email, ...(user.name !== undefined && { name: user.name }) },
    }),
  };
}

/** A report tells hardware as far as it names one machine, and only where the allowlist asked for hardware at all. */
function toDevice({ registration: { device, times } }: ReportedDecision): PhysicalDevice | undefined {
  const { hardware } = device;
  if (!hardware) return undefined;
  return {
    id: device.id,
    name: device.name,
    created_at: times.created,
    updated_at: times.updated,
    last_seen_at: times.lastSeen,
    active_registrations: 0,
    serial_number: hardware.serial ?? null,
    hardware_id: hardware.hardwareId ?? null,
    model: hardware.model ?? null,
    device_type: hardware.deviceType ?? null,
    client_version: hardware.clientVersion ?? null,
  };
}

function isDecision(value: unknown): boolean {
  const { registration, reason } = (value ?? {}) as Partial<ReportedDecision>;
  const { id, device, user, times } = (registration ?? {}) as Partial<ReportedDecision["registration"]>;
  const texts = [id, device?.id, device?.name, user?.email, times?.created, times?.updated, reason?.code];
  const seen = times?.lastSeen;
  return texts.every((text) => typeof text === "string") && (seen === null || typeof seen === "string");
}
