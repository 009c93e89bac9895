import { fold, isEmail, normaliseEmail } from "./email.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";
import type { PlacedUser } from "./placed.js";
import { readUser } from "./read-user.js";
import type { ParsedFile } from "./root-file.js";
import { textNode, valueAt } from "./tree.js";

/** All users of all files by normalised e-mail; the second place of a user is reported and left out. */
export function readUsers(
  files: readonly ParsedFile[],
  report: (message: Message) => void,
): ReadonlyMap<string, PlacedUser> {
  const users = new Map<string, PlacedUser>();
  for (const { source, tree } of files) {
    const node = valueAt(tree, "users");
    if (node?.kind !== "map") continue;
    for (const pair of node.pairs.values()) {
      const placed = readUser(source, pair, report);
      const known = users.get(placed.user.email);
      if (known !== undefined) reportTwice(placed, known, report);
      else if (isEmail(placed.user.email)) users.set(placed.user.email, placed);
      else reportNoEmail(placed, report);
    }
  }
  return users;
}

/** Keys under which other lists have a user's address. */
const addressKey = /^(?:e-?mail|user|name|id|address)$/iu;

function reportNoEmail({ source, pair }: PlacedUser, report: (message: Message) => void): void {
  const address = textNode(pair.value)?.value;
  if (address !== undefined && addressKey.test(pair.key) && isEmail(normaliseEmail(address))) {
    report(
      source.message({
        code: "allowlist/bad-email",
        offset: pair.keyStart,
        text: `${shown(pair.key)} is no e-mail address: each user's address is the key itself`,
        fix: "write the address as the key, and the list of devices under it",
        right: ["users:", `  ${fold(address)}:`, "    - serial: …"],
      }),
    );
    return;
  }
  report(
    source.message({
      code: "allowlist/bad-email",
      offset: pair.keyStart,
      text: `${shown(pair.key)} is not an e-mail address`,
      fix: "write the user's whole address, as alice@example.com",
    }),
  );
}

function reportTwice(
  { source, pair }: PlacedUser,
  known: PlacedUser,
  report: (message: Message) => void,
): void {
  const spelt = known.pair.key === pair.key ? "" : `, spelt ${shown(known.pair.key)}`;
  const { file, line } = known.user.source;
  report(
    source.message({
      code: "allowlist/duplicate-user",
      offset: pair.keyStart,
      text: `the user ${shown(pair.key)} stands in ${file}:${line} already${spelt}`,
      fix: "put all devices of a user in one place",
      related: [{ text: "the first place", source: known.user.source }],
    }),
  );
}
