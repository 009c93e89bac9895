import * as pulumi from "@pulumi/pulumi";
import { formatMessages } from "./allowlist/format.js";
import { AllowlistError } from "./allowlist/message.js";
import { hideSecrets } from "./redact.js";
import { USER_ERRORS } from "./user-errors.js";

/**
 * An error that Pulumi shows as its message alone. It has no stack: nobody sees it, and the SDK inspects it all the
 * same, which takes Node 20 some twenty seconds where source maps lead into `node_modules`.
 */
export function runError(message: string): pulumi.RunError {
  const error = new pulumi.RunError(hideSecrets(process.env)(message));
  delete error.stack;
  return error;
}

/** Does something, and turns what a user or the account can get wrong into a {@link runError}. */
export async function orRunError<T>(attempt: () => T | Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof AllowlistError) throw runError(formatMessages(error.messages));
    if (USER_ERRORS.some((kind) => error instanceof kind)) throw runError((error as Error).message);
    throw error;
  }
}
