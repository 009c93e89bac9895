/** What surrounds the sections of the page: its shell, the one script that may run, and its head. */

import { createHash } from "node:crypto";
import type { Act } from "../cloudflare/types.js";
import { escapeHtml, escapeHtml as text, isolated } from "../text/entities.js";
import { counted, minute } from "../text/words.js";
import type { ActResult, ReportDocument, ReportedDecision } from "./document.js";
import { aboutItems, itemKinds } from "../reconcile/items.js";
import { explainGuards, isHeld } from "./guards.js";
import { place, prose, sentence } from "./html-tables.js";
import { loosenedKeys, outlineOf } from "./outline.js";
import {
  actsDue,
  allResults,
  countDue,
  hasActs,
  hasRun,
  heldBy,
  itemResults,
  itemsDue,
  nextCommand,
  resultCounts,
  sharedCauses,
  undoneBy,
} from "./words.js";
import { style } from "./html-style.js";

/**
 * Lets a reader filter rows and sort tables; without it the page has the same content. It creates elements and sets
 * their text, never markup: a device's name stays text. Rows that are filtered out or folded are still printed.
 */
const script = `"use strict";
(() => {
  const make = (name, className, text) => {
    const one = document.createElement(name);
    if (className) one.className = className;
    if (text) one.textContent = text;
    return one;
  };

  const tables = [...document.querySelectorAll("table.rows")];
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
  const place = document.getElementById("tools");
  if (!place || rows.length === 0) return;

  const input = make("input");
  input.type = "search";
  input.id = "filter";
  input.autocomplete = "off";
  const label = make("label", "", "Filter all tables");
  label.htmlFor = input.id;
  const status = make("p", "quiet");
  status.setAttribute("role", "status");
  place.append(label, input, status);

  let texts;
  const folded = new Map();
  const filter = () => {
    const words = input.value.toLowerCase().split(/\\s+/u).filter(Boolean);
    texts ??= rows.map((row) => [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase());
    let hits = 0;
    rows.forEach((row, at) => {
      const hit = words.every((word) => texts[at].includes(word));
      row.classList.toggle("out", !hit);
      if (hit) hits++;
    });
    for (const fold of document.querySelectorAll("details")) {
      if (!folded.has(fold)) folded.set(fold, fold.open);
      fold.open = words.length === 0 ? folded.get(fold) : fold.querySelector("tbody tr:not(.out)") !== null;
    }
    if (words.length === 0) folded.clear();
    status.textContent = words.length === 0 ? "" : hits + " of " + rows.length + " rows";
  };
  input.addEventListener("input", filter);

  const { compare } = new Intl.Collator("en", { numeric: true });
  for (const table of tables) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    if (original.length < 2) continue;
    heads.forEach((head, column) => {
      const button = make("button", "", head.textContent);
      button.type = "button";
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        const now = before === null ? "ascending" : before === "ascending" ? "descending" : null;
        for (const other of heads) other.removeAttribute("aria-sort");
        if (now) head.setAttribute("aria-sort", now);
        const keys = new Map(original.map((row) => [row, row.cells[column].textContent]));
        const sign = now === "descending" ? -1 : 1;
        const sorted = [...original].sort((a, b) => sign * compare(keys.get(a), keys.get(b)));
        body.append(...(now ? sorted : original));
      });
    });
  }
})();
`;

/** The report's own page. `body` is HTML already; `title` is text. */
export function htmlPage(title: string, body: string): string {
  const policy = [`script-src ${hashed(script)}`, "require-trusted-types-for 'script'"];
  return htmlShell(title, `${body}\n<script>${script}</script>`, style, policy);
}

/**
 * The shell of any page: nothing is loaded, and only what the policy names runs.
 *
 * @param more Further directives of the policy
 */
