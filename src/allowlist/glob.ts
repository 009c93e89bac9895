/**
 * Whether `text` matches `pattern`, where `*` is any run of characters and `?` any one; everything else is itself.
 * Takes at most pattern × text steps: a regular expression made from the same pattern can take for ever.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const wanted = Array.from(pattern);
  const given = Array.from(text);
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let t = 0; t < given.length;) {
    if (wanted[p] === "*") {
      star = p++;
      resume = t;
    } else if (wanted[p] === "?" || wanted[p] === given[t]) {
      p++;
      t++;
    } else if (star < 0) {
      return false;
    } else {
      p = star + 1;
      t = ++resume;
    }
  }
  return wanted.slice(p).every((rest) => rest === "*");
}
