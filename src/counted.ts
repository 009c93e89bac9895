/** `1 file`, `2 files`; give the plural where it is no mere `s`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
