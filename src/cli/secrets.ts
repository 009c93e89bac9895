/** The last line of defence: nothing in this project prints a credential, and if anything ever did, this hides it. */

import { hideSecrets } from "../redact.js";
import type { Sink, Surroundings } from "./surroundings.js";

/** The same surroundings, whose sinks never show a credential. */
export function withoutSecrets(surroundings: Surroundings): Surroundings {
  const hide = hideSecrets(surroundings.env);
  const guarded = (sink: Sink): Sink => ({ isTTY: sink.isTTY, write: (text) => sink.write(hide(text)) });
  return { ...surroundings, stdout: guarded(surroundings.stdout), stderr: guarded(surroundings.stderr) };
}
