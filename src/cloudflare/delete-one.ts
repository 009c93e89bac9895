import { CloudflareError } from "./errors.js";
import type { Transport } from "./transport.js";

/**
 * Deletes the record of a path. That it is unknown once an earlier attempt's answer was lost is that attempt's success;
 * without one it is `cloudflare/not-found`.
 */
export async function deleteOne(transport: Pick<Transport, "send">, path: string): Promise<void> {
  try {
    await transport.send({ method: "DELETE", path });
  } catch (error) {
    if (error instanceof CloudflareError && error.code === "cloudflare/not-found" && error.doubtful) return;
    throw error;
  }
}
