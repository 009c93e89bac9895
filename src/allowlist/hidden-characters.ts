import type { Message } from "./message.js";
import type { SourceText } from "./source-text.js";

/**
 * Raw characters that make a file read otherwise than it is parsed: controls, bidirectional embeddings, overrides
 * and isolates ("trojan source", CVE-2021-42574), zero-width blanks, tag characters, and separators that only some
 * viewers break lines at. Joiners and directional marks stay: scripts and emoji need them.
 */
const misleading =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\r(?!\n)|\p{Cs}/gu;

/** More places than these are one and the same problem: the file is not a text. */
const most = 20;

/** Reports the raw characters that must be written as escapes in double quotes, if they are meant at all. */
export function checkCharacters(source: SourceText, report: (message: Message) => void): boolean {
  let found = 0;
  for (const match of source.text.matchAll(misleading)) {
    if (++found > most) break;
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    report(
      source.message({
        code: "allowlist/hidden-character",
        offset: match.index,
        text: `the character U+${code} stands here, which a reader does not see`,
        fix: `remove it, or write it in double quotes as "\\U${code.padStart(8, "0")}"`,
      }),
    );
  }
  return found === 0;
}
