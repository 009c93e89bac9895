import { didYouMean, nearest, shown } from "../text/words.js";
import { isPolicyKey } from "./keys/policy.js";
import { type FileKind, rootKeys, rowAt, sharedKeys } from "./keys/root.js";
import { isMatchKey } from "./match-values.js";
import { isUser, pairAt, type Place, type Problem, type SourceText } from "./source.js";
import { belowUsers } from "./usual-mistakes.js";
import { isEmail, normaliseEmail } from "./values.js";

/** A key that has no meaning at a place where the schema allows others. */
export function unknownKey(
  place: Place,
  { kind, source }: { readonly kind: FileKind; readonly source: SourceText },
  key: string,
  allowed: readonly string[],
): Problem {
  const pair = pairAt(place.node, key);
  const offset = pair?.keyStart ?? place.node.start;
  if (place.path.length === 0 && isEmail(normaliseEmail(key))) return userAtTop(source, key, offset);
  if (isUser(place) && /^-\w/u.test(key)) return dashWithoutBlank(place, key, offset);
  // A list under `device:` was meant as `devices:`.
  if (isUser(place) && isMatchKey(key) && pair?.value.kind !== "list") return withoutDash(place, key);
  if (place.path.at(-1) === "policy" && isPolicyKey(key)) return rootPolicyOnly(place, key, offset);
  if (kind === "users" && place.path.length === 0) {
    const meant = rootKeys.find((known) => known === key) ?? nearest(key, [...rootKeys, ...allowed]);
    if (meant !== undefined && rootKeys.includes(meant))
      return {
        code: "allowlist/root-only",
        offset,
        text: `${shown(key)} stands in a user file, which holds \`users\`, \`tests\` and \`accessUsers\` only`,
        fix: "move it to the root file, the one that says `version`",
      };
  }
  const where = place.path.length === 0 ? "at the top of a file" : `in ${place.name}`;
  return {
    code: "allowlist/unknown-key",
    offset,
    text: `the key ${shown(key)} is not known ${where}`,
    fix:
      isPolicyKey(key) && allowed.includes("policy")
        ? "write it under `policy:` there"
        : meantKey(place, key, allowed),
  };
}

/** What others call what we have a key for, the API's own names first; without case, `_`, `-` and blanks. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  serial: ["serialnumber", "serialno", "servicetag", "sn"],
  hardwareId: ["hardwareuuid", "hwid", "uuid", "machineid"],
  device: ["deviceid", "physicaldevice", "physicaldeviceid"],
  registration: ["registrationid", "warpregistration"],
  name: ["hostname", "devicename", "computername", "machinename"],
  nameGlob: ["nameglob", "namepattern", "hostnameglob"],
  user: ["email", "useremail", "mail", "emailaddress"],
  users: ["emails", "useremails", "people", "members"],
  expires: ["expiry", "expiresat", "expireson", "expiration", "until", "validuntil"],
  from: ["startdate", "starts", "validfrom", "since"],
  note: ["comment", "comments", "description", "notes", "remark"],
  state: ["status"],
  ticket: ["issue"],
  reason: ["justification", "why"],
};

function meantKey({ path }: Place, key: string, allowed: readonly string[]): string {
  const bare = bareWord(key);
  const same = allowed.find((one) => bareWord(one) === bare);
  const singular = bare.replace(/s$/u, "");
  const meant =
    same ??
    allowed.find((one) => synonyms[one]?.includes(bare)) ??
    allowed.find((one) => one.endsWith("s") && synonyms[one.slice(0, -1)]?.includes(singular));
  if (meant !== undefined) return `did you mean \`${meant}\`?`;
  const isEntry = allowed.includes("serial") && path[0] === "users";
  if (isEntry && synonyms.user?.includes(bare) === true)
    return "remove it: an entry stands in the list below its user's address";
  if (bare === "id" && allowed.includes("registration"))
    return "did you mean `registration` (a registration's id) or `device` (a physical device's)?";
  return didYouMean(key, allowed);
}

function bareWord(key: string): string {
  return key
    .slice(0, 100)
    .replace(/[\s_-]/gu, "")
    .toLowerCase();
}

/** A user who stands beside `users`, and not below. */
function userAtTop(source: SourceText, key: string, offset: number): Problem {
  return {
    code: "allowlist/unknown-key",
    offset,
    text: `the user ${shown(key)} stands at the top of the file, and not under \`users\``,
    fix: "indent the user and the entries by two columns, under the key `users:`",
    right: belowUsers(source.text, offset),
  };
}

function dashWithoutBlank({ name }: Place, key: string, offset: number): Problem {
  return {
    code: "allowlist/unknown-key",
    offset,
    text: `${shown(key)} in ${name} lacks a blank behind its dash, and is read as a key`,
    fix: `begin the entry with ${shown(`- ${key.slice(1)}:`)}`,
  };
}

/**
 * A key that must be there and is not; undefined where one of the place's unknown keys is likely to be that one,
 * misspelt.
 */
export function missingKey(
  place: Place,
  kind: FileKind,
  key: string,
  unknown: readonly string[],
): Problem | undefined {
  const { node, pair, path, name } = place;
  const isFile = path.length === 0;
  const wanted = isFile ? [...sharedKeys, ...rootKeys] : [key];
  if (
    unknown.some(
      (each) =>
        nearest(each, wanted) !== undefined ||
        (isUser(place) && (isMatchKey(each) || each.startsWith("-"))) ||
        (isFile && isEmail(normaliseEmail(each))),
    )
  )
    return undefined;
  return {
    code: "allowlist/missing-key",
    offset: pair?.keyStart ?? node.start,
    text: `${name} lacks the key ${shown(key)}`,
    fix:
      isFile && kind === "users"
        ? "write `users:` and put the users under it"
        : (rowAt(kind, [...path, key])?.hints?.missing ?? `add \`${key}:\``),
  };
}

/** A setting about users whom nobody lists, or about nobody. */
function rootPolicyOnly({ path }: Place, key: string, offset: number): Problem {
  const whose = path[0] === "groups" ? "a group" : "a user";
  return {
    code: "allowlist/root-only",
    offset,
    text: `${shown(key)} stands in the policy of ${whose}, for whom it would say nothing`,
    fix: "move it to the `policy` of the root file",
  };
}

/** An entry's key right under a user: the dash that begins an entry was forgotten. */
function withoutDash({ node, name }: Place, key: string): Problem {
  return {
    code: "allowlist/wrong-type",
    offset: node.start,
    text: `${name} is a mapping with ${shown(key)}, which belongs to an entry`,
    fix: "begin each entry with `- `",
  };
}
