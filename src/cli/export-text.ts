/** An export as the text of allowlist files. */

import { commentText, keyText } from "../allowlist/write-text.js";
import { entryLines } from "../allowlist/write-entry.js";
import { escapeText } from "../escape.js";
import { liveState } from "../reconcile/decision.js";
import type { Hardware } from "../reconcile/hardware.js";
import { quoted } from "../reconcile/naming.js";
import { day } from "../report/wording.js";
import type { Registration } from "../cloudflare/types.js";
import type { ExportedEntry, ExportedUser } from "./export-entries.js";
import { counted } from "../counted.js";

/** So many refused registrations of a user are told; the rest is counted. */
const MOST_REFUSED = 10;

/** What the account knows of the devices, for those who read. */
export interface DeviceNotes {
  readonly hardware: ReadonlyMap<string, Hardware>;
  /** Why the serial of a device is not used, by its id. */
  readonly unusable: ReadonlyMap<string, string>;
}

/** The `users` of a file. */
export function usersText(users: readonly ExportedUser[], notes: DeviceNotes): string {
  const blocks = users.map((user) => userText(user, notes).join("\n"));
  return ["users:", ...blocks].join("\n") + "\n";
}

/** Comments about an empty list stand before it: behind it they would look like the next user's. */
function userText({ email, entries, refused }: ExportedUser, notes: DeviceNotes): string[] {
  const key = `  ${keyText(email)}:`;
  const name = nameOf([...entries.flatMap(({ registrations }) => registrations), ...refused]);
  const who = name === "" ? "" : ` ${commentText(quoted(name))}`;
  if (entries.length === 0)
    return [...refusedLines(refused, notes).map((line) => `  ${line}`), `${key} []${who}`];
  return [
    key + who,
    ...entries.flatMap((one) => [`    ${aboutEntry(one, notes)}`, ...entryLines(one.entry, "    ")]),
    ...refusedLines(refused, notes).map((line) => `    ${line}`),
  ];
}

function nameOf(registrations: readonly Registration[]): string {
  return registrations.map(({ user }) => user?.name?.trim() ?? "").findLast((name) => name !== "") ?? "";
}

function aboutEntry({ entry, registrations }: ExportedEntry, notes: DeviceNotes): string {
  const [first] = [...registrations].sort((a, b) =>
    (a.last_seen_at ?? "") < (b.last_seen_at ?? "") ? 1 : -1,
  );
  if (!first) return "#";
  const parts = [
    ...describe(first, notes),
    ...(registrations.length > 1 ? [counted(registrations.length, "registration")] : []),
    ...(entry.match.serial === undefined ? [notes.unusable.get(first.device.id) ?? ""] : []),
  ];
  return oneLine(parts);
}

function refusedLines(refused: readonly Registration[], notes: DeviceNotes): string[] {
  const shown = refused.slice(-MOST_REFUSED);
  const more = refused.length - shown.length;
  const lines = shown.map((registration) => oneLine(describe(registration, notes)));
  return more > 0 ? [`# ${counted(more, "older revoked registration")}`, ...lines] : lines;
}

/** Names stand in quotes: what users choose is not to pass for our own words, or for an editor's command. */
function describe(registration: Registration, { hardware }: DeviceNotes): string[] {
  const { device, last_seen_at, revoked_at } = registration;
  const revoked = liveState(registration) === "revoked" ? `revoked ${day(revoked_at ?? "")}: ` : "";
  return [
    revoked + quoted(device.name),
    hardware.get(device.id)?.model ?? "",
    last_seen_at === null ? "never seen" : `last seen ${day(last_seen_at)}`,
  ];
}

/** Each part is cut by itself, so that a long name hides no date. */
function oneLine(parts: readonly string[]): string {
  const shown = parts.map((part) => escapeText(part, 120)).filter((part) => part !== "");
  return commentText(shown.join(", "), Infinity);
}
