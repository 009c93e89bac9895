/** The top of the page: what is due, what holds it up, a bar per action, the guards. */

import type { ReportDocument } from "./document.js";
import { place } from "./html-cells.js";
import { escapeHtml as text, isolated } from "./html-escape.js";
import { isHeld } from "./guards.js";
import {
  ACTS,
  actionMeanings,
  guardVerdict,
  hasActs,
  nextCommand,
  resultCounts,
  sharedCauses,
  whatIsDue,
} from "./wording.js";
import { counted } from "../counted.js";
import { minute } from "../minute.js";

export function summaryHtml(document: ReportDocument): string {
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
