/** The plan as one page for an auditor: nothing is loaded, nothing runs, everything is in the file. */
import { createHash } from "node:crypto";
import type { SourcePosition } from "../allowlist/messages.js";
import type { Action } from "../reconcile/decision.js";
import { counted, minute } from "../text/words.js";
import { leftAlone, type ReportDocument, type ReportedDecision } from "./document.js";
import { escapeHtml, escapeHtml as text, isolated } from "./escapes.js";
import { evidenceLines } from "./evidence.js";
import { isHeld } from "./guards.js";
import { style } from "./html-style.js";
import {
  actionMeanings,
  ACTS,
  deviceDetails,
  entryDetails,
  guardVerdict,
  hasActs,
  isDue,
  nextCommand,
  outcomes,
  resultCounts,
  sharedCauses,
  since,
  userOf,
  userOutcomes,
  usersDue,
  whatIsDue,
} from "./words.js";

/**
 * Acts, pending acts, findings and what is left alone in detail; what is kept is folded away and bounded, so that the
 * page of a large fleet opens. Evidence is shown where the document has it.
 */
export function renderHtml(document: ReportDocument): string {
  const sections = [
    summaryHtml,
    actsHtml,
    usersHtml,
    skippedHtml,
    findingsHtml,
    leftHtml,
    keptHtml,
    notesHtml,
  ]
    .map((section) => section(document))
    .filter((html) => html !== "");
  const files = document.allowlist
    .map(
      ({ file, digest }) =>
        `<li><code>${isolated(file)}</code> <small><code>${escapeHtml(digest)}</code></small></li>`,
    )
    .join("\n");
  const allowlist = `<h2>Allowlist</h2>\n<details><summary><h3>${counted(document.allowlist.length, "file")} with SHA-256</h3></summary><ul>\n${files}\n</ul></details>`;
  return htmlPage(
    `WARP registrations: ${whatIsDue(document)}`,
    `<main>\n${[...sections, allowlist].join("\n")}\n</main>\n<footer>Report of version ${document.version}.</footer>`,
  );
}

// The top of the page: what is due, what holds it up, a bar per action, the guards.

