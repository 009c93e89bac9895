/**
 * Every rule in its place, the order of `docs/policy.md`: the first that decides wins. What is excepted comes first;
 * then what is said of the person and, by name, of the device; then hygiene; then what an entry allows; last, what
 * holds for the rest.
 */

import { revokedAge, stale } from "./ages.js";
import { allowed, contradiction, offboarded, refused, suspended, unknownHardware } from "./entries.js";
import { ignored, ignoredHardware, protectedHardware, protectedRule, self } from "./exceptions.js";
import { maxDevices, superseded } from "./hygiene.js";
import type { Rule } from "./rule.js";
import { grace, notAllowed } from "./unlisted.js";

export const RULES: readonly Rule[] = [
  protectedRule,
  self,
  ignored,
  offboarded,
  suspended,
  contradiction,
  refused,
  protectedHardware,
  ignoredHardware,
  unknownHardware,
  revokedAge,
  stale,
  maxDevices,
  superseded,
  allowed,
  grace,
  notAllowed,
];
