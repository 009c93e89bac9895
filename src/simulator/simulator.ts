import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { PhysicalDevice, Registration } from "../cloudflare/types.js";
import type { Enrolment } from "./acts.js";
import { authenticate } from "./admission.js";
import { CONTROL, control, readText } from "./control.js";
import { messageOf, SimulatorError, type ApiAnswer, RefusedCall, type Wire, wire } from "./envelope.js";
import { type Fault, applyFault } from "./faults.js";
import { type FleetSize, generateWorld } from "./fleet.js";
import { answer } from "./routes.js";
import type { SimulatorSettings } from "./settings.js";
import { type LogEntry, Simulation, type SimulationOptions, type Stats } from "./simulation.js";
import { type AccessUserRecord, readWorld, type World } from "./world.js";

/** How to start a simulator. Without a world or a fleet, the account is empty. */
export interface SimulatorOptions extends Omit<SimulationOptions, "world"> {
  /** The account to begin with. It is checked. */
  readonly world?: World;
  /** A generated account instead of a world. */
  readonly fleet?: FleetSize;
  /** 0, the default, takes a free port. */
  readonly port?: number;
}

/** A simulator that listens on 127.0.0.1. Its acts are those of the dashboard or of a device, and are not logged. */
export interface Simulator {
  /** The base URL for a client, e.g. `http://127.0.0.1:8787`. The same with `/client/v4` works too. */
  readonly url: string;
  readonly port: number;
  readonly accountId: string;
  /** The account as it is now, without deleted records. */
  world(): World & { readonly physical_devices: readonly PhysicalDevice[] };
  /** One registration as it is now, even if listings do not show it yet. A deleted one has `deleted_at`. */
  registration(id: string): Registration | undefined;
  /** One Access user as they are now, even if listings do not show it yet. Undefined for an unknown or deleted user. */
  accessUser(id: string): AccessUserRecord | undefined;
  /** These three acts throw a SimulatorError for unknown ids, and then do nothing. */
  revoke(...ids: readonly string[]): void;
  unrevoke(...ids: readonly string[]): void;
  delete(...ids: readonly string[]): void;
  /**
   * Deletes an Access user, with everything that the settings delete along with the user. Throws a SimulatorError for
   * an unknown id.
   */
  deleteUser(id: string): void;
  /** Renames a device, given by its own id or by that of a registration. */
  rename(target: { readonly id: string } | { readonly device_id: string }, name: string): void;
  /** A device signs in. Returns the new registration. */
  enrol(enrolment: Enrolment): Registration;
  /** The device of a registration signs in again. Returns the new registration. */
  reEnrol(registrationId: string): Registration;
  addFaults(...faults: readonly Fault[]): void;
  readonly settings: SimulatorSettings;
  set(settings: Partial<SimulatorSettings>): void;
  /** Fixes the clock at an RFC 3339 time; undefined lets it run. */
  setNow(now: string | undefined): void;
  /** The requests so far, or those after the n-th. */
  log(since?: number): readonly LogEntry[];
  stats(): Stats;
  /** Resets everything to the start. */
  reset(): void;
  /** Stops listening and drops all connections. */
  close(): Promise<void>;
}

const EMPTY: World = {
  account_id: "699d98642c564d2e855e9661899b7252",
  registrations: [],
  physical_devices: [],
};

/**
 * Starts a stand-in for Cloudflare's device and Access user endpoints on 127.0.0.1.
 *
 * @throws SimulatorError for an invalid world, setting or port
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { world, fleet, port = 0, ...rest } = options;
  const begun = world === undefined ? (fleet === undefined ? EMPTY : generateWorld(fleet)) : readWorld(world);
  const simulation = new Simulation({ ...rest, world: begun });
  const server = await listen(simulation, port);
  const bound = portOf(server);
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    accountId: begun.account_id,
    world: () => simulation.world(),
    registration: (id) => simulation.registration(id),
    accessUser: (id) => simulation.accessUser(id),
    revoke: (...ids) => simulation.act("revoke", ids),
    unrevoke: (...ids) => simulation.act("unrevoke", ids),
    delete: (...ids) => simulation.act("delete", ids),
    deleteUser: (id) => simulation.deleteUser(id),
    rename: (target, name) => simulation.rename(target, name),
    enrol: (enrolment) => simulation.enrol(enrolment),
    reEnrol: (id) => simulation.reEnrol(id),
    addFaults: (...faults) => simulation.addFaults(...faults),
    get settings() {
      return simulation.settings;
    },
    set: (settings) => simulation.set(settings),
    setNow: (now) => simulation.clock.set(now),
    log: (since) => simulation.log.since(since),
    stats: () => simulation.log.stats(),
    reset: () => simulation.reset(),
    close: () => stop(server),
  };
}

const PREFIX = "/client/v4";

const HOST = "127.0.0.1";

/**
 * Serves a simulation on this machine only.
 *
 * @throws SimulatorError if the port is not available
 */
