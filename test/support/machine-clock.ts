/** What the clock of a machine says, for the processes that a trial starts on it. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Loaded before anything else: the real `Date`, moved by a fixed span, going on from there. */
const preload = (offset: number) => `"use strict";
const realNow = Date.now;
Date.now = () => realNow() + ${offset};
globalThis.Date = new Proxy(Date, {
  construct: (RealDate, given, target) => Reflect.construct(RealDate, given.length > 0 ? given : [Date.now()], target),
});
`;

/**
 * The environment in which Node.js believes that it is `now` (RFC 3339) at this moment, and more as time goes by. Writes
 * a file into the folder.
 */
export function machineClock(folder: string, now: string): { readonly NODE_OPTIONS: string } {
  const file = join(folder, "machine-clock.cjs");
  writeFileSync(file, preload(Date.parse(now) - Date.now()));
  const quoted = file.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --require "${quoted}"`.trim() };
}
