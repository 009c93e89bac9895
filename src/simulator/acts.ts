import type { Registration, RegistrationUser } from "../cloudflare/types.js";
import type { Account } from "./account.js";
import { SimulatorError } from "./envelope.js";
import { type RowChange, lastSeen, type StoredRow, type UserRow, withoutAccess } from "./store.js";
import type { DeviceRecord } from "./world.js";

/** What can be done to registrations in bulk. */
export type SimulatedAct = "revoke" | "unrevoke" | "delete";

/** The rows of the ids, each once, and the ids that the account does not have or no longer has. */
export function findRegistrations(
  account: Account,
  ids: readonly string[],
): { readonly found: readonly StoredRow<Registration>[]; readonly unknown: readonly string[] } {
  const found: StoredRow<Registration>[] = [];
  const unknown: string[] = [];
  for (const id of new Set(ids)) {
    const row = account.store.registrations.get(id);
    if (row === undefined || row.live.deleted_at != null) unknown.push(id);
    else found.push(row);
  }
  return { found, unknown };
}

/**
 * Does one act to some registrations, all at the same time. A registration already in that state is unchanged, its
 * times included.
 */
export function apply(account: Account, act: SimulatedAct, rows: readonly StoredRow<Registration>[]): void {
  const now = account.clock.now();
  const changes = rows.flatMap((row) => {
    const next = after(act, row.live, now);
    return next === undefined ? [] : [{ row, next }];
  });
  if (changes.length > 0) account.store.write({ registrations: changes });
}

function after(act: SimulatedAct, live: Registration, now: string): Registration | undefined {
  switch (act) {
    case "revoke":
      return live.revoked_at == null ? { ...live, revoked_at: now, updated_at: now } : undefined;
    case "unrevoke":
      return live.revoked_at == null ? undefined : { ...live, revoked_at: null, updated_at: now };
    case "delete":
      return { ...live, deleted_at: now, updated_at: now };
  }
}

/** Renames a device, in its own record and in its registrations. */
export function renameDevice(account: Account, deviceId: string, name: string): void {
  const { store, clock } = account;
  const now = clock.now();
  const registrations = store
    .ofDevice(deviceId)
    .filter(({ live }) => live.deleted_at == null)
    .map((row) => {
      const { live } = row;
      return { row, next: { ...live, device: { ...live.device, name }, updated_at: now } };
    });
  const row = store.devices.get(deviceId);
  const devices = row === undefined ? [] : [{ row, next: { ...row.live, name, updated_at: now } }];
  store.write({ registrations, devices });
}

/**
 * Deletes a device with its registrations. No document says whether they are deleted too, but the record they belong to
 * is.
 */
export function deleteDevice(account: Account, deviceId: string): void {
  const { store, clock } = account;
  const now = clock.now();
  const row = store.devices.get(deviceId);
  if (row === undefined) return;
  const registrations: RowChange<Registration>[] = store
    .ofDevice(deviceId)
    .filter(({ live }) => live.deleted_at == null)
    .map((of) => ({ row: of, next: { ...of.live, deleted_at: now, updated_at: now } }));
  store.write({
    registrations,
    devices: [{ row, next: { ...row.live, deleted_at: now, updated_at: now } }],
  });
}

/** A sign-in of a device that is new or that the account already knows. */
export interface Enrolment {
  readonly email: string;
  /** The user's name. Without it: the name from the user's other registrations, or none. */
  readonly name?: string;
  /** A known device gets one more registration. An unknown id makes a new device with that id. */
  readonly device_id?: string;
  readonly device_name?: string;
  readonly serial_number?: string;
  readonly hardware_id?: string;
  readonly device_type?: string;
  readonly registration_type?: string | undefined;
  /** The id of the new registration; generated if it is missing. */
  readonly id?: string;
}

/**
 * A device signs in. This makes a new registration with a new id, active and seen now.
 *
 * @throws SimulatorError if the id is taken
 */
