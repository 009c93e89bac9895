import type { Sink, Surroundings } from "./surroundings.js";

/** Colour goes to terminals only. `FORCE_COLOR` (but for `0` and `false`) wins over `NO_COLOR`, as in Node itself. */
export function wantsColour(sink: Sink, env: Surroundings["env"]): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env.NO_COLOR ?? "") !== "" || env.TERM === "dumb") return false;
  return sink.isTTY === true;
}
