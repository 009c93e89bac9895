/** How a plan ends a command. */

import { givenFingerprint } from "../report/approval.js";
import type { ReportDocument } from "../report/document.js";
import { isHeld, whyHeld } from "../report/guards.js";
import { hasActs } from "../report/wording.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Surroundings } from "./surroundings.js";

/** Says on standard error why nothing could be done, as the Pulumi program does. */
export function judge({ env, stderr }: Surroundings, document: ReportDocument, exitCode: boolean): ExitCode {
  if (isHeld(document)) {
    stderr.write(`error: ${whyHeld(document, givenFingerprint(env))}\n`);
    return document.problems.length > 0 ? EXIT.error : EXIT.guard;
  }
  return exitCode && (hasActs(document) || document.findings.length > 0) ? EXIT.findings : EXIT.fine;
}
