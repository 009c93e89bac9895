import type { AllowedUser } from "../allowlist/allowlist.js";
import type { Registration } from "../cloudflare/types.js";

/** A value of a user's or a device's, in a sentence: cut, so that what stands behind it is not pushed out of sight. */
export function clipped(text: string, most = 60): string {
  const points = Array.from(text.slice(0, 4 * most));
  return points.length > most ? `${points.slice(0, most - 1).join("")}…` : points.join("");
}

/** `BOB-THINKPAD (3f1c…) of bob@example.com`, with values that are cut. */
export function named({ device, id }: Registration, email: string): string {
  return `${clipped(device.name)} (${clipped(id)}) of ${email === "" ? "no user" : clipped(email, 100)}`;
}

/** A listed user's address as the file has it: `bob@bücher.example`, and not what DNS makes of it. */
export function asWritten({ email, written }: Pick<AllowedUser, "email" | "written">): string {
  return written ?? email;
}

/** A value in quotes, cut. */
export function quoted(value: string): string {
  return JSON.stringify(clipped(value));
}

/** An entry's keys as a person would say them: `serial "C02X" and name "LAPTOP-7"`. */
export function describeMatch({ match }: { readonly match: object }): string {
  return Object.entries(match)
    .map(([key, value]) => `${key} ${quoted(String(value))}`)
    .join(" and ");
}

/** Names, the first few; the rest is counted. */
export function listed(names: readonly string[], most = 3): string {
  const more = names.length > most ? ` and ${names.length - most} more` : "";
  return `${names.slice(0, most).join(", ")}${more}`;
}
