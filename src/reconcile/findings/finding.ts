import { createHash } from "node:crypto";
import type { RelatedPlace, SourcePosition } from "../../allowlist/messages.js";
import type { AllowedUser } from "../../allowlist/model.js";
import type { Registration } from "../../cloudflare/types.js";
import type { FindingCode } from "./kinds.js";
import { clipped } from "../../text/words.js";

/** Something that a person should look at, but that leads to no act. @title Finding */
export interface Finding {
  /** Stable, for machines. Later versions may add further codes. @open @minLength 1 */
  readonly code: FindingCode;
  // No wording, lines, counts or times: the subject is the identity (`identityOf`).
  /**
   * What it is about, in facts that last as long as the finding (ids, addresses, what an entry matches by). With `code`
   * it identifies the finding from one run to the next. Older reports do not have it. @optional
   */
  readonly subject: readonly string[];
  /** The finding in words. */
  readonly text: string;
  /** The line that it is about. */
  readonly source?: SourcePosition | undefined;
  /** Other places that it refers to. @title Related places */
  readonly related?: readonly RelatedPlace[] | undefined;
  /** Ids of the registrations that it is about. */
  readonly registrations: readonly string[];
  /**
   * Ids of the registrations that were probably meant; reports show the finding with what happens to them. Left out if
   * there are none.
   */
  readonly meant?: readonly string[] | undefined;
}

/**
 * Identifies a finding from one run to the next, even if its text, line or hints change: the code, and a hash of its
 * subject in 16 hexadecimal digits. Baselines, histories and SARIF fingerprints use it.
 */
export function identityOf({ code, subject }: Pick<Finding, "code" | "subject">): string {
  return identify(code, subject);
}

/** The same for anything else that runs compare: an act, a guard. */
export function identify(kind: string, subject: readonly string[]): string {
  return `${kind}:${createHash("sha256").update(JSON.stringify(subject)).digest("hex").slice(0, 16)}`;
}

/** Identifies an act on a registration, or on an Access user (`user-delete` and an e-mail). */
export function identityOfAct(action: string, on: string): string {
  return identify(`act-${action}`, [on]);
}

/** Identifies a key of a device's record (`traceKeys`), without revealing whose device it is. */
export function identityOfTrace(key: string): string {
  return identify("enrolled", [key]);
}

/** `BOB-THINKPAD (3f1c…) of bob@example.com`, with long values cut. */
export function named({ device, id }: Registration, email: string): string {
  return `${clipped(device.name)} (${clipped(id)}) of ${email === "" ? "no user" : clipped(email, 100)}`;
}

/** A listed user's address as the file has it: `bob@bücher.example`, not its DNS form. */
export function asWritten({ email, written }: Pick<AllowedUser, "email" | "written">): string {
  return written ?? email;
}

/** A value in quotes, cut if it is long. */
export function quoted(value: string): string {
  return JSON.stringify(clipped(value));
}

/** An entry's keys as a person would say them: `serial "C02X" and name "LAPTOP-7"`. */
export function describeMatch({ match }: { readonly match: object }): string {
  return Object.entries(match)
    .map(([key, value]) => `${key} ${quoted(String(value))}`)
    .join(" and ");
}

/** The first few names; the rest are counted. */
export function listed(names: readonly string[], most = 3): string {
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return `${names.slice(0, most).join(", ")}${more}`;
}

/** Hardware keys whose names are not plain words. */
const SPOKEN: Readonly<Record<string, string>> = { hardwareId: "hardware id" };

/** What two registrations both report, as `valueKeys` has it: `serial "SN1" and hardware id "H1"`. */
export function spokenValues(values: readonly string[]): string {
  return values
    .map((value) => {
      const at = value.indexOf(" ");
      const kind = value.slice(0, at);
      return `${SPOKEN[kind] ?? kind} ${quoted(value.slice(at + 1))}`;
    })
    .join(" and ");
}