export function htmlShell(title: string, body: string, css: string, more: readonly string[] = []): string {
  const policy = [
    "default-src 'none'",
    `style-src ${hashed(css)}`,
    ...more,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escapeHtml(title, 200)}</title>
<style>${css}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** The hash by which the policy allows exactly this text. */
function hashed(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

// The top of the page: what is done, what holds it up, who approved it, and where it was made.

export function pageHead(document: ReportDocument): string {
  const held = isHolding(document) ? ": HELD, nothing is done" : "";
  return `<header><h1>WARP registrations${held}</h1>
<p class="verdict">${headline(document)}</p>
${alerts(document)}<dl>
${facts(document)
  .map(([name, value]) => `<div><dt>${text(name)}</dt><dd>${value}</dd></div>`)
  .join("\n")}
</dl></header>`;
}

/** What holds the plan, what is loosened, and what happens: raw. */
export function pageTitle(document: ReportDocument): string {
  const held = isHolding(document) ? heldBy(document) : [];
  const parts = [...held, ...loosenedInWords(document), whatHappens(document)];
  return `WARP registrations: ${parts.join("; ")}`;
}

/** What an act does, in words: for a run, a plan, and a plan that is held. */
const came: Readonly<Record<Act, string>> = {
  delete: "deleted",
  revoke: "cut off",
  unrevoke: "let back in",
};

/** What cannot be undone first, then what cuts off, then what lets in. */
const ORDER: readonly Act[] = ["delete", "revoke", "unrevoke"];

/**
 * One sentence for readers who read only one: what is loosened, what happens, by which pull request, approved by whom.
 */
function headline(document: ReportDocument): string {
  const { origin, approval } = document;
  const by = [
    ...(origin?.pullRequest === undefined
      ? []
      : [`by ${link(origin.pullRequestUrl, `pull request ${origin.pullRequest}`)}`]),
    ...(approval?.by === undefined ? [] : [`approved by ${isolated(approval.by)}`]),
  ];
  const [loosened] = loosenedInWords(document);
  const happens = whatHappens(document);
  const first =
    loosened === undefined
      ? text(sentence(happens))
      : `<a href="#loosened">${isolated(loosened)}</a>; ${text(happens)}`;
  return `${[first, ...by].join(", ")}.`;
}

/** `guards.revoke.max, protected.users (3) loosened`. */
function loosenedInWords(document: ReportDocument): readonly string[] {
  const keys = loosenedKeys(outlineOf(document));
  return keys === "" ? [] : [`${keys} loosened`];
}

function whatHappens(document: ReportDocument): string {
  const { summary } = document;
  if (!hasActs(document)) return actsDue(document);
  if (!hasRun(document)) {
    const be = isHolding(document) ? "would be" : "to be";
    const { pending } = countDue(document);
    const { undone } = outlineOf(document);
    return [
      ...ORDER.filter((act) => summary[act] > 0).map((act) => `${summary[act]} ${be} ${came[act]}`),
      ...undoneInWords(undone, summary.unrevoke),
      ...itemsDue(document).map(({ about, items }) => `${counted(items.length, about.noun)} ${be} changed`),
      ...(pending > 0 ? [`${pending} of them pending`] : []),
    ].join(", ");
  }
  const { results = [] } = document;
  const all = allResults(document);
  const ended = (wanted: string) => all.filter(({ result }) => result === wanted).length;
  const done = <R extends Pick<ActResult, "result">>(some: readonly R[]) =>
    some.filter(({ result }) => result === "done");
  const ids = new Set(done(results).map((one) => one.registration));
  const undone = outlineOf(document).undone.filter(({ registration }) => ids.has(registration.id));
  const count = (act: Act) => done(results).filter((one) => one.act === act).length;
  const parts = [
    ...ORDER.filter((act) => count(act) > 0).map((act) => `${count(act)} ${came[act]}`),
    ...undoneInWords(undone, count("unrevoke")),
    ...(
      [
        ...itemKinds.map(
          (kind) => [done(itemResults(document, kind)).length, `${aboutItems(kind).noun}s changed`] as const,
        ),
        [ended("failed"), "failed"],
        [ended("unknown"), "unknown"],
        [ended("skipped"), "not attempted"],
        [document.pending, "pending"],
      ] as const
    )
      .filter(([many]) => many > 0)
      .map((part) => part.join(" ")),
  ];
  return parts.length === 0 ? "nothing was done" : parts.join(", ");
}

/** After the number of registrations that are let in: how many of them this stack is not known to have revoked. */
function undoneInWords(undone: readonly ReportedDecision[], all: number): readonly string[] {
  if (undone.length === 0) return [];
  return [`${undone.length === all ? "" : `${undone.length} of them `}${undoneBy(undone)}`];
}

/** A link if the address is a web address; otherwise only the text. */
function link(url: string | undefined, words: string): string {
  const parsed = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/u.test(parsed.protocol)) return isolated(words);
  return `<a href="${escapeHtml(parsed.href, Infinity)}" rel="noreferrer">${isolated(words)}</a>`;
}

/** What holds the plan up or lets it pass, and what to do now. */
function alerts(document: ReportDocument): string {
  const { problems, freeze, guards, approved } = document;
  const tripped = guards.filter((guard) => guard.tripped).map(({ guard }) => text(guard));
  const paragraphs = [
    ...(tripped.length === 0
      ? []
      : approved
        ? [`Approved past ${guardsOf(tripped)}${approvalOf(document)}`]
        : [
            `<strong>HELD by ${guardsOf(tripped)}.</strong>`,
            ...explainGuards(document).map(({ indent, text: words }) =>
              indent === "" ? prose(words) : `<span class="in">${prose(words)}</span>`,
            ),
          ]),
    ...(freeze
      ? [`Frozen until ${text(minute(freeze.until))}: ${isolated(freeze.reason)} ${place(freeze.source)}`]
      : []),
    ...(problems.length > 0 ? ["<strong>HELD: the allowlist contradicts itself.</strong>"] : []),
    ...problems.map(
      ({ text: what, fix, source }) =>
        `${prose(what)}${fix === undefined ? "" : ` <small>fix: ${prose(fix)}</small>`} ${place(source)}`,
    ),
  ];
  return paragraphs.length === 0
    ? ""
    : `<div class="${isHeld(document) || freeze ? "alert" : "alert passed"}">${paragraphs.map((one) => `<p>${one}</p>`).join("\n")}</div>\n`;
}

function guardsOf(names: readonly string[]): string {
  return `the ${names.length === 1 ? "guard" : "guards"} ${names.join(", ")}`;
}

function approvalOf({ approval: given }: ReportDocument): string {
  const by = given?.by === undefined ? "" : ` by ${isolated(given.by)}`;
  return given?.reason === undefined ? by : `${by}: ${isolated(given.reason)}`;
}

/** Names with values that are HTML already. */
function facts(document: ReportDocument): (readonly [string, string])[] {
  const { account, asOf, generatedAt, fingerprint, population, reviewed, run, origin, approval } = document;
  const outside = population.outOfScope > 0 ? `, ${population.outOfScope} out of scope` : "";
  const next = nextCommand(document);
  const counts = resultCounts(document);
  const causes = sharedCauses(document).map(
    ({ count, result, reason }) => `<small>${count} ${text(result)}: ${isolated(reason)}</small>`,
  );
  const known: readonly (readonly [string, string | undefined])[] = [
    ["Account", `<code>${isolated(account)}</code>`],
    ["Stack", run && isolated(run.stack)],
    ["Commit", origin?.commit === undefined ? undefined : `<code>${isolated(origin.commit)}</code>`],
    [
      "Pull request",
      origin?.pullRequest === undefined ? undefined : link(origin.pullRequestUrl, origin.pullRequest),
    ],
    ["Run", origin?.runUrl === undefined ? undefined : link(origin.runUrl, origin.runUrl)],
    ["Approved by", approval?.by === undefined ? undefined : isolated(approval.by)],
    ["As of", text(minute(asOf))],
    ["Made at", text(minute(generatedAt))],
    ["Registrations", text(`${population.inScope} in scope, ${population.active} active${outside}`)],
    ["Fingerprint", hasActs(document) ? `<code>${isolated(fingerprint)}</code>` : undefined],
    [
      "Reviewed plan",
      reviewed && `<code>${isolated(reviewed.fingerprint)}</code> as of ${text(minute(reviewed.asOf))}`,
    ],
    ["Results", counts === undefined ? undefined : text(counts) + causes.join("")],
    ["Next", next === undefined ? undefined : `<code>${isolated(next)}</code>`],
  ];
  return known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** Whether the plan is held, and nothing has been done. */
export function isHolding(document: ReportDocument): boolean {
  return isHeld(document) && !hasRun(document);
}
