/**
 * A mistake of whoever runs the simulator: a world file, a setting, a port. The message is one line that says where
 * and what, fit to be shown without a stack.
 */
export class SimulatorError extends Error {
  override readonly name = "SimulatorError";
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
