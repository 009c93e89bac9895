import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readText } from "./body.js";
import { control, CONTROL } from "./control.js";
import { messageOf, SimulatorError } from "./errors.js";
import { respond } from "./respond.js";
import type { Simulation } from "./simulation.js";

const PREFIX = "/client/v4";
const HOST = "127.0.0.1";

/**
 * Serves a simulation on this machine only.
 *
 * @throws SimulatorError where the port cannot be had
 */
export function listen(simulation: Simulation, port: number): Promise<Server> {
  // Bulk calls carry their ids in the URL; the setting bulk_maximum refuses too many, not the parser.
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

/** The address of a server that listens. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Stops a server with all its connections, hanging ones too. */
export function stop(server: Server): Promise<void> {
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
