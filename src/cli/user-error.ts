import { escapeText } from "../escape.js";

/** A mistake of whoever runs the command: shown as its message alone, without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";

  /**
   * Both texts are escaped here.
   *
   * @param what Where and what: `inventory.json:3:7: expected a comma`.
   * @param fix What to do about it.
   */
  constructor(what: string, fix?: string, options?: ErrorOptions) {
    const lines = [what, ...(fix === undefined ? [] : [`  fix: ${fix}`])];
    super(escapeText(lines.join("\n"), Infinity, { keepLineFeeds: true }), options);
  }
}

/** The words of whatever was thrown; of a file system's error without the path, which the message names itself. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.message.replace(/, (?:open|rename|mkdir|stat|lstat|unlink|read|write) '.*$/su, "");
}
