/** One line on a terminal that says how far a long piece of work is. */

import { escapeText } from "../escape.js";
import type { Surroundings } from "./surroundings.js";

export interface Progress {
  /** Replaces what the line says. */
  readonly show: (text: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

const CLEAR = "\r\u001b[K";

/** Says nothing where standard error is no terminal, and nothing with `--quiet`. */
export function startProgress({ stderr, env }: Surroundings, quiet = false): Progress {
  if (stderr.isTTY !== true || quiet || env.TERM === "dumb") {
    return { show: () => undefined, end: () => undefined };
  }
  let shown = false;
  return {
    show: (text) => {
      shown = true;
      stderr.write(CLEAR + escapeText(text, 78));
    },
    end: () => {
      if (shown) stderr.write(CLEAR);
      shown = false;
    },
  };
}