function listen(simulation: Simulation, port: number): Promise<Server> {
  // Bulk calls carry their ids in the URL. Too many ids must be refused by the setting bulk_maximum, not by the
  // parser.
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) => {
    serve(simulation, request, response).catch((thrown: unknown) => {
      // A bug in the simulator must not look like an answer of the API.
      if (!response.headersSent) response.writeHead(500, { "Content-Type": "text/plain" });
      response.end(`simulator: ${messageOf(thrown)}\n`);
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE" ? "is in use; choose another, or 0 for a free one" : error.message;
      reject(new SimulatorError(`port ${port}: ${why}`));
    });
    server.listen(port, HOST, () => resolve(server));
  });
}

/** The port of a listening server. */
function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Stops a server with all its connections, also hanging ones. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(
  simulation: Simulation,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? "" : target.slice(mark + 1);
  if (path.startsWith(CONTROL)) {
    const answer = await control(simulation, request, path, new URLSearchParams(query));
    response.writeHead(answer.status, { "Content-Type": answer.type });
    response.end(answer.text);
    return;
  }
  const body = await readText(request);
  const short = path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length) : path;
  respond(simulation, request, response, { path: short, query, body });
}

/** Answers a request to the API, or lets a fault answer it, and logs it. */
function respond(
  simulation: Simulation,
  request: IncomingMessage,
  response: ServerResponse,
  target: { readonly path: string; readonly query: string; readonly body: string },
): void {
  const method = request.method ?? "GET";
  const asked = { method, path: target.path, params: new URLSearchParams(target.query), body: target.body };
  const entry = { time: simulation.clock.now(), method, path: target.path, query: target.query };
  const fault = simulation.faults.strike(method, target.path, target.query);
  const limit = simulation.rateLimit.count(simulation.settings, Math.floor(performance.now()));
  const ray = { "CF-RAY": `${(simulation.log.total + 1).toString(16).padStart(16, "0")}-SIM` };
  // The account has one clock, for its records and its answers.
  const dated = simulation.settings.date_header === "sent";
  response.sendDate = dated;
  const headers = {
    ...limit.headers,
    ...ray,
    ...(dated && { Date: new Date(entry.time).toUTCString() }),
  };

  let made: Wire | undefined;
  const trueAnswer = (): Wire =>
    (made ??= wire(
      refusalOr(() => {
        if (limit.refusal !== undefined) throw limit.refusal;
        authenticate(simulation.credentials, request.headers);
        return answer(simulation.account, asked);
      }),
      headers,
    ));
  const log = (status: number | null): void => simulation.log.add({ ...entry, status });
  const end = (sent: Wire): void => {
    log(sent.status);
    write(response, sent, method);
  };

  if (fault === undefined) end(trueAnswer());
  else applyFault({ fault, cursor: asked.params.get("cursor"), headers, response, trueAnswer, end, log });
}

function refusalOr(act: () => ApiAnswer): ApiAnswer {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof RefusedCall) return thrown.answer();
    throw thrown;
  }
}

function write(response: ServerResponse, sent: Wire, method: string): void {
  const text = method === "HEAD" ? "" : sent.text;
  response.writeHead(sent.status, {
    "Content-Type": sent.type,
    ...(method === "HEAD" ? {} : { "Content-Length": Buffer.byteLength(text) }),
    ...sent.headers,
  });
  response.end(text);
}
