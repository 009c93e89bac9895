import type { Registration, RegistrationUser } from "../cloudflare/types.js";
import { groupBy } from "../text/words.js";
import type { SimulatorSettings } from "./settings.js";
import type { AccessUserRecord, DeviceRecord, World } from "./world.js";

/** One record: its present state, and the state that listings show, which may be older. */
export interface StoredRow<T> {
  live: T;
  /** Undefined until listings show the record. */
  listed: T | undefined;
}

/** A record with its next state. */
export interface RowChange<T> {
  readonly row: StoredRow<T>;
  readonly next: T;
}

/** An Access user. A deleted one stays in the table, but is not shown. */
export interface UserRow extends AccessUserRecord {
  readonly deleted_at?: string | undefined;
}

/** What one act changes. */
interface Changes {
  readonly registrations?: readonly RowChange<Registration>[];
  readonly devices?: readonly RowChange<DeviceRecord>[];
  readonly users?: readonly RowChange<UserRow>[];
}

/** Records by id. Rows are never removed: a deleted record stays, with `deleted_at`. */
class Table<T extends { readonly id: string }> {
  readonly rows: StoredRow<T>[] = [];
  /** Counts everything that can change a listing. */
  version = 0;
  readonly #byId = new Map<string, StoredRow<T>>();

  constructor(records: readonly T[]) {
    for (const record of records) this.#put({ live: record, listed: record });
  }

  /** The row of an id, deleted or not. */
  get(id: string): StoredRow<T> | undefined {
    return this.#byId.get(id);
  }

  /** A new row that listings do not show yet. */
  add(record: T): StoredRow<T> {
    return this.#put({ live: record, listed: undefined });
  }

  #put(row: StoredRow<T>): StoredRow<T> {
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
  readonly #byDevice = new Map<string, StoredRow<Registration>[]>();
  readonly #byUser = new Map<string, StoredRow<Registration>[]>();
  readonly #pending: Pending[] = [];

  constructor(
    world: World,
    private readonly settings: () => SimulatorSettings,
  ) {
    this.accountId = world.account_id;
    this.registrations = new Table(world.registrations);
    this.devices = new Table(withMissingDevices(world));
    this.users = new Table<UserRow>(accessUsersOf(world));
    for (const row of this.registrations.rows) this.#join(row);
  }

  /** The registrations of a device, including deleted ones. */
  ofDevice(deviceId: string): readonly StoredRow<Registration>[] {
    return this.#byDevice.get(deviceId) ?? [];
  }

  /** The registrations of an Access user, including deleted ones. */
  ofUser(userId: string): readonly StoredRow<Registration>[] {
    return this.#byUser.get(userId) ?? [];
  }

  /** The number of devices on which a user has a registration that is neither revoked nor deleted. */
  activeDevices(userId: string, view: "live" | "listed"): number {
    const active = this.ofUser(userId).flatMap((row) => {
      const registration = row[view];
      return registration !== undefined && isActive(registration) ? [registration.device.id] : [];
    });
    return new Set(active).size;
  }

  /** The number of a device's registrations that are neither revoked nor deleted; `listed`: according to listings. */
  activeRegistrations(deviceId: string, view: "live" | "listed"): number {
    let active = 0;
    for (const row of this.ofDevice(deviceId)) {
      const registration = row[view];
      if (registration !== undefined && isActive(registration)) active++;
    }
    return active;
  }

  /** Adds a registration. Listings show it after a write. */
  addRegistration(registration: Registration): StoredRow<Registration> {
    const row = this.registrations.add(registration);
    this.#join(row);
    return row;
  }

  /** Makes the changes of one act at once. Listings show them after the lag. */
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
    // An earlier write that still waits must not undo this one later.
    if (lag === 0 && requests === 0 && this.#pending.length === 0) show();
    else this.#pending.push({ due: performance.now() + lag, requests, show });
  }

  /** Call this when a listing request begins: it shows the writes that are due. */
  showDue(): void {
    const now = performance.now();
    for (;;) {
      const [first] = this.#pending;
      if (first === undefined || first.requests > 0 || first.due > now) break;
      first.show();
      this.#pending.shift();
    }
    for (const pending of this.#pending) pending.requests--;
  }

  #join(row: StoredRow<Registration>): void {
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

/**
 * The devices of a world. They include devices that only registrations name: these have a name, user and times, but no
 * hardware. A device's last user and profile are filled in if the world does not give them.
 */
function withMissingDevices(world: World): readonly DeviceRecord[] {
  const rows = groupBy(world.registrations, ({ device }) => device.id);
  const given = new Set(world.physical_devices.map((device) => device.id));
  const missing = [...rows].flatMap(([id, of]) => (given.has(id) ? [] : [deviceOf(of)]));
  const known = world.physical_devices.map((device) => {
    const last = latest(rows.get(device.id) ?? []);
    return last === undefined ? device : { ...lastSeen(last), ...device };
  });
  return [...known, ...missing.filter((device) => device !== undefined)];
}

/** What the latest registration shows about its device. */
export function lastSeen(
  registration: Registration,
): Pick<DeviceRecord, "last_seen_user" | "last_seen_registration"> {
  return {
    last_seen_user: registration.user ?? null,
    last_seen_registration: { policy: registration.policy ?? null },
  };
}

function deviceOf(registrations: readonly Registration[]): DeviceRecord | undefined {
  const last = latest(registrations);
  if (last === undefined) return undefined;
  const created = registrations.map((registration) => registration.created_at).sort();
  return {
    id: last.device.id,
    name: last.device.name,
    created_at: created[0] ?? last.created_at,
    updated_at: last.updated_at,
    last_seen_at: last.last_seen_at,
    client_version: last.device.client_version ?? null,
    ...lastSeen(last),
  };
}

function latest(registrations: readonly Registration[]): Registration | undefined {
  let [last] = registrations;
  for (const each of registrations) {
    if (last !== undefined && (each.last_seen_at ?? "") > (last.last_seen_at ?? "")) last = each;
  }
  return last;
}

/**
 * The Access users of a world. If the world does not mention any, there is one for each user in a registration, who
 * once logged into the WARP client and did nothing else.
 */
function accessUsersOf(world: World): readonly AccessUserRecord[] {
  if (world.access_users !== undefined) return world.access_users;
  return [...groupBy(world.registrations, ({ user }) => user?.id)].flatMap(([id, registrations]) => {
    if (id === undefined) return [];
    const created = registrations.map(({ created_at }) => created_at).sort();
    const [first = "", last = first] = [created[0], created.at(-1)];
    const user = registrations.find(({ user }) => user?.email !== undefined)?.user ?? {};
    return {
      ...withoutAccess(id, user),
      gateway_seat: true,
      created_at: first,
      updated_at: last,
      last_successful_login: last,
    };
  });
}

/** The row of a user who has not signed in yet. */
export function withoutAccess(id: string, { email, name }: RegistrationUser) {
  return {
    id,
    ...(email === undefined ? {} : { email }),
    name: name ?? "",
    uid: id,
    seat_uid: id,
    access_seat: false,
  };
}

/** The user's record as in the world, without `deleted_at`. */
export function recordOf({ deleted_at: _, ...record }: UserRow): AccessUserRecord {
  return record;
}
