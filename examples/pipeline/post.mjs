// Keeps one comment on a change, or one issue, as a report says:
//
//   node ci/post.mjs comment out/plan.md     writes it, changes it in place, says when nothing is due any more
//   node ci/post.mjs issue out/drift.md      opens it, updates it, and closes it when nothing is left
//
// An empty report says that there is nothing to say. The texts in it are escaped already. Its first line, a comment of
// HTML, is the mark by which it is found again; MARKER must be what `--marker` was. Only what our own account wrote
// counts: others can write that line as well.

import { readFileSync } from "node:fs";
import { github } from "./github.mjs";
import { gitlab } from "./gitlab.mjs";

const QUIET = "**WARP registrations: nothing is due any more**\n";
const NO_PLAN =
  "**WARP registrations: no plan could be made of the newest commit**; the pipeline says why.\n";
const CLOSING = "The account and the allowlist agree, and nothing is left to look at.";

const [kind, file] = process.argv.slice(2);
if (!["comment", "issue"].includes(kind) || file === undefined) {
  fail("usage: node post.mjs comment|issue FILE");
}
try {
  const forge = process.env.GITLAB_CI === undefined ? github(process.env) : gitlab(process.env);
  console.log(await (kind === "comment" ? comment(forge, read(file)) : issue(forge, read(file))));
} catch (error) {
  fail(error.message);
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
  if (old === undefined) return forge.openIssue(title(), report).then(() => "issue opened");
  if (old.body.trim() === report.trim()) return "the issue says so already";
  return forge.changeIssue(old, report).then(() => "issue updated");
}

function title() {
  const { MARKER = "" } = process.env;
  return `WARP registrations: the account differs from the allowlist${MARKER === "" ? "" : ` (${MARKER})`}`;
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
