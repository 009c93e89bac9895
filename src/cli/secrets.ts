/** The last line of defence: nothing in this project prints a credential, and if anything ever did, this hides it. */

import type { Sink, Surroundings } from "./surroundings.js";

/** Real tokens and keys have 37 characters or more; hiding a short word would garble what has nothing to hide. */
const SHORTEST = 16;

/** Replaces the credentials of the environment wherever they stand in a text. */
export function hideSecrets(env: Surroundings["env"]): (text: string) => string {
  const secrets = [env.CLOUDFLARE_API_TOKEN, env.CLOUDFLARE_API_KEY]
    .map((secret) => secret?.trim() ?? "")
    .filter((secret) => secret.length >= SHORTEST);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, "[API token]"), text);
}

/** The same surroundings, whose sinks never show a credential. */
export function withoutSecrets(surroundings: Surroundings): Surroundings {
  const hide = hideSecrets(surroundings.env);
  const guarded = (sink: Sink): Sink => ({ isTTY: sink.isTTY, write: (text) => sink.write(hide(text)) });
  return { ...surroundings, stdout: guarded(surroundings.stdout), stderr: guarded(surroundings.stderr) };
}
