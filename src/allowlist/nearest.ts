import { closest, distance } from "fastest-levenshtein";

/** The known word that was probably meant, or undefined where none is near enough to guess. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > 200) return undefined;
  const found = closest(word.toLowerCase(), known);
  const bound = Math.max(1, Math.floor(Math.max(word.length, found.length) / 3));
  return distance(word.toLowerCase(), found.toLowerCase()) <= bound ? found : undefined;
}

/** The known address that was probably meant; the domain, which many share, makes nobody similar. */
export function nearestEmail(email: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || email.length > 200) return undefined;
  const found = closest(email, known);
  const local = Math.min(email.indexOf("@"), found.indexOf("@"));
  return distance(email, found) <= Math.max(1, Math.floor(local / 3)) ? found : undefined;
}

/** A fix that names the probable word, or else all that is allowed. */
export function didYouMean(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess === undefined ? `write one of: ${known.join(", ")}` : `did you mean \`${guess}\`?`;
}

/** A piece of the user's text for a message: in backticks, cut to some 60 characters. */
export function shown(text: string): string {
  const points = Array.from(text.slice(0, 130));
  return `\`${points.length > 60 ? `${points.slice(0, 59).join("")}…` : points.join("")}\``;
}
