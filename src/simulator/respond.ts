import type { IncomingMessage, ServerResponse } from "node:http";
import { authenticate } from "./admission.js";
import { type ApiAnswer, RefusedCall, type Wire, wire } from "./envelope.js";
import { applyFault } from "./faults.js";
import { answer } from "./routes.js";
import type { Simulation } from "./simulation.js";

/** Answers a request to the API, or lets a fault do so, and logs it. */
export function respond(
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
  // The account's clock is one: what its records say and what its answers say.
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
