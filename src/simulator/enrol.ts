import type { Registration, RegistrationUser } from "../cloudflare/types.js";
import type { Account } from "./account.js";
import { lastSeen } from "./devices-of.js";
import { SimulatorError } from "./errors.js";
import type { Change, UserRow } from "./store.js";
import type { DeviceRecord } from "./world.js";

/** A device that signs in, as a new one or as one that the account knows. */
export interface Enrolment {
  readonly email: string;
  /** The user's name; without one that of the user's other registrations, or none. */
  readonly name?: string;
  /** A known device gets one more registration; an unknown id is a new device with that id. */
  readonly device_id?: string;
  readonly device_name?: string;
  readonly serial_number?: string;
  readonly hardware_id?: string;
  readonly device_type?: string;
  readonly registration_type?: string;
  /** The id of the new registration; made up where it is missing. */
  readonly id?: string;
}

/**
 * A device signs in: a new registration with a new id, active, seen now.
 *
 * @throws SimulatorError where the id is taken
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
 * The device of a registration signs in anew, as its user: a new registration; the old one stays as it is. By the
 * settings the device keeps its id, or gets a new one with the same hardware.
 *
 * @throws SimulatorError where there is no such registration
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
    ...(old.registration_type === undefined ? {} : { registration_type: old.registration_type }),
    ...(old.device.client_version === undefined ? {} : { client_version: old.device.client_version }),
  });
}

function signIn(
  account: Account,
  device: DeviceRecord,
  user: RegistrationUser,
  more: { readonly id?: string; readonly registration_type?: string; readonly client_version?: string },
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

/** Signing in makes an Access user of somebody, with a seat, or brings back who was deleted. */
function signedIn({ store }: Account, { id, email, name }: RegistrationUser, now: string): Change<UserRow>[] {
  if (id === undefined) return [];
  const known = store.users.get(id);
  const { deleted_at: _, ...before } = known?.live ?? {
    id,
    ...(email === undefined ? {} : { email }),
    name: name ?? "",
    uid: id,
    seat_uid: id,
    access_seat: false,
    created_at: now,
  };
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
