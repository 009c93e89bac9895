/** The service that the program's process calls: what it registers goes to the deployment. */

import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import * as resource from "@pulumi/pulumi/proto/resource_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import type { Deployment, Goal, Registered } from "./deployment.js";
import { answer, serve, type Served } from "./host.js";
import { fromStruct, toStruct } from "./provider.js";

const RESULTS = {
  success: resource.Result.SUCCESS,
  fail: resource.Result.FAIL,
  skip: resource.Result.SKIP,
};

/** Serves one run of a program on loopback. */
export function serveMonitor(deployment: Deployment): Promise<Served> {
  return serve(ResourceMonitorService, {
    // None of the optional features: secrets, transforms, hooks, and so on.
    supportsFeature: answer(() => new resource.SupportsFeatureResponse().setHassupport(false)),
    registerResource: answer(async (request: resource.RegisterResourceRequest) =>
      toResponse(await deployment.register(toGoal(request))),
    ),
    registerResourceOutputs: answer((request: resource.RegisterResourceOutputsRequest) => {
      deployment.setOutputs(request.getUrn(), fromStruct(request.getOutputs()));
      return new Empty();
    }),
    // The one function that the program calls: what the state holds, as it was before this run.
    invoke: answer((request: resource.ResourceInvokeRequest) => {
      if (request.getTok() !== "pulumi:pulumi:readStackResourceOutputs")
        throw new Error(`the rehearsal engine does not know ${request.getTok()}`);
      return new InvokeResponse().setReturn(toStruct({ outputs: deployment.stateBefore() }));
    }),
    signalAndWaitForShutdown: answer(() => new Empty()),
  });
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
    protect: request.getProtect() ?? false,
    aliases: request.getAliasurnsList(),
  };
}

function toResponse({ urn, id, outputs, result }: Registered): resource.RegisterResourceResponse {
  return new resource.RegisterResourceResponse()
    .setUrn(urn)
    .setId(id)
    .setObject(toStruct(outputs))
    .setResult(RESULTS[result]);
}
