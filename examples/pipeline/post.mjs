// Keeps one comment on a change, or one issue, as a report says:
//
//   node ci/post.mjs comment out/plan.md     writes it, changes it in place, says when nothing is due any more
//   node ci/post.mjs issue out/drift.md      opens it, updates it, and closes it when nothing is left; what is new since
//                                            the last report is a comment of its own (it takes out/drift.json for that)
//
//   node ci/post.mjs number                  prints the number of the pull request that brought this commit, if one did
//
// An empty report says that there is nothing to say. The texts in it are escaped already. Its first line, a comment of
// HTML, is the mark by which it is found again; MARKER must be what `--marker` was. Only what our own account wrote
// counts: others can write that line as well.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { github } from "./github.mjs";
import { gitlab } from "./gitlab.mjs";

const QUIET = "**WARP registrations: nothing is due any more**\n";
const NO_PLAN =
  "**WARP registrations: no plan could be made of the newest commit**; the pipeline says why.\n";
const CLOSING = "The account and the allowlist agree, and nothing is left to look at.";

/** At the end of an issue's body: what stood in the last report, by keys. */
const MEMORY = /\n<!-- warp-standing (\S+)((?: [0-9a-f]{10})*) -->\s*$/u;
/** A report leaves room for so many. */
const MOST_KEYS = 450;
/** So many are named. */
const MOST_NEWS = 50;

const [kind, file] = process.argv.slice(2);
if (kind !== "number" && (!["comment", "issue"].includes(kind) || file === undefined)) {
  fail("usage: node post.mjs comment|issue FILE, or number");
}
try {
  const forge = process.env.GITLAB_CI === undefined ? github(process.env) : gitlab(process.env);
  if (kind === "number") console.log((await forge.mergedBy()) ?? "");
  else console.log(await (kind === "comment" ? comment(forge, read(file)) : issue(forge, read(file))));
} catch (error) {
  // What is only told must not keep a plan from being made.
  if (kind === "number") console.error(`warning: ${error.message}`);
  else fail(error.message);
}

async function comment(forge, report) {
  const mark = markOf(process.env.MARKER);
  const old = await forge.findComment(mark);
  if (old === undefined && !report) return "nothing to say";
  const body = report || `${mark}\n${report === undefined ? NO_PLAN : QUIET}`;
  if (old === undefined) return forge.addComment(body).then(() => "comment added");
  if (old.body.trim() === body.trim()) return "the comment says so already";
  return forge.changeComment(old, body).then(() => "comment updated");
}

async function issue(forge, report) {
  if (report === undefined) return "no report, so the issue stays as it is";
  const old = await forge.findIssue(markOf(process.env.MARKER));
  if (report === "") {
    return old === undefined ? "nothing to say" : forge.closeIssue(old, CLOSING).then(() => "issue closed");
  }
  const standing = standingIn(read(file.replace(/\.md$/u, ".json")));
  if (old === undefined)
    return forge.openIssue(title(standing), remembering(report, standing)).then(() => "issue opened");
  const before = rememberedIn(old.body);
  if (withoutMemory(old.body) === withoutMemory(report) && isSame(before, standing))
    return "the issue says so already";
  const fresh = before && standing ? standing.items.filter(({ key }) => !before.keys.has(key)) : [];
  // First of all: what changes in place is told to nobody, and this must not be lost where the rest fails.
  if (fresh.length > 0) await forge.commentIssue(old, news(fresh, before.day));
  await forge.changeIssue(old, title(standing), remembering(report, standing));
  return fresh.length > 0 ? `issue updated, ${fresh.length} new` : "issue updated";
}

function title(standing) {
  const { MARKER = "" } = process.env;
  const what = standing
    ? `${standing.acts} due, ${standing.items.length - standing.acts} to look at`
    : "the account differs from the allowlist";
  return `WARP registrations: ${what}${MARKER === "" ? "" : ` (${MARKER})`}`;
}

// What stands, so that what is new can be told: by a key each, in a comment of HTML at the end of the issue's body.

/** Every act that is due and every finding of a report, each with its key; undefined where there is no report. */
function standingIn(text) {
  if (text === undefined) return undefined;
  const { asOf, decisions, accessUsers = [], findings } = JSON.parse(text);
  const isDue = ({ action }) => action !== "keep" && action !== "leave";
  const acts = [
    ...decisions.filter(isDue).map(({ action, registration: { id, device, user } }) => ({
      key: keyOf([action, id]),
      text: `${action} ${device.name} of ${user.email || "no user"}`,
    })),
    ...accessUsers.filter(isDue).map(({ action, email }) => ({
      key: keyOf([action, email]),
      text: `${action} Access user ${email}`,
    })),
  ];
  const found = findings.map(({ code, subject, text: what }) => ({
    key: keyOf([code, ...(subject ?? [what])]),
    text: what,
  }));
  return { day: asOf.slice(0, 10), acts: acts.length, items: [...acts, ...found] };
}

function keyOf(parts) {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 10);
}

function remembering(report, standing) {
  if (standing === undefined || standing.items.length > MOST_KEYS) return report;
  const keys = standing.items.map(({ key }) => ` ${key}`).join("");
  return `${report.trimEnd()}\n\n<!-- warp-standing ${standing.day}${keys} -->\n`;
}

function rememberedIn(body) {
  const found = MEMORY.exec(body);
  return found && { day: found[1], keys: new Set(found[2].split(" ").filter((key) => key !== "")) };
}

function withoutMemory(body) {
  return body.replace(MEMORY, "").trim();
}

function isSame(before, standing) {
  if (!before || !standing) return true;
  return (
    before.keys.size === standing.items.length && standing.items.every(({ key }) => before.keys.has(key))
  );
}

function news(fresh, day) {
  const more = fresh.length > MOST_NEWS ? [`- and ${fresh.length - MOST_NEWS} more`] : [];
  const lines = fresh.slice(0, MOST_NEWS).map(({ text }) => `- ${inert(text)}`);
  return [`**${fresh.length} new since ${day}:**`, "", ...lines, ...more, ""].join("\n");
}

/** Others chose its names: nothing of it is Markdown, HTML, a mention or a link. */
function inert(text) {
  const plain = Array.from(text)
    .slice(0, 400)
    .join("")
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
  const entities = plain.replaceAll(/[^\p{L}\p{N} ]/gu, (mark) => `&#${mark.codePointAt(0)};`);
  return `<code>${entities.replaceAll(/(?=&#64;)|(?<=&#58;)(?=&#47;)|(?<=www)(?=&#46;)/gu, "<wbr>")}</code>`;
}

/** The first line of the tool's Markdown report; see `--marker`. */
function markOf(marker = "") {
  const tail = marker === "" ? "" : `:${encodeURIComponent(marker).replaceAll(/-(?=-|$)/g, "%2D")}`;
  return `<!-- warp-registrations${tail} -->`;
}

/** Undefined where there is no report. */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function fail(text) {
  console.error(`error: ${text}`);
  process.exit(1);
}
