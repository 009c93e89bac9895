/** The two services that the program's process calls: registrations go to the deployment, messages to the screen. */

import { Server, ServerCredentials, status, type handleUnaryCall } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import * as engine from "@pulumi/pulumi/proto/engine_pb.js";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import * as resource from "@pulumi/pulumi/proto/resource_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import type { Deployment, Goal, Registered } from "./deployment.js";
import { ANY_SIZE, fromStruct, toStruct } from "./provider.js";
import type { Screen } from "./screen.js";

export interface Monitor {
  readonly address: string;
  close(): void;
}

const RESULTS = {
  success: resource.Result.SUCCESS,
  fail: resource.Result.FAIL,
  skip: resource.Result.SKIP,
};

/** Serves one run of a program on loopback. */
export async function serveMonitor(deployment: Deployment, screen: Screen): Promise<Monitor> {
  const server = new Server(ANY_SIZE);
  let root = "";
  server.addService(ResourceMonitorService, {
    // None of the optional features: secrets, transforms, hooks, and so on.
    supportsFeature: answer(() => new resource.SupportsFeatureResponse().setHassupport(false)),
    registerResource: answer(async (request: resource.RegisterResourceRequest) =>
      toResponse(await deployment.register(toGoal(request))),
    ),
    registerResourceOutputs: answer(() => new Empty()),
    signalAndWaitForShutdown: answer(() => new Empty()),
  });
  server.addService(EngineService, {
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
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, found) => {
      if (error) reject(error);
      else resolve(found);
    });
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

function answer<Request, Response>(
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

function toGoal(request: resource.RegisterResourceRequest): Goal {
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent(),
    inputs: fromStruct(request.getObject()),
    dependencies: request.getDependenciesList(),
    retainOnDelete: request.getRetainondelete() ?? false,
  };
}

function toResponse({ urn, id, outputs, result }: Registered): resource.RegisterResourceResponse {
  return new resource.RegisterResourceResponse()
    .setUrn(urn)
    .setId(id)
    .setObject(toStruct(outputs))
    .setResult(RESULTS[result]);
}

function log(request: engine.LogRequest, screen: Screen): void {
  const { DEBUG, WARNING, ERROR } = engine.LogSeverity;
  const severity = request.getSeverity();
  if (severity === DEBUG) return;
  const prefix = severity === ERROR ? "error: " : severity === WARNING ? "warning: " : "";
  screen.print(`${prefix}${request.getMessage()}`);
}
