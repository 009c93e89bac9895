/** What tables about grace and about devices that come back begin with. */

import type { PhysicalDevice } from "../../src/cloudflare/types.js";
import { physicalDevice } from "./world.js";
import { ALICE } from "./world-steps.js";

/** When what is revoked was revoked. */
export const GONE = "2026-05-20T00:00:00Z";

/** 72 hours of grace, more of the policy, and Alice's entries. */
export function grace(more = "", entries = "[]"): string {
  return `policy: { grace: 72h${more} }\nusers:\n  ${ALICE}: ${entries}\n`;
}

/** A device by its serial, and by a hardware id that is the same text unless said. */
export function row(id: string, serial: string | null, hardware: string | null = serial): PhysicalDevice {
  return physicalDevice(id, { serial_number: serial, hardware_id: hardware });
}
