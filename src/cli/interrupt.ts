import { EXIT } from "./exit-codes.js";
import type { Surroundings } from "./surroundings.js";

/**
 * Ends the process at Ctrl-C or SIGTERM while something runs. Files are written without a pause, so that the process
 * ends before or after that, never within.
 */
export async function interruptible<T>({ stderr }: Surroundings, run: () => Promise<T>): Promise<T> {
  const stop = (code: number) => () => {
    if (stderr.isTTY === true) stderr.write("\r\u001b[K");
    stderr.write("stopped; nothing was written\n");
    process.exit(code);
  };
  const handlers = [
    ["SIGINT", stop(EXIT.interrupted)],
    ["SIGTERM", stop(EXIT.terminated)],
  ] as const;
  for (const [signal, handler] of handlers) process.on(signal, handler);
  try {
    return await run();
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}
