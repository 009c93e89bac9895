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
  const code = "code" in thrown ? String(thrown.code) : "";
  return REASONS[code] ?? thrown.message.replace(/, [a-z]+ '.*$/su, "");
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "its folder is a file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "nothing can be written there",
  ENOSPC: "the disk is full",
};
