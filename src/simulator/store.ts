import type { Registration } from "../cloudflare/types.js";
import { withMissingDevices } from "./devices-of.js";
import type { AccessUserRecord } from "./access-user-record.js";
import { accessUsersOf } from "./access-users-of.js";
import type { Settings } from "./settings.js";
import type { DeviceRecord, World } from "./world.js";

/** One record: as it is, and as listings show it, which may be later. */
export interface Row<T> {
  live: T;
  /** Undefined until listings show it at all. */
  listed: T | undefined;
}

/** A record that is to become another one. */
export interface Change<T> {
  readonly row: Row<T>;
  readonly next: T;
}

/** An Access user; deleted ones stay, out of sight. */
export interface UserRow extends AccessUserRecord {
  readonly deleted_at?: string;
}

/** What one act changes. */
export interface Changes {
  readonly registrations?: readonly Change<Registration>[];
  readonly devices?: readonly Change<DeviceRecord>[];
  readonly users?: readonly Change<UserRow>[];
}

/** Records by id. Rows are never taken out: what was deleted stays, with `deleted_at`. */
export class Table<T extends { readonly id: string }> {
  readonly rows: Row<T>[] = [];
  /** Counts whatever can change a listing. */
  version = 0;
  readonly #byId = new Map<string, Row<T>>();

  constructor(records: readonly T[]) {
    for (const record of records) this.#put({ live: record, listed: record });
  }

  /** The row of an id, deleted or not. */
  get(id: string): Row<T> | undefined {
    return this.#byId.get(id);
  }

  /** A new row that listings do not show yet. */
  add(record: T): Row<T> {
    return this.#put({ live: record, listed: undefined });
  }

  #put(row: Row<T>): Row<T> {
    this.rows.push(row);
    this.#byId.set(row.live.id, row);
    this.version++;
    return row;
  }
}

interface Pending {
  readonly due: number;
  requests: number;
  readonly show: () => void;
}

/** The account: its records, and the writes that listings do not show yet. */
export class Store {
  readonly accountId: string;
  readonly registrations: Table<Registration>;
  readonly devices: Table<DeviceRecord>;
  readonly users: Table<UserRow>;
  readonly #byDevice = new Map<string, Row<Registration>[]>();
  readonly #byUser = new Map<string, Row<Registration>[]>();
  readonly #pending: Pending[] = [];

  constructor(
    world: World,
    private readonly settings: () => Settings,
  ) {
    this.accountId = world.account_id;
    this.registrations = new Table(world.registrations);
    this.devices = new Table(withMissingDevices(world));
    this.users = new Table<UserRow>(accessUsersOf(world));
    for (const row of this.registrations.rows) this.#join(row);
  }

  /** The registrations of a device, deleted ones too. */
  ofDevice(deviceId: string): readonly Row<Registration>[] {
    return this.#byDevice.get(deviceId) ?? [];
  }

  /** The registrations of an Access user, deleted ones too. */
  ofUser(userId: string): readonly Row<Registration>[] {
    return this.#byUser.get(userId) ?? [];
  }

  /** On how many devices a user has a registration that is neither revoked nor deleted. */
  activeDevices(userId: string, view: "live" | "listed"): number {
    const active = this.ofUser(userId).flatMap((row) => {
      const registration = row[view];
      return registration !== undefined && isActive(registration) ? [registration.device.id] : [];
    });
    return new Set(active).size;
  }

  /** How many registrations of a device are neither revoked nor deleted; `listed`: as far as listings know. */
  activeRegistrations(deviceId: string, view: "live" | "listed"): number {
    let active = 0;
    for (const row of this.ofDevice(deviceId)) {
      const registration = row[view];
      if (registration !== undefined && isActive(registration)) active++;
    }
    return active;
  }

  /** Adds a registration; write it to have it listed. */
  addRegistration(registration: Registration): Row<Registration> {
    const row = this.registrations.add(registration);
    this.#join(row);
    return row;
  }

  /** Makes the changes of one act at once; listings show them when the lag is over. */
  write({ registrations = [], devices = [], users = [] }: Changes): void {
    for (const { row, next } of registrations) row.live = next;
    for (const { row, next } of devices) row.live = next;
    for (const { row, next } of users) row.live = next;
    const show = (): void => {
      for (const { row, next } of registrations) row.listed = next;
      for (const { row, next } of devices) row.listed = next;
      for (const { row, next } of users) row.listed = next;
      if (registrations.length > 0) this.registrations.version++;
      if (devices.length > 0) this.devices.version++;
      if (users.length > 0) this.users.version++;
    };
    const { list_lag_ms: lag, list_lag_requests: requests } = this.settings();
    // An earlier write that still waits must not undo this one when its time comes.
    if (lag === 0 && requests === 0 && this.#pending.length === 0) show();
    else this.#pending.push({ due: performance.now() + lag, requests, show });
  }

  /** To be called as a listing request begins: shows what is due by now. */
  settle(): void {
    const now = performance.now();
    for (;;) {
      const [first] = this.#pending;
      if (first === undefined || first.requests > 0 || first.due > now) break;
      first.show();
      this.#pending.shift();
    }
    for (const pending of this.#pending) pending.requests--;
  }

  #join(row: Row<Registration>): void {
    put(this.#byDevice, row.live.device.id, row);
    if (row.live.user?.id !== undefined) put(this.#byUser, row.live.user.id, row);
  }
}

function put<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Neither revoked nor deleted. */
export function isActive(registration: Registration): boolean {
  return registration.revoked_at == null && registration.deleted_at == null;
}
