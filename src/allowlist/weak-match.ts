import type { EntryMatch } from "./allowlist.js";
import { isByNameAlone, matchKeys } from "./entry-keys.js";
import type { PlacedEntry } from "./placed.js";
import type { Problem } from "./source-text.js";

const fix = "match by `serial` or `hardwareId`, or say in `trustName` why the name is good enough";

/** What is weak about an entry's match, unless `trustName` says why it is good enough. */
export function weakEntry({ entry, node }: PlacedEntry): Problem | undefined {
  const { match, state, trustName } = entry;
  if (trustName !== undefined || !isByNameAlone(match)) return undefined;
  if (state === "active" && match.name === undefined && /^\*+$/u.test(match.nameGlob ?? ""))
    return {
      code: "allowlist/any-device",
      offset: node.start,
      text: "this entry allows every device of its user, whatever it is called",
      fix: "list the devices that the user may have, or say in `trustName` why all are allowed",
    };
  return weak(match, node.start, "this entry goes", "anybody can call a device so");
}

/** Likewise for a rule of `ignore`; whose devices it is about makes a name no stronger. */
export function weakRule(
  { match, trustName }: { readonly match: EntryMatch; readonly trustName?: string },
  offset: number,
): Problem | undefined {
  if (trustName !== undefined || !isByNameAlone(match)) return undefined;
  if (matchKeys.every((key) => match[key] === undefined)) return undefined;
  return weak(match, offset, "this rule goes", "a device that is called so is left alone");
}

function weak(match: EntryMatch, offset: number, goes: string, so: string): Problem {
  const key = match.name === undefined ? "nameGlob" : "name";
  const text = `${goes} by \`${key}\` alone, and users choose the names of their devices: ${so}`;
  return { code: "allowlist/weak-match", offset, text, fix };
}
