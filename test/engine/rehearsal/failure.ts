/** What a provider answers when it fails, as the gRPC protocol packs it. */

import type { ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb.js";
import { Status } from "@pulumi/pulumi/proto/status_pb.js";
import type { Properties } from "./rows.js";

/** A provider could not do what it was asked for. */
export class ProviderFailure extends Error {
  override readonly name = "ProviderFailure";

  constructor(
    message: string,
    /** What is there nevertheless: it is kept in the state, and an update is due in the next run. */
    readonly partial?: {
      readonly id: string;
      readonly properties: Properties;
      readonly reasons: readonly string[];
    },
  ) {
    super(message);
  }
}

/** Reads the details that create and update add where the resource exists but not all was done. */
export function toFailure(error: ServiceError): ProviderFailure {
  const [packed] = error.metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(packed)) return new ProviderFailure(error.details);
  for (const detail of Status.deserializeBinary(packed).getDetailsList()) {
    if (!detail.getTypeName().endsWith("ErrorResourceInitFailed")) continue;
    const found = ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
    const reasons = found.getReasonsList();
    return new ProviderFailure(listed(reasons), {
      id: found.getId(),
      properties: found.getProperties()?.toJavaScript() ?? {},
      reasons,
    });
  }
  return new ProviderFailure(error.details);
}

/** What a user reads of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function listed(reasons: readonly string[]): string {
  const count = reasons.length === 1 ? "1 error" : `${reasons.length} errors`;
  return [`${count} occurred:`, ...reasons.map((reason) => `    * ${reason}`)].join("\n");
}
