import * as pulumi from "@pulumi/pulumi";
import { formatMessages } from "./allowlist/format.js";
import { AllowlistError } from "./allowlist/message.js";
import { CloudflareError } from "./cloudflare/index.js";
import { ReportError } from "./report/file.js";

/** Does something, and turns what a user or the account can get wrong into an error that Pulumi shows without a stack. */
export async function orRunError<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof AllowlistError) throw new pulumi.RunError(formatMessages(error.messages));
    if (error instanceof CloudflareError || error instanceof ReportError)
      throw new pulumi.RunError(error.message);
    throw error;
  }
}
