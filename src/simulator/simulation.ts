import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import type { AccessUserRecord } from "./access-user-record.js";
import { deleteUser, recordOf } from "./access-users.js";
import { openAccount, worldOf, type Account } from "./account.js";
import { apply, findRegistrations, renameDevice, type Act } from "./acts.js";
import type { Credentials } from "./auth.js";
import { Clock } from "./clock.js";
import { enrol, reEnrol, type Enrolment } from "./enrol.js";
import { SimulatorError } from "./errors.js";
import { Faults, readFault, type Fault } from "./faults.js";
import { RequestLog, type LogEntry } from "./log.js";
import { RateLimit } from "./rate-limit.js";
import { DEFAULT_SETTINGS, readSettings, type Settings } from "./settings.js";
import type { World } from "./world.js";

/** What a simulation begins with. */
export interface SimulationOptions extends Credentials {
  readonly world: World;
  /** Win over the world's own settings. */
  readonly settings?: Partial<Settings>;
  /** RFC 3339; the clock stands there until it is set. Without it the clock is the machine's. */
  readonly now?: string;
  /** Gets each log entry as it is made. */
  readonly onRequest?: (entry: LogEntry) => void;
}

/** The whole simulated account with its faults, limits and log: everything but HTTP. */
export class Simulation {
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly log: RequestLog;
  readonly faults = new Faults();
  readonly rateLimit = new RateLimit();
  #settings: Settings;
  #account: Account;
  readonly #options: SimulationOptions;

  /** @throws SimulatorError for options that cannot be */
  constructor(options: SimulationOptions) {
    const { token, email, key } = options;
    this.#options = options;
    this.credentials = {
      ...(token === undefined ? {} : { token }),
      ...(email === undefined ? {} : { email }),
      ...(key === undefined ? {} : { key }),
    };
    this.clock = new Clock(options.now);
    this.log = new RequestLog(
      [token, key].flatMap((secret) => (secret === undefined || secret === "" ? [] : [secret])),
      options.onRequest,
    );
    this.#settings = this.#firstSettings();
    this.#account = this.#open();
  }

  get account(): Account {
    return this.#account;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** The account as it is now, deleted records left out. */
  world(): World & { readonly physical_devices: readonly PhysicalDevice[] } {
    return worldOf(this.#account);
  }

  /** One registration as it is now, whatever listings show; deleted ones with `deleted_at`. */
  registration(id: string): Registration | undefined {
    return this.#account.store.registrations.get(id)?.live;
  }

  /** One Access user as it is now, whatever listings show; undefined for who is not there, or was deleted. */
  accessUser(id: string): AccessUserRecord | undefined {
    const row = this.#account.store.users.get(id)?.live;
    return row === undefined || row.deleted_at != null ? undefined : recordOf(row);
  }

  /**
   * Does what the dashboard would.
   *
   * @throws SimulatorError naming ids that the account does not have; then nothing is done
   */
  act(act: Act, ids: readonly string[]): void {
    const { found, unknown } = findRegistrations(this.#account, ids);
    if (unknown.length > 0) throw new SimulatorError(`ids: no registration ${unknown.join(", ")}`);
    apply(this.#account, act, found);
  }

  /**
   * Deletes an Access user, with what the settings say goes along.
   *
   * @throws SimulatorError for an unknown id
   */
  deleteUser(id: string): void {
    if (this.accessUser(id) === undefined) throw new SimulatorError(`id: no Access user ${id}`);
    deleteUser(this.#account, id);
  }

  /** Gives a device another name: the device of a registration, or the one with this id. */
  rename(target: { readonly id: string } | { readonly device_id: string }, name: string): void {
    const deviceId = "id" in target ? this.registration(target.id)?.device.id : target.device_id;
    const device = deviceId === undefined ? undefined : this.#account.store.devices.get(deviceId);
    if (device === undefined) {
      throw new SimulatorError("id" in target ? "id: no such registration" : "device_id: no such device");
    }
    renameDevice(this.#account, device.live.id, name);
  }

  /** A device signs in. */
  enrol(enrolment: Enrolment): Registration {
    return enrol(this.#account, enrolment);
  }

  /** The device of a registration signs in anew. */
  reEnrol(registrationId: string): Registration {
    return reEnrol(this.#account, registrationId);
  }

  /** Lets faults wait for requests. */
  addFaults(...faults: readonly Fault[]): void {
    for (const fault of faults.map(readFault)) this.faults.add(fault);
  }

  /** Changes some settings. */
  set(settings: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...readSettings(settings) };
  }

  /** Everything as it was at the start, with an empty log. */
  reset(): void {
    this.#settings = this.#firstSettings();
    this.#account = this.#open();
    this.clock.set(this.#options.now);
    this.faults.clear();
    this.rateLimit.reset();
    this.log.clear();
  }

  #firstSettings(): Settings {
    const { world, settings = {} } = this.#options;
    return { ...DEFAULT_SETTINGS, ...readSettings(world.settings ?? {}), ...readSettings(settings) };
  }

  #open(): Account {
    return openAccount(this.#options.world, this.clock, () => this.#settings);
  }
}
