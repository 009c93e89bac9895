import { domainToASCII } from "node:url";

/** Letters, digits, marks and inner hyphens of any script: an internationalised domain may be written as it reads. */
const domainShape =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}][\p{L}\p{N}\p{M}-]*$/u;

/**
 * Everything but blanks, hidden characters, what would need quotes in RFC 5321's local part, and `*`: who writes that
 * means a pattern, and would protect nobody by it.
 */
const localShape = /^[^\p{C}\p{Z}"(),:;<>@[\\\]*]{1,64}$/u;

/** Nearly every address as the API sends it: it is in that form already. */
const plain = /^[a-z\d@._+-]*$/;

/**
 * The one form in which e-mails are compared: trimmed, NFC, lower-cased without locale, and the domain as DNS has it
 * (A-labels: `bob@bücher.example` is `bob@xn--bcher-kva.example`). Applying it twice changes nothing.
 */
export function normaliseEmail(text: string): string {
  if (plain.test(text)) return text;
  const folded = fold(text);
  const at = folded.lastIndexOf("@") + 1;
  return at === 0 ? folded : folded.slice(0, at) + toAscii(folded.slice(at));
}

/** Likewise, of the domain alone. */
export function normaliseDomain(text: string): string {
  return toAscii(fold(text));
}

/** Trimmed, NFC, lower-cased without locale: an e-mail or a domain as it is shown. */
export function fold(text: string): string {
  // Lower-casing can take a text out of NFC (U+0130 becomes two characters), so NFC comes last as well.
  return plain.test(text) ? text : text.trim().normalize("NFC").toLowerCase().normalize("NFC");
}

/**
 * Only what is a domain and not in ASCII: Node reads the rest as hosts of URLs, where `127.1` is an address. What DNS
 * could not hold stays as it is.
 */
function toAscii(domain: string): string {
  if (plain.test(domain) || !isEmailDomain(domain)) return domain;
  return domainToASCII(domain) || domain;
}

/** Whether a normalised text is shaped like a domain of e-mail addresses: labels with dots between, at most 253. */
export function isEmailDomain(text: string): boolean {
  return text.length <= 253 && domainShape.test(text);
}

/** Whether a normalised text is shaped like an e-mail address; at most 254 characters, as RFC 5321 allows. */
export function isEmail(text: string): boolean {
  if (text.length > 254) return false;
  const at = text.lastIndexOf("@");
  return at > 0 && localShape.test(text.slice(0, at)) && isEmailDomain(text.slice(at + 1));
}

/** The part of an e-mail address behind the last `@`. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1);
}

/** Domains that the files write otherwise than DNS has them, by the form in which they are compared. */
export type WrittenDomains = ReadonlyMap<string, string>;

/** Both forms of the domain of an address, or of a domain alone, where they differ; undefined for any other text. */
export function writtenDomain(text: string): readonly [compared: string, written: string] | undefined {
  if (plain.test(text)) return undefined;
  const written = domainOf(fold(text));
  const compared = toAscii(written);
  return compared === written ? undefined : [compared, written];
}

/**
 * Shows the domains in a text as the files write them. Only what is such a domain whole: neither a part of a longer one
 * nor one that the files do not write is touched, so that nobody is taken for somebody else.
 */
export function showDomains(domains: WrittenDomains): (text: string) => string {
  if (domains.size === 0) return (text) => text;
  const any = [...domains.keys()].map((domain) => domain.replaceAll(".", "\\.")).join("|");
  const pattern = new RegExp(`(?<![\\w.-])(?:${any})(?![\\w-]|\\.[\\w-])`, "gu");
  return (text) => text.replace(pattern, (domain) => domains.get(domain) ?? domain);
}
