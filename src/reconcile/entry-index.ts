/** Thousands of entries of one user, found by what a registration tells. */

import type { Entry } from "../allowlist/allowlist.js";
import { hardwareIdKey, serialKey } from "../allowlist/serial.js";
import type { Registration } from "../cloudflare/types.js";
import { goesByHardware } from "./entry-match.js";
import type { Hardware } from "./hardware.js";

/** The keys that can be looked up. */
const STRONGEST_FIRST = ["registration", "serial", "hardwareId", "device", "name"] as const;

/** Finds all but globs by their strongest key, so that thousands of entries cost no more than a few. */
export class EntryIndex {
  readonly byHardware: readonly Entry[];
  readonly #byKey = new Map<string, Entry[]>();
  readonly #globs: Entry[] = [];

  constructor(entries: readonly Entry[]) {
    this.byHardware = entries.filter(goesByHardware);
    for (const entry of entries) {
      const key = STRONGEST_FIRST.find((name) => entry.match[name] !== undefined);
      if (key === undefined) this.#globs.push(entry);
      else push(this.#byKey, `${key}:${compared(key, entry.match[key] ?? "")}`, entry);
    }
  }

  candidates(registration: Registration, hardware: Hardware | undefined): readonly Entry[] {
    const keys = [
      `registration:${registration.id}`,
      `serial:${serialKey(hardware?.serial ?? "")}`,
      `hardwareId:${hardwareIdKey(hardware?.hardwareId ?? "")}`,
      `device:${registration.device.id}`,
      `name:${registration.device.name}`,
    ];
    return [...keys.flatMap((key) => this.#byKey.get(key) ?? []), ...this.#globs];
  }
}

function compared(key: (typeof STRONGEST_FIRST)[number], value: string): string {
  return key === "serial" ? serialKey(value) : key === "hardwareId" ? hardwareIdKey(value) : value;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
