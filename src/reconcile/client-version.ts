/** By numbers, part by part: `2025.10.1` is later than `2025.9.30`; a part that is missing is 0. */
export function isAtLeast(wanted: string, given: string): boolean {
  const [want, have] = [parts(wanted), parts(given)];
  for (let i = 0; i < Math.max(want.length, have.length); i++) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function parts(version: string): number[] {
  return version.split(/[.-]/u).map((part) => Number.parseInt(part, 10) || 0);
}
