import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import { type SimulatedClock, type Random, random } from "./clock-and-dice.js";
import { View } from "./pages.js";
import type { SimulatorSettings } from "./settings.js";
import { recordOf, Store, type UserRow } from "./store.js";
import type { DeviceRecord, World } from "./world.js";

/** One account with everything that its endpoints need. */
export interface Account {
  readonly store: Store;
  readonly clock: SimulatedClock;
  readonly settings: () => SimulatorSettings;
  readonly registrations: View<Registration>;
  readonly devices: View<DeviceRecord>;
  readonly users: View<UserRow>;
  /** Makes the ids and keys of new records. The same acts make the same ones. */
  readonly random: Random;
}

/** Opens an account with the records of a world. */
export function openAccount(world: World, clock: SimulatedClock, settings: () => SimulatorSettings): Account {
  const store = new Store(world, settings);
  const { registrations, devices, users } = store;
  return {
    store,
    clock,
    settings,
    random: random(0x5eed),
    registrations: new View(
      registrations.rows,
      () => String(registrations.version),
      // The fields that registrations are sorted by never change.
      () => String(registrations.rows.length),
    ),
    devices: new View(
      devices.rows,
      () => `${devices.version} ${registrations.version}`,
      (sortBy) => `${devices.version} ${sortBy === "active_registrations" ? registrations.version : ""}`,
    ),
    users: new View(
      users.rows,
      () => String(users.version),
      () => String(users.rows.length),
    ),
  };
}

/** The account as it is now, in the form of a world file and without deleted records. */
export function worldOf(account: Account): World & { readonly physical_devices: readonly PhysicalDevice[] } {
  const { store } = account;
  return {
    account_id: store.accountId,
    registrations: store.registrations.rows.map(({ live }) => live).filter(isKept),
    physical_devices: store.devices.rows
      .map(({ live }) => live)
      .filter(isKept)
      .map((device) => ({
        ...device,
        active_registrations: store.activeRegistrations(device.id, "live"),
      })),
    access_users: store.users.rows
      .map(({ live }) => live)
      .filter(isKept)
      .map(recordOf),
    settings: account.settings(),
  };
}

function isKept(record: Registration | DeviceRecord | UserRow): boolean {
  return record.deleted_at == null;
}
