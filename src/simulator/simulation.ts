import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import { redactor } from "../text/redact.js";
import { deleteUser } from "./access-users.js";
import { type Account, openAccount, worldOf } from "./account.js";
import {
  type SimulatedAct,
  apply,
  enrol,
  type Enrolment,
  findRegistrations,
  reEnrol,
  renameDevice,
} from "./acts.js";
import { type KnownCredentials, RateLimit } from "./admission.js";
import { SimulatedClock } from "./clock-and-dice.js";
import { SimulatorError } from "./envelope.js";
import { type Fault, Faults, readFault } from "./faults.js";
import { endpointOf } from "./routes.js";
import { DEFAULT_SETTINGS, readSettings, type SimulatorSettings } from "./settings.js";
import { recordOf } from "./store.js";
import type { AccessUserRecord, World } from "./world.js";

/** What a simulation begins with. */
export interface SimulationOptions extends KnownCredentials {
  readonly world: World;
  /** Win over the world's own settings. */
  readonly settings?: Partial<SimulatorSettings>;
  /** RFC 3339; the clock stands there until it is set. Without it the clock is the machine's. */
  readonly now?: string | undefined;
  /** Gets each log entry as it is made. */
  readonly onRequest?: ((entry: LogEntry) => void) | undefined;
}

/** The whole simulated account with its faults, limits and log: everything but HTTP. */
export class Simulation {
  readonly credentials: KnownCredentials;
  readonly clock: SimulatedClock;
  readonly log: RequestLog;
  readonly faults = new Faults();
  readonly rateLimit = new RateLimit();
  #settings: SimulatorSettings;
  #account: Account;
  readonly #options: SimulationOptions;

  /** @throws SimulatorError for options that cannot be */
  constructor(options: SimulationOptions) {
    const { token, email, key } = options;
    this.#options = options;
    this.credentials = { token, email, key };
    this.clock = new SimulatedClock(options.now);
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

  get settings(): SimulatorSettings {
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
  act(act: SimulatedAct, ids: readonly string[]): void {
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
  set(settings: Partial<SimulatorSettings>): void {
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

  #firstSettings(): SimulatorSettings {
    const { world, settings = {} } = this.#options;
    return { ...DEFAULT_SETTINGS, ...readSettings(world.settings ?? {}), ...readSettings(settings) };
  }

  #open(): Account {
    return openAccount(this.#options.world, this.clock, () => this.#settings);
  }
}

/** One request to the API, as it was answered. */
export interface LogEntry {
  /** From 1 on, in the order of the answers. */
  readonly n: number;
  readonly time: string;
  readonly method: string;
  /** Without `/client/v4`. */
  readonly path: string;
  /** As it was sent, without `?`. */
  readonly query: string;
  /** Null: no answer was given. */
  readonly status: number | null;
}

/** How many requests there were, by method and endpoint, e.g. `GET /accounts/{account_id}/devices/registrations`. */
export interface Stats {
  readonly total: number;
  readonly requests: Readonly<Record<string, number>>;
}

/** The requests so far. Control calls do not count. */
class RequestLog {
  #entries: LogEntry[] = [];
  #counts = new Map<string, number>();

  readonly #blot: (text: string) => string;

  /** `secrets`, and parts of them, are blotted out wherever a client has put them; `written` gets each entry as it is made. */
  constructor(
    secrets: readonly string[],
    private readonly written: (entry: LogEntry) => void = () => undefined,
  ) {
    const texts = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
    this.#blot = redactor(texts.map((text) => ({ text, label: "***" })));
  }

  /** Adds the next entry. */
  add(request: Omit<LogEntry, "n">): void {
    const entry = {
      n: this.#entries.length + 1,
      time: request.time,
      method: request.method,
      path: this.#blot(request.path),
      query: this.#blot(request.query),
      status: request.status,
    };
    const endpoint = `${request.method} ${endpointOf(request.path) ?? "(no such endpoint)"}`;
    this.#entries.push(entry);
    this.#counts.set(endpoint, (this.#counts.get(endpoint) ?? 0) + 1);
    this.written(entry);
  }

  /** How many there are. */
  get total(): number {
    return this.#entries.length;
  }

  /** The entries after the one with this number. */
  since(n = 0): readonly LogEntry[] {
    return this.#entries.slice(n);
  }

  /** The counts so far. */
  stats(): Stats {
    return { total: this.#entries.length, requests: Object.fromEntries([...this.#counts].sort()) };
  }

  /** Begins anew. */
  clear(): void {
    this.#entries = [];
    this.#counts = new Map();
  }
}
