// What a pipeline wants to know of a report: `node ci/outcome.mjs plan.json` prints one word.
//
//   in-sync   nothing is due
//   waiting   what is due is not done by this run (a freeze, limits.perRun)
//   due       acts are due
//   held      a guard tripped, or entries contradict each other
//
// With --results it prints one line of counts of what a run did.

import { readFileSync } from "node:fs";

const [file, flag] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, "utf8"));
console.log(flag === "--results" ? counts(report) : outcome(report));

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