export function enrol(account: Account, enrolment: Enrolment): Registration {
  const deviceId = enrolment.device_id ?? account.random.uuid();
  const known = account.store.devices.get(deviceId)?.live;
  const now = account.clock.now();
  const given = {
    ...(enrolment.serial_number === undefined ? {} : { serial_number: enrolment.serial_number }),
    ...(enrolment.hardware_id === undefined ? {} : { hardware_id: enrolment.hardware_id }),
    ...(enrolment.device_type === undefined ? {} : { device_type: enrolment.device_type }),
  };
  const device: DeviceRecord = {
    ...(known ?? { id: deviceId, created_at: now }),
    ...given,
    name: enrolment.device_name ?? known?.name ?? "New device",
    updated_at: now,
    last_seen_at: now,
    deleted_at: null,
  };
  return signIn(account, device, userOf(account, enrolment), enrolment);
}

/**
 * The device of a registration signs in again, as its user. This makes a new registration; the old one is unchanged. A
 * setting decides whether the device keeps its id, or gets a new one with the same hardware.
 *
 * @throws SimulatorError if there is no such registration
 */
export function reEnrol(account: Account, registrationId: string): Registration {
  const old = account.store.registrations.get(registrationId)?.live;
  const known = old && account.store.devices.get(old.device.id)?.live;
  if (old === undefined || known === undefined) {
    throw new SimulatorError(`id: no registration "${registrationId}"`);
  }
  const now = account.clock.now();
  const changes = account.settings().device_id_on_re_enrolment === "changes";
  const device = {
    ...known,
    ...(changes ? { id: account.random.uuid(), created_at: now } : {}),
    updated_at: now,
    last_seen_at: now,
    deleted_at: null,
  };
  return signIn(account, device, old.user ?? {}, {
    registration_type: old.registration_type,
    client_version: old.device.client_version,
  });
}

function signIn(
  account: Account,
  device: DeviceRecord,
  user: RegistrationUser,
  more: Pick<Enrolment, "id" | "registration_type"> & { readonly client_version?: string | undefined },
): Registration {
  const { store, random } = account;
  const id = more.id ?? random.uuid();
  if (store.registrations.get(id) !== undefined) throw new SimulatorError(`id: "${id}" is taken`);
  const version = more.client_version ?? device.client_version;
  const registration: Registration = {
    id,
    key: random.base64(91),
    key_type: "secp256r1",
    tunnel_type: "masque",
    device: { id: device.id, name: device.name, ...(version == null ? {} : { client_version: version }) },
    user,
    created_at: device.updated_at,
    updated_at: device.updated_at,
    last_seen_at: device.updated_at,
    ...(more.registration_type === undefined ? {} : { registration_type: more.registration_type }),
  };
  const seen = { ...device, ...lastSeen(registration) };
  const row = store.addRegistration(registration);
  const deviceRow = store.devices.get(device.id) ?? store.devices.add(seen);
  store.write({
    registrations: [{ row, next: registration }],
    devices: [{ row: deviceRow, next: seen }],
    users: signedIn(account, user, registration.created_at),
  });
  return registration;
}

/** The change that a sign-in makes to the user: it creates an Access user with a seat, or brings a deleted one back. */
function signedIn({ store }: Account, user: RegistrationUser, now: string): RowChange<UserRow>[] {
  const { id } = user;
  if (id === undefined) return [];
  const known = store.users.get(id);
  const { deleted_at: _, ...before } = known?.live ?? { ...withoutAccess(id, user), created_at: now };
  const next: UserRow = { ...before, id, gateway_seat: true, updated_at: now, last_successful_login: now };
  return [{ row: known ?? store.users.add(next), next }];
}

function userOf(account: Account, enrolment: Enrolment): RegistrationUser {
  const { registrations, users } = account.store;
  const known = registrations.rows.find(({ live }) => live.user?.email === enrolment.email);
  const row = users.rows.find(({ live }) => live.email === enrolment.email);
  return {
    id: known?.live.user?.id ?? row?.live.id ?? account.random.uuid(),
    email: enrolment.email,
    name: enrolment.name ?? known?.live.user?.name ?? row?.live.name ?? "",
  };
}
