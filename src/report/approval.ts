/** Approvals come from the environment of the run, never from a file that a pull request can change. */

import type { Approval } from "./document.js";
import { APPROVE_BY_VARIABLE, APPROVE_REASON_VARIABLE, APPROVE_VARIABLE } from "./guards.js";

/** The approval of the plan with this fingerprint; undefined where the environment approves none, or another one. */
export function approvalFor(fingerprint: string, env: NodeJS.ProcessEnv): Approval | undefined {
  if (givenFingerprint(env) !== fingerprint) return undefined;
  const by = textOf(env, APPROVE_BY_VARIABLE);
  const reason = textOf(env, APPROVE_REASON_VARIABLE);
  return { ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) };
}

/** The fingerprint that the environment approves; an empty one approves nothing. */
export function givenFingerprint(env: NodeJS.ProcessEnv): string | undefined {
  return textOf(env, APPROVE_VARIABLE);
}

function textOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === "" ? undefined : text;
}
