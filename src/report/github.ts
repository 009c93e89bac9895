/** Workflow commands of GitHub Actions: each is an annotation on its line of the allowlist. */

import type { Message } from "../allowlist/messages.js";
import { escapeText } from "../text/escape.js";
import { groupBy } from "../text/words.js";
import type { ReportDocument } from "./document.js";
import { isHeld, whatNow } from "./guards.js";
import { outlineOf } from "./outline.js";
import { noticesOf, messageNotice, type Notice } from "./notices.js";
import { isSilent, type RenderOptions, whatIsDue } from "./words.js";

/** At most this many lines of one level are written: GitHub shows ten of each in a step, and fifty in a run. */
const MOST = 50;

const commandOf = { error: "error", warning: "warning", note: "notice" } as const;

/**
 * Errors, tripped guards and failed acts become errors. What a change loosens, acts, and refused devices that are
 * connected become warnings. The rest become notices. Empty if there is nothing to look at. The first command sums up:
 * what holds the plan, and everything that is loosened.
 */
export function renderGithub(document: ReportDocument, { evidence }: RenderOptions = {}): string {
  if (isSilent(document)) return "";
  const { loosened, undone } = outlineOf(document);
  const level = isHeld(document) ? "error" : loosened.length + undone.length > 0 ? "warning" : "notice";
  const now = whatNow(document);
  const lines = [
    whatIsDue(document),
    ...(now === undefined ? [] : [now]),
    ...loosened.map(({ text }) => `! ${text}`),
  ];
  const line = `::${level} title=WARP registrations::${lines.map((one) => message(one)).join("%0A")}\n`;
  return line + write(noticesOf(document, true), evidence === true);
}

/** The messages about an allowlist, each on its line; empty if the allowlist is valid. */
export function renderGithubMessages(messages: readonly Message[], level: Notice["level"] = "error"): string {
  return write(
    messages.map((one) => ({ ...messageNotice(one), level })),
    false,
  );
}

function write(notices: readonly Notice[], evidence: boolean): string {
  return (["error", "warning", "note"] as const)
    .flatMap((level) => {
      const all = notices.filter((one) => one.level === level);
      const kept = all.filter(({ isKept }) => isKept === true);
      const others = all.filter(({ isKept }) => isKept !== true);
      const room = Math.max(0, MOST - kept.length);
      const lines = [...kept, ...others.slice(0, room)].map((one) => command(one, evidence));
      const rest = others.slice(room);
      return rest.length > 0
        ? [...lines, `::${commandOf[level]}::and ${rest.length} more: ${byRule(rest)}`]
        : lines;
    })
    .map((line) => `${line}\n`)
    .join("");
}

/** `act/revoke 340, act/unrevoke 2`. */
function byRule(notices: readonly Notice[]): string {
  return [...groupBy(notices, ({ rule }) => rule)]
    .map(([rule, group]) => message(`${rule} ${group.length}`, 100))
    .join(", ");
}

function command(
  { level, rule, text, fix, right = [], source, related = [], evidence = [] }: Notice,
  shown: boolean,
): string {
  const properties = {
    ...(source && { file: source.file, line: String(source.line), col: String(source.column) }),
    title: rule,
  };
  const given = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  const lines = [
    text,
    ...(fix === undefined ? [] : [`fix: ${fix}`]),
    ...right.map((one) => `  | ${one}`),
    ...related.map((one) => `${one.text}: ${one.source.file}:${one.source.line}`),
    ...(shown ? evidence : []),
  ];
  return `::${commandOf[level]} ${given.join(",")}::${lines.map((line) => message(line)).join("%0A")}`;
}

/** As `@actions/toolkit` does it (`escapeData`), after {@link escapeText}: the line is in the log as well. */
function message(text: string, max = 2000): string {
  return escapeText(text, max).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** As `@actions/toolkit` does it (`escapeProperty`). */
function property(text: string): string {
  return message(text, 300).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
