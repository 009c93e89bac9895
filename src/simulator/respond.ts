import type { IncomingMessage, ServerResponse } from "node:http";
import { authenticate, type Fault, type FaultKind, tooMany } from "./admission.js";
import { type ApiAnswer, RefusedCall } from "./envelope.js";
import { answer, type ApiRequest } from "./routes.js";
import type { Simulation } from "./simulation.js";

/** Of a fault that names no status; 200 otherwise. */
const USUAL_STATUS: Readonly<Partial<Record<FaultKind, number>>> = { status: 500, html: 502 };

/** What goes onto the wire. */
interface Wire {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

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

  function trueAnswer(): Wire {
    const made = refusalOr(() => {
      if (limit.refusal !== undefined) throw limit.refusal;
      authenticate(simulation.credentials, request.headers);
      return answer(simulation.account, asked);
    });
    return wire(made, headers);
  }
  const end = (sent: Wire): void => {
    simulation.log.add({ ...entry, status: sent.status });
    write(response, sent, method);
  };

  if (fault === undefined) {
    end(trueAnswer());
    return;
  }
  if (fault.applied === true && !isTrue(fault)) trueAnswer();
  switch (fault.kind) {
    case "status":
    case "unsuccessful":
    case "html":
    case "body":
      end(falseAnswer(fault, headers));
      return;
    case "slow": {
      const made = trueAnswer();
      setTimeout(() => end(made), fault.delay_ms ?? 1000);
      return;
    }
    case "repeat-cursor":
      end(repeatCursor(trueAnswer(), asked));
      return;
    case "hang":
      simulation.log.add({ ...entry, status: null });
      return;
    case "reset":
      simulation.log.add({ ...entry, status: null });
      request.socket.destroy();
      return;
    case "cut": {
      const whole = trueAnswer();
      simulation.log.add({ ...entry, status: whole.status });
      cut(response, whole);
    }
  }
}

/** Whether a fault does the request anyway. */
function isTrue(fault: Fault): boolean {
  return fault.kind === "slow" || fault.kind === "cut" || fault.kind === "repeat-cursor";
}

function refusalOr(act: () => ApiAnswer): ApiAnswer {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof RefusedCall) return thrown.answer();
    throw thrown;
  }
}

function wire(made: ApiAnswer, headers: Readonly<Record<string, string>>): Wire {
  return {
    status: made.status,
    type: "application/json",
    headers: { ...headers, ...made.headers },
    text: JSON.stringify(made.body),
  };
}

function falseAnswer(fault: Fault, headers: Readonly<Record<string, string>>): Wire {
  const retry = fault.retry_after === undefined ? {} : { "Retry-After": String(fault.retry_after) };
  const more = { ...headers, ...retry };
  const status = fault.status ?? USUAL_STATUS[fault.kind] ?? 200;
  if (fault.kind === "html") {
    const text = `<!DOCTYPE html><html><head><title>${status}</title></head><body>cloudflare</body></html>\n`;
    return { status, type: "text/html; charset=UTF-8", headers: more, text };
  }
  if (fault.kind === "body") {
    return { status, type: "application/json", headers: more, text: JSON.stringify(fault.body ?? null) };
  }
  if (status === 429 && fault.code === undefined) {
    return wire(tooMany(fault.retry_after ?? 1).answer(), more);
  }
  const message = fault.message ?? (status === 200 ? "Something did not work" : `Injected ${status}`);
  const refusal = new RefusedCall(status, [{ code: fault.code ?? 10001, message }]);
  return wire(refusal.answer(), more);
}

function repeatCursor(made: Wire, { params }: ApiRequest): Wire {
  const body = JSON.parse(made.text) as { result_info?: { cursor?: string } };
  const sent = params.get("cursor");
  if (body.result_info === undefined || sent === null) return made;
  return {
    ...made,
    text: JSON.stringify({ ...body, result_info: { ...body.result_info, cursor: sent } }),
  };
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

function cut(response: ServerResponse, whole: Wire): void {
  const bytes = Buffer.from(whole.text);
  response.writeHead(whole.status, { "Content-Type": whole.type, "Content-Length": bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy());
}
