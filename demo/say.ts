/** What the demo prints. */

export function say(text: string): void {
  console.log(text);
}

/** A heading between the chapters of the story. */
export function title(text: string): void {
  console.log(`\n── ${text} ${"─".repeat(Math.max(3, 96 - text.length))}\n`);
}
