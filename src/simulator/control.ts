import type { IncomingMessage } from "node:http";
import type { Enrolment } from "./acts.js";
import { SimulatorError } from "./envelope.js";
import { readFault } from "./faults.js";
import { readSettings } from "./settings.js";
import type { Simulation } from "./simulation.js";

/** The path of the control calls. They need no token, because only this machine can reach them. */
export const CONTROL = "/__sim/";

/** An answer of a control call. */
interface ControlAnswer {
  readonly status: number;
  readonly type: "application/json" | "application/x-ndjson";
  readonly text: string;
}

type Body = Readonly<Record<string, unknown>>;

type ControlCall = (simulation: Simulation, body: Body, params: URLSearchParams) => unknown;

const READS: Readonly<Record<string, ControlCall>> = {
  world: (simulation) => simulation.world(),
  stats: (simulation) => simulation.log.stats(),
  settings: (simulation) => simulation.settings,
};

const ENROLMENT = [
  "name",
  "device_id",
  "device_name",
  "serial_number",
  "hardware_id",
  "device_type",
  "registration_type",
  "id",
] as const satisfies readonly (keyof Enrolment)[];

const ACTS: Readonly<Record<string, ControlCall>> = {
  revoke: (simulation, body) => act(simulation, "revoke", body),
  unrevoke: (simulation, body) => act(simulation, "unrevoke", body),
  delete: (simulation, body) => act(simulation, "delete", body),
  rename(simulation, body) {
    onlyFields(body, "id", "device_id", "name");
    const name = text(body, "name");
    if (name === undefined) throw new SimulatorError("name: required");
    const device = text(body, "device_id");
    simulation.rename(device === undefined ? { id: requiredText(body, "id") } : { device_id: device }, name);
    return {};
  },
  enrol(simulation, body) {
    onlyFields(body, "email", ...ENROLMENT);
    const given = ENROLMENT.flatMap((name) => (text(body, name) === undefined ? [] : [[name, body[name]]]));
    return simulation.enrol({
      ...Object.fromEntries(given),
      email: requiredText(body, "email"),
    } as Enrolment);
  },
  "re-enrol"(simulation, body) {
    onlyFields(body, "id", "email", "device_id");
    return simulation.reEnrol(text(body, "id") ?? idOf(simulation, body));
  },
  faults(simulation, body) {
    const faults = Array.isArray(body.faults) ? body.faults.map(readFault) : [readFault(body)];
    simulation.addFaults(...faults);
    return {};
  },
  settings(simulation, body) {
    simulation.set(readSettings(body));
    return simulation.settings;
  },
  clock(simulation, body) {
    onlyFields(body, "now");
    simulation.clock.set(body.now === null ? undefined : requiredText(body, "now"));
    return {};
  },
  reset(simulation, body) {
    onlyFields(body);
    simulation.reset();
    return {};
  },
};

/** Answers a control call. A mistake is a 400 with one line. */
export async function control(
  simulation: Simulation,
  request: IncomingMessage,
  path: string,
  params: URLSearchParams,
): Promise<ControlAnswer> {
  const name = path.slice(CONTROL.length);
  try {
    if (request.method === "GET" && name === "log") return log(simulation, params);
    const calls = request.method === "GET" ? READS : request.method === "POST" ? ACTS : {};
    const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
    if (call === undefined) return json(404, { error: `no control call ${request.method ?? ""} ${path}` });
    const body = request.method === "POST" ? await readBody(request) : {};
    return json(200, call(simulation, body, params));
  } catch (thrown) {
    if (thrown instanceof SimulatorError) return json(400, { error: thrown.message });
    throw thrown;
  }
}

function act(simulation: Simulation, name: "revoke" | "unrevoke" | "delete", body: Body): object {
  onlyFields(body, "ids", "id");
  simulation.act(name, idsOf(body));
  return {};
}

/** The latest registration of a user on a device. */
function idOf(simulation: Simulation, body: Body): string {
  const email = requiredText(body, "email");
  const device = requiredText(body, "device_id");
  const rows = simulation.account.store.ofDevice(device).filter(({ live }) => live.user?.email === email);
  const last = rows.at(-1);
  if (last === undefined)
    throw new SimulatorError(`email, device_id: no registration of ${email} on ${device}`);
  return last.live.id;
}

function log(simulation: Simulation, params: URLSearchParams): ControlAnswer {
  const since = params.get("since") ?? "0";
  if (!/^\d{1,15}$/.test(since)) throw new SimulatorError(`since: expected a number, got "${since}"`);
  const lines = simulation.log.since(Number(since)).map((entry) => `${JSON.stringify(entry)}\n`);
  return { status: 200, type: "application/x-ndjson", text: lines.join("") };
}

function json(status: number, value: unknown): ControlAnswer {
  return { status, type: "application/json", text: JSON.stringify(value) };
}

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * A request's body.
 *
 * @throws SimulatorError if it is too large
 */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new SimulatorError(`body: more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/**
 * The JSON object in a request's body; an empty body is an empty object.
 *
 * @throws SimulatorError
 */
async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(request);
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SimulatorError("body: not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SimulatorError("body: expected a JSON object");
  }
  return value as Readonly<Record<string, unknown>>;
}

/** A text of a body, or undefined if it is missing. */
function text(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new SimulatorError(`${name}: expected text`);
  return value;
}

/** A required text of a body. */
function requiredText(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = text(body, name);
  if (value === undefined || value === "") throw new SimulatorError(`${name}: required`);
  return value;
}

/** The ids from `ids`, or from `id`. */
function idsOf(body: Readonly<Record<string, unknown>>): readonly string[] {
  const { ids, id } = body;
  if (Array.isArray(ids) && ids.length > 0 && ids.every((each) => typeof each === "string")) {
    return ids;
  }
  if (ids === undefined && typeof id === "string" && id !== "") return [id];
  throw new SimulatorError("ids: expected a list of registration ids, or id with one");
}

/** Refuses unknown fields: a misspelt field must not be ignored silently. */
function onlyFields(body: Readonly<Record<string, unknown>>, ...names: readonly string[]): void {
  const unknown = Object.keys(body).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new SimulatorError(
      `${unknown}: no such field; ${names.length === 0 ? "none is known" : `the fields are ${names.join(", ")}`}`,
    );
  }
}
