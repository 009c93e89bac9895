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

export interface SimulationOptions extends KnownCredentials {
  readonly world: World;
  /** Settings that override those of the world. */
  readonly settings?: Partial<SimulatorSettings>;
  /** RFC 3339: the clock is fixed at this time until it is set. Without it, the clock is the machine's. */
  readonly now?: string | undefined;
  /** Called with each log entry. */
  readonly onRequest?: ((entry: LogEntry) => void) | undefined;
}

/** The whole simulated account with its faults, limits and log, without HTTP. */
export class Simulation {
  readonly credentials: KnownCredentials;
  readonly clock: SimulatedClock;
  readonly log: RequestLog;
  readonly faults = new Faults();
  readonly rateLimit = new RateLimit();
  #settings: SimulatorSettings;
  #account: Account;
  readonly #options: SimulationOptions;

  /** @throws SimulatorError for invalid options */
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

  /** The account as it is now, without deleted records. */
  world(): World & { readonly physical_devices: readonly PhysicalDevice[] } {
    return worldOf(this.#account);
  }

  /** One registration as it is now, even if listings do not show it yet. A deleted one has `deleted_at`. */
  registration(id: string): Registration | undefined {
    return this.#account.store.registrations.get(id)?.live;
  }

  /** One Access user as they are now, even if listings do not show it yet. Undefined for an unknown or deleted user. */
  accessUser(id: string): AccessUserRecord | undefined {
    const row = this.#account.store.users.get(id)?.live;
    return row === undefined || row.deleted_at != null ? undefined : recordOf(row);
  }

  /**
   * Does what the dashboard would do.
   *
   * @throws SimulatorError with the ids that the account does not have; then nothing is done
   */
  act(act: SimulatedAct, ids: readonly string[]): void {
    const { found, unknown } = findRegistrations(this.#account, ids);
    if (unknown.length > 0) throw new SimulatorError(`ids: no registration ${unknown.join(", ")}`);
    apply(this.#account, act, found);
  }

  /**
   * Deletes an Access user, with everything that the settings delete along with the user.
   *
   * @throws SimulatorError for an unknown id
   */
  deleteUser(id: string): void {
    if (this.accessUser(id) === undefined) throw new SimulatorError(`id: no Access user ${id}`);
    deleteUser(this.#account, id);
  }

  /** Renames a device: that of a registration, or the one with this id. */
  rename(target: { readonly id: string } | { readonly device_id: string }, name: string): void {
    const deviceId = "id" in target ? this.registration(target.id)?.device.id : target.device_id;
    const device = deviceId === undefined ? undefined : this.#account.store.devices.get(deviceId);
    if (device === undefined) {
      throw new SimulatorError("id" in target ? "id: no such registration" : "device_id: no such device");
    }
    renameDevice(this.#account, device.live.id, name);
  }

  enrol(enrolment: Enrolment): Registration {
    return enrol(this.#account, enrolment);
  }

  /** The device of a registration signs in again. */
  reEnrol(registrationId: string): Registration {
    return reEnrol(this.#account, registrationId);
  }

  addFaults(...faults: readonly Fault[]): void {
    for (const fault of faults.map(readFault)) this.faults.add(fault);
  }

  set(settings: Partial<SimulatorSettings>): void {
    this.#settings = { ...this.#settings, ...readSettings(settings) };
  }

  /** Resets everything to the start, with an empty log. */
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

/** One request to the API, with the status of its answer. */
export interface LogEntry {
  /** From 1, in the order of the answers. */
  readonly n: number;
  readonly time: string;
  readonly method: string;
  /** Without `/client/v4`. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  /** Null: there was no answer. */
  readonly status: number | null;
}

/** How many requests there were, by method and endpoint, e.g. `GET /accounts/{account_id}/devices/registrations`. */
export interface Stats {
  readonly total: number;
  readonly requests: Readonly<Record<string, number>>;
}

/** The requests so far, without control calls. */
class RequestLog {
  #entries: LogEntry[] = [];
  #counts = new Map<string, number>();

  readonly #blot: (text: string) => string;

  /** `secrets`, and parts of them, are hidden wherever a client put them. `written` gets each new entry. */
  constructor(
    secrets: readonly string[],
    private readonly written: (entry: LogEntry) => void = () => undefined,
  ) {
    const texts = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
    this.#blot = redactor(texts.map((text) => ({ text, label: "***" })));
  }

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

  /** The number of entries. */
  get total(): number {
    return this.#entries.length;
  }

  /** The entries after the one with this number. */
  since(n = 0): readonly LogEntry[] {
    return this.#entries.slice(n);
  }

  stats(): Stats {
    return { total: this.#entries.length, requests: Object.fromEntries([...this.#counts].sort()) };
  }

  clear(): void {
    this.#entries = [];
    this.#counts = new Map();
  }
}
