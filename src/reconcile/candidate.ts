import type { AllowedUser } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";
import type { Hardware } from "./hardware.js";
import type { Match } from "./match.js";

/** Everything that is known about one registration before it is decided. */
export interface Candidate {
  readonly registration: Registration;
  readonly email: string;
  readonly hardware: Hardware | undefined;
  readonly user: AllowedUser | undefined;
  readonly match: Match;
}
