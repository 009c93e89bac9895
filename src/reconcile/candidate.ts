import type { AllowedUser, Policy } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { Hardware } from "./hardware.js";
import type { Match } from "./match.js";

/** Everything that is known about one registration before it is decided. */
export interface Candidate {
  readonly registration: Registration;
  readonly email: string;
  readonly hardware: Hardware | undefined;
  readonly user: AllowedUser | undefined;
  /** What holds for its user. */
  readonly policy: Policy;
  readonly match: Match;
}

/** By the moment of creation, then by id, so that the order of a listing never matters. */
export function isNewer({ registration: a }: Candidate, { registration: b }: Candidate): boolean {
  const difference = Date.parse(a.created_at) - Date.parse(b.created_at);
  if (difference !== 0) return difference > 0;
  return a.created_at === b.created_at ? a.id > b.id : a.created_at > b.created_at;
}

/** The newest of one or more. */
export function newestOf([first, ...rest]: readonly [Candidate, ...Candidate[]]): Candidate {
  return rest.reduce((newest, one) => (isNewer(one, newest) ? one : newest), first);
}
