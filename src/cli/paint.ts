/** Colour for the text report on a terminal. The text was escaped before, so that no device's name brings its own. */

const RED = "31";
const GREEN = "32";
const BOLD = "1";

/** Whole lines, by how they begin. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^\s+- revoke\b/u, RED],
  [/^\s+x delete\b/u, RED],
  [/^\s+\+ unrevoke\b/u, GREEN],
  [/^(?:GUARD TRIPPED|\s+ERROR)\b/u, `${BOLD};${RED}`],
  [/^WARP registrations: /u, BOLD],
];

export function paint(text: string): string {
  return text
    .split("\n")
    .map((line) => {
      const code = RULES.find(([pattern]) => pattern.test(line))?.[1];
      return code === undefined ? line : `\u001b[${code}m${line}\u001b[0m`;
    })
    .join("\n");
}
