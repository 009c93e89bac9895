/**
 * The engine's own service: the program and the provider get its address, tell it what to show, and see by it whether
 * their engine lives.
 */

import {
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type UntypedServiceImplementation,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import * as engine from "@pulumi/pulumi/proto/engine_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import type { Screen } from "./screen.js";

/** Properties of any size: a message is as long as an account has acts. */
export const ANY_SIZE = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** A service that listens on loopback. */
export interface Served {
  readonly address: string;
  close(): void;
}

/** Serves for as long as a pass goes on. */
export function serveEngine(screen: Screen): Promise<Served> {
  let root = "";
  return serve(EngineService, {
    log: answer((request: engine.LogRequest) => {
      log(request, screen);
      return new Empty();
    }),
    getRootResource: answer(() => new engine.GetRootResourceResponse().setUrn(root)),
    setRootResource: answer((request: engine.SetRootResourceRequest) => {
      root = request.getUrn();
      return new engine.SetRootResourceResponse();
    }),
    requirePulumiVersion: answer(() => new engine.RequirePulumiVersionResponse()),
  });
}

export async function serve(
  service: ServiceDefinition,
  implementation: UntypedServiceImplementation,
): Promise<Served> {
  const server = new Server(ANY_SIZE);
  server.addService(service, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, found) => {
      if (error) reject(error);
      else resolve(found);
    });
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** A method that answers with what a function gives. */
export function answer<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, done) => {
    Promise.resolve(call.request)
      .then(handle)
      .then(
        (response) => done(null, response),
        (error: unknown) => done({ code: status.INTERNAL, details: String(error) }),
      );
  };
}

function log(request: engine.LogRequest, screen: Screen): void {
  const { DEBUG, WARNING, ERROR } = engine.LogSeverity;
  const severity = request.getSeverity();
  if (severity === DEBUG) return;
  const prefix = severity === ERROR ? "error: " : severity === WARNING ? "warning: " : "";
  screen.print(`${prefix}${request.getMessage()}`);
}