function summaryHtml(document: ReportDocument): string {
  return `<h1>WARP registrations</h1>
<p class="verdict">${text(sentence(whatIsDue(document)))}.</p>
${alerts(document)}<div class="card"><dl>
${facts(document)
  .map(([name, value]) => `<div><dt>${text(name)}</dt><dd>${value}</dd></div>`)
  .join("\n")}
</dl></div>
${bars(document)}
${guards(document)}`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function alerts(document: ReportDocument): string {
  const { problems, freeze } = document;
  const tripped = document.guards.filter((guard) => guard.tripped).map(({ guard }) => text(guard));
  const paragraphs = [
    ...(isHeld(document) ? ["<strong>Nothing is done.</strong>"] : []),
    ...(tripped.length > 0
      ? [
          document.approved
            ? `Approved past ${guardsOf(tripped)}${approval(document)}`
            : `Held by ${guardsOf(tripped)}`,
        ]
      : []),
    ...(freeze
      ? [`Frozen until ${text(minute(freeze.until))}: ${isolated(freeze.reason)} ${place(freeze.source)}`]
      : []),
    ...problems.map(
      ({ text: what, fix, source }) =>
        `${isolated(what)}${fix === undefined ? "" : ` <small>fix: ${isolated(fix)}</small>`}${place(source)}`,
    ),
  ];
  return paragraphs.length === 0
    ? ""
    : `<div class="alert">${paragraphs.map((one) => `<p>${one}</p>`).join("\n")}</div>\n`;
}

function guardsOf(names: readonly string[]): string {
  return `the ${names.length === 1 ? "guard" : "guards"} ${names.join(", ")}`;
}

function approval({ approval: given }: ReportDocument): string {
  const by = given?.by === undefined ? "" : ` by ${isolated(given.by)}`;
  return given?.reason === undefined ? by : `${by}: ${isolated(given.reason)}`;
}

/** Names with values that are HTML already. */
function facts(document: ReportDocument): (readonly [string, string])[] {
  const { account, asOf, generatedAt, fingerprint, population, reviewed } = document;
  const outside = population.outOfScope > 0 ? `, ${population.outOfScope} out of scope` : "";
  const next = nextCommand(document);
  const counts = resultCounts(document);
  return [
    ["Account", `<code>${isolated(account)}</code>`],
    ["As of", text(minute(asOf))],
    ["Made at", text(minute(generatedAt))],
    ["Registrations", text(`${population.inScope} in scope, ${population.active} active${outside}`)],
    ...(hasActs(document) ? [["Fingerprint", `<code>${isolated(fingerprint)}</code>`] as const] : []),
    ...(reviewed
      ? [
          [
            "Bound to the reviewed plan",
            `<code>${isolated(reviewed.fingerprint)}</code> as of ${text(minute(reviewed.asOf))}`,
          ] as const,
        ]
      : []),
    ...(counts === undefined
      ? []
      : [
          [
            "Results",
            [
              text(counts),
              ...sharedCauses(document).map(
                ({ count, result, reason }) => `<small>${count} ${text(result)}: ${isolated(reason)}</small>`,
              ),
            ].join(""),
          ] as const,
        ]),
    ...(next === undefined ? [] : [["Next", `<code>${isolated(next)}</code>`] as const]),
  ];
}

function bars({ summary }: ReportDocument): string {
  const actions = [...ACTS, "keep", "leave"] as const;
  const all = actions.reduce((sum, action) => sum + summary[action], 0);
  const rows = actions.map((action) => {
    const share = (100 * summary[action]) / Math.max(1, all);
    // A single act among thousands still shows.
    const width = summary[action] === 0 ? 0 : Math.max(1, share);
    return `<tr><th scope="row"><span class="word act-${action}">${action}</span><small>${text(actionMeanings[action])}</small></th><td class="number">${summary[action]}</td><td class="share"><svg class="bar" aria-hidden="true"><rect class="act-${action}" width="${width.toFixed(2)}%" height="100%"/></svg></td></tr>`;
  });
  return `<h2>By action</h2>
<div class="card"><table class="bars">
<caption class="quiet">${text(counted(all, "registration"))} in scope, by what is to become of them</caption>
<thead><tr><th scope="col">Action</th><th scope="col" class="number">Count</th><th scope="col">Share</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

function guards(document: ReportDocument): string {
  const rows = document.guards.map((guard) => {
    const verdict = guardVerdict(guard, document);
    const users = guard.users ?? [];
    const named = guard.tripped && users.length > 0 ? `<small>${isolated(users.join(", "))}</small>` : "";
    const shown =
      verdict === "TRIPPED"
        ? `<strong class="word act-delete">${verdict}</strong>`
        : `<span class="word">${verdict}</span>`;
    return `<tr><th scope="row"><span class="word">${text(guard.guard)}</span>${named}</th><td class="number">${guard.count}</td><td class="number">${guard.limit}</td><td>${shown}${place(guard.source)}</td></tr>`;
  });
  return `<h2>Guards</h2>
<div class="card"><table>
<caption class="quiet">How many acts one plan may ask for</caption>
<thead><tr><th scope="col">Guard</th><th scope="col" class="number">Due</th><th scope="col" class="number">At most</th><th scope="col">Verdict</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

// Registrations in tables: one per user for acts, one per rule for what is left alone.

/** So many rows of one folded table are written; the rest is counted. */
const MOST_ROWS = 500;

/** What is due, done or pending, a table per user. */
function actsHtml(document: ReportDocument): string {
  const due = document.decisions.filter(isDue);
  if (due.length === 0) return "";
  const told = outcomes(document);
  const byUser = new Map<string, ReportedDecision[]>();
  for (const decision of due) {
    const { email } = decision.registration.user;
    const group = byUser.get(email);
    if (group) group.push(decision);
    else byUser.set(email, [decision]);
  }
  const tables = [...byUser].map(
    ([email, decisions]) => `<div class="card"><table class="devices">
<caption><h3>${isolated(userOf(email), 320)}</h3></caption>
<thead><tr><th scope="col" class="act">Action</th><th scope="col" class="device">Device</th><th scope="col">Why</th></tr></thead>
<tbody>
${decisions
  .map(
    (decision) =>
      `<tr><td>${act(decision.action)}</td><th scope="row">${device(decision)}</th><td>${why(decision, told?.get(decision.registration.id))}</td></tr>`,
  )
  .join("\n")}
</tbody></table></div>`,
  );
  return `<h2>Acts, by user</h2>\n${tables.join("\n")}`;
}

function skippedHtml({ skipped }: ReportDocument): string {
  if (skipped.length === 0) return "";
  const items = skipped.map(
    ({ act: action, device: name, user, text: reason }) =>
      `<li>${act(action)} ${isolated(name, 200)} of ${isolated(userOf(user), 320)}<small>${isolated(reason)}</small></li>`,
  );
  return `<h2>In the reviewed plan, and not due any more</h2>\n<div class="card"><ul>\n${items.join("\n")}\n</ul></div>`;
}

function findingsHtml({ findings }: ReportDocument): string {
  if (findings.length === 0) return "";
  const items = findings
    .slice(0, 2 * MOST_ROWS)
    .map(
      ({ code, text: what, source }) =>
        `<li>${isolated(what)}${place(source)}<small>${text(code)}</small></li>`,
    );
  return `<h2>Findings</h2>\n<div class="card"><ul>\n${items.join("\n")}\n</ul>${rest(findings.length, 2 * MOST_ROWS)}</div>`;
}

function leftHtml(document: ReportDocument): string {
  const kinds = leftAlone(document);
  const tables = kinds.map(({ title, meaning, decisions }) =>
    folded(`${title}: ${counted(decisions.length, "registration")}`, meaning, decisions),
  );
  return `<h2>Left alone</h2>\n${kinds.length === 0 ? '<p class="quiet">Nothing.</p>' : tables.join("\n")}`;
}

function keptHtml({ decisions }: ReportDocument): string {
  const kept = decisions.filter(({ action }) => action === "keep");
  if (kept.length === 0) return "";
  return `<h2>Kept</h2>\n${folded(counted(kept.length, "registration"), "As the allowlist has it.", kept)}`;
}

function folded(title: string, meaning: string, decisions: readonly ReportedDecision[]): string {
  const rows = decisions
    .slice(0, MOST_ROWS)
    .map(
      (decision) =>
        `<tr><td>${isolated(userOf(decision.registration.user.email), 320)}</td><th scope="row">${device(decision)}</th><td>${why(decision)}</td></tr>`,
    );
  return `<details><summary><h3>${text(title)}</h3></summary>
<table class="devices">
<caption class="quiet">${text(meaning === "" ? title : meaning)}</caption>
<thead><tr><th scope="col" class="user">User</th><th scope="col" class="device">Device</th><th scope="col">Why</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table>${rest(decisions.length, MOST_ROWS)}</details>`;
}

function rest(all: number, most: number): string {
  return all > most ? `<p class="quiet">And ${all - most} more: the JSON report has them all.</p>` : "";
}

// What is due on Access users, and what could not be looked at.

function usersHtml(document: ReportDocument): string {
  const told = userOutcomes(document);
  const rows = usersDue(document).map(({ action, email, text: reason, source, pending }) => {
    const waits = pending ? `<strong>Pending:</strong> ${isolated(pending.text)}<br>` : "";
    const outcome = told?.get(email);
    const result =
      outcome === undefined ? "" : `<small><strong>Result:</strong> ${isolated(outcome)}</small>`;
    return `<tr><td><span class="act word">${text(action)}</span></td><th scope="row">${isolated(email, 320)}</th><td>${waits}${isolated(reason)}${place(source)}${result}</td></tr>`;
  });
  if (rows.length === 0) return "";
  return `<h2>Access users</h2>
<div class="card"><table class="devices">
<caption class="quiet">${text(counted(rows.length, "Access user"))} to be changed</caption>
<thead><tr><th scope="col" class="act">Action</th><th scope="col" class="device">User</th><th scope="col">Why</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

function notesHtml({ notes }: ReportDocument): string {
  if (notes.length === 0) return "";
  const items = notes.map((note) => `<li>${isolated(note)}</li>`);
  return `<h2>Notes</h2>\n<div class="card"><ul>\n${items.join("\n")}\n</ul></div>`;
}

// The small pieces that tables and lists of the page are made of.

function place(source: SourcePosition | undefined): string {
  return source ? `<small><code>${isolated(`${source.file}:${source.line}`)}</code></small>` : "";
}

function small(texts: readonly string[]): string {
  return texts.map((text) => `<small>${isolated(text)}</small>`).join("");
}

function act(action: Action): string {
  return `<span class="act word act-${action}">${escapeHtml(action)}</span>`;
}

function device(decision: ReportedDecision): string {
  const name = decision.registration.device.name;
  return isolated(name === "" ? "(no name)" : name, 200) + small([deviceDetails(decision), since(decision)]);
}

/** Why, which line says so, what the entry and the account say besides, and what became of it. */
function why(decision: ReportedDecision, outcome?: string): string {
  const { reason, source, entry, pending, evidence } = decision;
  return [
    pending ? `<strong>Pending:</strong> ${isolated(pending.text)}<br>` : "",
    isolated(reason.text),
    place(source),
    small(entryDetails(entry)),
    evidence ? `<small><strong>Evidence</strong></small>${small(evidenceLines(evidence))}` : "",
    outcome === undefined ? "" : `<small><strong>Result:</strong> ${isolated(outcome)}</small>`,
  ].join("");
}

// The shell of a page that holds all of itself, loads nothing and runs nothing.

/** `body` is HTML already; `title` is text. */
function htmlPage(title: string, body: string): string {
  const digest = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escapeHtml(title, 200)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
