/** Explanations as JSON, version 1. Texts are raw: whoever shows one escapes it. */

import type { SourcePosition } from "../allowlist/allowlist.js";
import { liveState } from "../reconcile/decision.js";
import type { Explanation } from "../reconcile/explain.js";
import { asTold } from "../reconcile/hardware.js";
import type { Registration } from "../cloudflare/types.js";
import type { Evidence } from "../report/evidence.js";
import { jsonText } from "../escape.js";

export interface ExplainTerms {
  readonly account: string;
  readonly asOf: Date;
  /** As it was asked. */
  readonly what: string;
  readonly explanations: readonly Explanation[];
  readonly evidence: ReadonlyMap<string, Evidence> | undefined;
  readonly lineOf: (source: SourcePosition) => string | undefined;
}

export function explainDocument({
  account,
  asOf,
  what,
  explanations,
  evidence,
  lineOf,
}: ExplainTerms): string {
  const document = {
    version: 1,
    account,
    asOf: asOf.toISOString(),
    what,
    explanations: explanations.map((one) => toJson(one, evidence, lineOf)),
  };
  return jsonText(document, 2);
}

function toJson(
  explanation: Explanation,
  evidence: ExplainTerms["evidence"],
  lineOf: ExplainTerms["lineOf"],
): object {
  if (explanation.kind === "out-of-scope") {
    const { registration, user, why } = explanation;
    return {
      registration: aboutRegistration(registration, user),
      live: liveState(registration),
      outOfScope: why,
    };
  }
  const { decision, rules, changes, pending } = explanation;
  const { registration, user, hardware, live, desired, action, reason, source } = decision;
  return {
    registration: aboutRegistration(registration, user),
    ...(hardware && { hardware: asTold(hardware) }),
    live,
    desired,
    action,
    reason,
    source: { ...source, text: lineOf(source) ?? "" },
    ...(pending !== undefined && { pending }),
    rules,
    changes,
    ...(evidence?.has(registration.id) === true && { evidence: evidence.get(registration.id) }),
  };
}

function aboutRegistration(
  { id, device, created_at, last_seen_at, revoked_at }: Registration,
  user: string,
): object {
  return {
    id,
    device: { id: device.id, name: device.name },
    user,
    times: {
      created: created_at,
      lastSeen: last_seen_at,
      ...(revoked_at != null && { revoked: revoked_at }),
    },
  };
}
