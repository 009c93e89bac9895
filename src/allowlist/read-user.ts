import type { UserState } from "./allowlist.js";
import { fold, normaliseEmail } from "./email.js";
import type { Message } from "./message.js";
import type { PlacedEntry, PlacedUser } from "./placed.js";
import { readEntry } from "./read-entry.js";
import { readPolicyLayer, readSetting, type PolicyLayer } from "./read-policy.js";
import { checkSameMatches } from "./same-match.js";
import type { SourceText, Tell } from "./source-text.js";
import { freeTextProblem } from "./text-values.js";
import { readDay } from "./time-values.js";
import { itemsOf, pairAt, textNode, valueAt, type MapNode, type TreePair } from "./tree.js";

/** One user: a list of entries, or a mapping that has them under `devices`. */
export function readUser(source: SourceText, pair: TreePair, report: (message: Message) => void): PlacedUser {
  const email = normaliseEmail(pair.key);
  const map = pair.value.kind === "map" ? pair.value : undefined;
  const placed: PlacedEntry[] = [];
  for (const node of itemsOf(map === undefined ? pair.value : valueAt(map, "devices"))) {
    const entry = readEntry(source, node, report);
    if (entry !== undefined) placed.push({ entry, node });
  }
  checkSameMatches(source, fold(pair.key), placed, report);
  const entries = placed.map(({ entry }) => entry);
  const written = fold(pair.key);
  const user = {
    email,
    ...(written === email ? {} : { written }),
    entries,
    source: source.position(pair.keyStart),
  };
  if (map === undefined) return { user, entries: placed, pair, source };
  const tell = source.teller(report);
  const state = readState(source, map, tell);
  const layer = readLayer(source, map, written, tell);
  return {
    user: state === undefined ? user : { ...user, state },
    entries: placed,
    ...(Object.keys(layer).length === 0 ? {} : { layer }),
    pair,
    source,
  };
}

function readState(source: SourceText, map: MapNode, tell: Tell): UserState | undefined {
  const pair = pairAt(map, "state");
  const sincePair = pairAt(map, "since");
  const since = sincePair === undefined ? undefined : readDay(sincePair, tell);
  const reason = textNode(valueAt(map, "reason"));
  if (reason !== undefined) tell(freeTextProblem(reason, "reason"));
  for (const key of ["since", "reason"]) {
    const alone = pair === undefined ? pairAt(map, key) : undefined;
    if (alone === undefined) continue;
    tell({
      code: "allowlist/missing-key",
      offset: alone.keyStart,
      text: `\`${key}\` stands without \`state\`, and would say nothing`,
      fix: "add `state: suspended` or `state: offboarded`, or remove it",
    });
  }
  const state = textNode(pair?.value)?.value;
  // Another text was refused by the schema, and the whole allowlist with it.
  if (pair === undefined || (state !== "suspended" && state !== "offboarded")) return undefined;
  return {
    state,
    ...(since === undefined ? {} : { since }),
    ...(reason === undefined ? {} : { reason: reason.value }),
    source: source.position(pair.keyStart),
  };
}

function readLayer(source: SourceText, map: MapNode, written: string, tell: Tell): PolicyLayer {
  const of = `user ${written}`;
  const layer = readPolicyLayer(source, valueAt(map, "policy"), of, tell);
  const short = pairAt(map, "maxDevices");
  if (short === undefined) return layer;
  const long = pairAt(valueAt(map, "policy"), "maxDevices");
  if (long !== undefined)
    tell({
      code: "allowlist/said-twice",
      offset: short.keyStart,
      text: "`maxDevices` is short for `policy.maxDevices`, which this user has as well",
      fix: "remove one of the two",
      related: [{ text: "the other one", source: source.position(long.keyStart) }],
    });
  const maxDevices = readSetting(source, short, "maxDevices", of, tell);
  return maxDevices === undefined ? layer : { ...layer, maxDevices };
}
