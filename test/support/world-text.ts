/** A world in few lines, as a person would write it into a table: what fast-check prints where a property fails. */

import fc from "fast-check";
import type { PhysicalDevice, Registration } from "../../src/cloudflare/types.js";
import type { AllowlistSketch } from "./world-allowlist.js";

interface Printable {
  readonly sketch: AllowlistSketch;
  readonly registrations: readonly Registration[];
  readonly devices: readonly PhysicalDevice[];
}

/** The same world, which prints itself. */
export function printable<T extends Printable>(world: T): T {
  const text = () => describeWorld(world);
  return Object.defineProperty({ ...world }, fc.toStringMethod, { value: text });
}

function describeWorld({ sketch, registrations, devices }: Printable): string {
  return [
    "",
    ...Object.entries(sketch).flatMap(([key, value]) => (isEmpty(value) ? [] : [`${key}: ${plain(value)}`])),
    ...registrations.map(aboutRegistration),
    ...devices.map(aboutDevice),
    "",
  ].join("\n");
}

function aboutRegistration({ id, device, user, policy, ...rest }: Registration): string {
  return [
    `${id} of ${user?.email ?? "nobody"} on ${device.id} "${device.name}"`,
    rest.registration_type ?? "",
    policy?.id ?? "",
    device.client_version ?? "",
    `created ${moment(rest.created_at)} seen ${rest.last_seen_at === null ? "never" : moment(rest.last_seen_at)}`,
    rest.revoked_at == null ? "" : `revoked ${moment(rest.revoked_at)}`,
    rest.deleted_at == null ? "" : "deleted",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function aboutDevice(row: PhysicalDevice): string {
  const { id, serial_number: serial, hardware_id: hardware, device_type: type, model } = row;
  return `row ${id}: ${String(serial)} ${String(hardware)} ${String(type)} ${String(model)} ${row.client_version ?? ""} since ${moment(row.created_at)}`;
}

function moment(time: string): string {
  return time.replace(/:00(?:\.0+)?Z$/u, "");
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || (typeof value === "object" && value !== null && plain(value) === "{}");
}

function plain(value: unknown): string {
  return JSON.stringify(value).replaceAll('"', "");
}
