// What a pipeline wants to know of a report: `node ci/outcome.mjs plan.json` prints one word.
//
//   in-sync   nothing is due
//   waiting   what is due is not done by this run (a freeze, limits.perRun)
//   due       acts are due
//   held      a guard tripped, or entries contradict each other
//
// With --own it takes a state (`pulumi stack export`), and prints of it what tells which registrations the stack revoked.
// With --results it prints what a run did: a line of counts, then what was done, what failed and what waits, by name.

import { readFileSync } from "node:fs";

/** So many are named; the report has all. */
const MOST = 200;

const [file, flag] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8"));
if (flag === "--own") console.log(own(report));
else console.log(flag === "--results" ? `${counts(report)}\n${names(report)}` : outcome(report));

function own({ deployment: { resources = [] } }) {
  const rows = resources.filter(({ type }) => type === "pulumi-nodejs:dynamic/warp:Revocation");
  const told = rows.map(({ type, outputs: { account, registration, revoked } }) => ({
    type,
    outputs: { account, registration, revoked },
  }));
  return JSON.stringify({ version: 3, deployment: { resources: told } });
}

function outcome({ summary, accessUsers = [], pending, problems, guards, approved }) {
  if (problems.length > 0 || (!approved && guards.some((guard) => guard.tripped))) return "held";
  const users = accessUsers.filter(({ action }) => action !== "keep");
  const due = summary.revoke + summary.unrevoke + summary.delete + users.length;
  const waiting = pending + users.filter((user) => user.pending !== undefined).length;
  if (due === 0) return "in-sync";
  return due > waiting ? "due" : "waiting";
}

function counts({ results = [], accessUserResults = [] }) {
  const all = [...results, ...accessUserResults];
  const rows = ["done", "failed", "skipped"].map((word) => [
    word,
    all.filter((one) => one.result === word).length,
  ]);
  return rows.map(([word, count]) => `${word} ${count}`).join(", ");
}

/** Each in a line of a Markdown list, which a log shows as well. */
function names({ results = [], accessUserResults = [], decisions }) {
  const byId = new Map(decisions.map((one) => [one.registration.id, one.registration]));
  const named = ({ registration: id }) => {
    const found = byId.get(id);
    return found ? `${shown(found.device.name)} of ${shown(found.user.email)}` : shown(id);
  };
  const lines = [
    ...results.map((one) => `${one.act} ${one.result}: ${named(one)}${why(one)}`),
    ...accessUserResults.map((one) => `${one.act} Access user ${one.result}: ${shown(one.email)}${why(one)}`),
    ...decisions
      .filter(({ pending }) => pending !== undefined)
      .map((one) => `${one.action} waits: ${named({ registration: one.registration.id })}`),
  ].sort((a, b) => Number(/ done: /u.test(a)) - Number(/ done: /u.test(b)));
  const more = lines.length > MOST ? [`and ${lines.length - MOST} more`] : [];
  return [...lines.slice(0, MOST), ...more].map((line) => `- ${line}`).join("\n");
}

function why({ reason }) {
  return reason === undefined ? "" : `: ${shown(reason)}`;
}

/** Others chose it: what is more than letters, digits and plain marks could command a log or a page. */
function shown(text) {
  return `\`${Array.from(text)
    .slice(0, 200)
    .join("")
    .replaceAll(/[^\p{L}\p{N} .,@()_+/-]/gu, "?")}\``;
}
