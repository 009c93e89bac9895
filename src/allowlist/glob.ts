/**
 * Whether `text` matches `pattern`, where `*` is any run of characters and `?` any one; everything else is itself.
 * Takes at most pattern × text steps: a regular expression made from the same pattern can take for ever.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return matchesRuns(Array.from(pattern), Array.from(text), isStar, fits);
}

const isStar = (wanted: string): boolean => wanted === "*";
const fits = (wanted: string, given: string): boolean => wanted === "?" || wanted === given;

/**
 * The same of a pattern's parts, each of which stands for any run of characters or fits one. Goes back to the last run
 * only: an earlier one could take no more than it.
 */
export function matchesRuns<Part>(
  wanted: readonly Part[],
  given: readonly string[],
  isRun: (part: Part) => boolean,
  fits: (part: Part, character: string) => boolean,
): boolean {
  let at = 0;
  let run = -1;
  let resume = 0;
  for (let g = 0; g < given.length;) {
    const part = wanted[at];
    if (part !== undefined && isRun(part)) {
      run = at++;
      resume = g;
    } else if (part !== undefined && fits(part, given[g] ?? "")) {
      at++;
      g++;
    } else if (run < 0) {
      return false;
    } else {
      at = run + 1;
      g = ++resume;
    }
  }
  return wanted.slice(at).every(isRun);
}
