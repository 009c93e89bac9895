/** The plan or the run as one page that people forward: what it does in a sentence, the acts, and who may connect. */

import type { Act } from "../cloudflare/types.js";
import type { FindingCode } from "../reconcile/findings/finding.js";
import { counted } from "../text/words.js";
import { leftAlone, type ReportDocument, type ReportedDecision } from "./document.js";
import { escapeHtml, escapeHtml as text, isolated } from "./escapes.js";
import { evidenceLines } from "./evidence.js";
import { htmlPage, isHolding, ORDER, pageHead } from "./html-page.js";
import {
  clientColumns,
  type Column,
  denseTable,
  type DeviceRow,
  deviceTable,
  person,
  place,
  prose,
} from "./html-tables.js";
import { guardVerdict, hasRun, outcomes, userOutcomes, usersDue, whatIsDue } from "./words.js";

/**
 * Acts in three tables, then who may connect, and everything else that the document knows. What is due is never cut;
 * of what stays as it is a page holds so many rows that a browser still opens it. Evidence is shown where the document
 * has it. Nothing is loaded; without its script the page has all its texts.
 */
export function renderHtml(document: ReportDocument): string {
  const sections = [
    loosenedSection(document),
    ...actSections(document),
    usersSection(document),
    skippedSection(document),
    findingsSection(document),
    guardsSection(document),
    connectSection(document),
    leftSection(document),
    refusedSection(document),
    evidenceSection(document),
    notesSection(document),
    filesSection(document),
  ].filter((section) => section !== undefined);
  return htmlPage(
    `WARP registrations${isHolding(document) ? ", HELD" : ""}: ${whatIsDue(document)}`,
    `<main${hasMany(document) ? ' class="many"' : ""}>
${pageHead(document, loosened(document).length)}
<nav aria-label="Contents"><ul>
${sections.map(({ id, title, count }) => `<li><a href="#${id}">${text(title)}</a>${count === undefined ? "" : ` ${count}`}</li>`).join("\n")}
</ul></nav>
<div id="tools"></div>
${sections.map(sectionHtml).join("\n")}
</main>
<footer>Report of version ${document.version}.</footer>`,
  );
}

/** Beyond so many acts the tables are set in smaller type, so that a person can still look through them. */
const MANY_ACTS = 100;

/** So many rows of what is no act stand open, or fewer beside many acts; more are folded, and printed all the same. */
const OPEN_ROWS = 60;
const OPEN_BESIDE_MANY = 20;

/** So many registrations that stay as they are, are told one by one: those who may connect, and the others. */
const MOST_CONNECTED = 5000;
const MOST_REFUSED = 500;

function hasMany({ decisions }: ReportDocument): boolean {
  return decisions.filter(({ action }) => isAct(action)).length > MANY_ACTS;
}

/** Whether so many rows are folded. */
function folds(document: ReportDocument, rows: number): boolean {
  return rows > (hasMany(document) ? OPEN_BESIDE_MANY : OPEN_ROWS);
}

interface Section {
  /** Its anchor. */
  readonly id: string;
  readonly title: string;
  readonly count?: number | undefined;
  /** HTML. */
  readonly body: string;
  readonly folded?: boolean;
}

function sectionHtml({ id, title, count, body, folded }: Section): string {
  const heading = `<h2 id="${id}">${text(title)}${count === undefined ? "" : ` <span class="count">${count}</span>`}</h2>`;
  return folded === true
    ? `<section>${heading}\n<details><summary>${count === undefined ? "Show" : `Show all ${count}`}</summary>\n${body}\n</details></section>`
    : `<section>${heading}\n${body}</section>`;
}

function isAct(action: ReportedDecision["action"]): action is Act {
  return action !== "keep" && action !== "leave";
}

// What is due: deletions, cut-offs, returns, and Access users.

const ACT_SECTIONS: Readonly<Record<Act, Omit<Section, "body" | "count"> & { readonly caption: string }>> = {
  delete: { id: "deletions", title: "Deletions", caption: "Removed for good: it cannot be undone" },
  revoke: { id: "cut-offs", title: "Cut-offs", caption: "Connected, and cut off" },
  unrevoke: { id: "returns", title: "Returns", caption: "Cut off, and let back in" },
};

function actSections(document: ReportDocument): Section[] {
  const told = outcomes(document);
  return ORDER.flatMap((act) => {
    const rows = document.decisions
      .filter(({ action }) => action === act)
      .map((decision): DeviceRow => ({ decision, outcome: told?.get(decision.registration.id) }));
    const { caption, ...section } = ACT_SECTIONS[act];
    return rows.length === 0
      ? []
      : [
          {
            ...section,
            count: rows.length,
            body: `<div class="act-${act}">${deviceTable(caption, rows)}</div>`,
          },
        ];
  });
}

type UserDue = ReturnType<typeof usersDue>[number];

function usersSection(document: ReportDocument): Section | undefined {
  const told = userOutcomes(document);
  const rows = usersDue(document);
  if (rows.length === 0) return undefined;
  const columns: readonly Column<UserDue>[] = [
    { name: "act", title: "Action", cell: ({ action }) => text(action) },
    { name: "person", title: "User", heads: true, cell: ({ email }) => person(email) },
    {
      name: "why",
      title: "Why",
      cell: ({ text: reason, pending }) =>
        (pending ? `<strong>Pending:</strong> ${prose(pending.text)}; ` : "") + prose(reason),
    },
    { name: "line", title: "Line", cell: ({ source }) => place(source) },
    {
      name: "result",
      title: "Result",
      cell: ({ email }) => {
        const outcome = told?.get(email);
        return outcome === undefined ? "" : isolated(outcome);
      },
    },
  ];
  return {
    id: "access-users",
    title: "Access users",
    count: rows.length,
    body: denseTable("Users of Access that are changed", columns, rows),
  };
}

function skippedSection({ skipped }: ReportDocument): Section | undefined {
  if (skipped.length === 0) return undefined;
  const columns: readonly Column<(typeof skipped)[number]>[] = [
    { name: "act", title: "Action", cell: ({ act }) => text(act) },
    { name: "person", title: "Person", cell: ({ user }) => person(user) },
    { name: "device", title: "Device", heads: true, cell: ({ device }) => isolated(device, 200) },
    { name: "why", title: "Why", cell: ({ text: reason }) => prose(reason) },
  ];
  return {
    id: "skipped",
    title: "Not due any more",
    count: skipped.length,
    body: denseTable("Acts of the reviewed plan that are left out", columns, skipped),
  };
}

// What a person should look at: what the change loosens before all else.

/** By these somebody could let through more than the acts show. */
const LOOSENED: readonly FindingCode[] = ["change-loosened", "change-excepted", "change-out-of-scope"];

/** These come next: what stays connected although nobody lists it, what is let in, what is refused and connects. */
const PRESSING: readonly FindingCode[] = ["change-dropped", "change-widened", "elsewhere"];

type Found = ReportDocument["findings"][number];

function loosened({ findings }: ReportDocument): readonly Found[] {
  return LOOSENED.flatMap((wanted) => findings.filter(({ code }) => code === wanted));
}

function loosenedSection(document: ReportDocument): Section | undefined {
  const found = loosened(document);
  return found.length === 0
    ? undefined
    : {
        id: "loosened",
        title: "What this change loosens",
        count: found.length,
        body: findingTable("Policy, guards, freeze, protection and scope: none of it is an act", found),
      };
}

/** The others by kind, the pressing kinds first; within a kind as the document has them. */
function findingsSection(document: ReportDocument): Section | undefined {
  const { findings } = document;
  const rest = findings.filter(({ code }) => !LOOSENED.includes(code));
  if (rest.length === 0) return undefined;
  const kinds = [...new Set(rest.map(({ code }) => code))].sort();
  const order = [...PRESSING, ...kinds.filter((code) => !PRESSING.includes(code))];
  const sorted = order.flatMap((wanted) => rest.filter(({ code }) => code === wanted));
  const pressing = sorted.filter(({ code }) => PRESSING.includes(code));
  return {
    id: "findings",
    title: "Findings",
    count: sorted.length,
    body: findingTable("What a person should look at, and no act follows from", sorted),
    folded: folds(document, sorted.length) && pressing.length === 0,
  };
}

function findingTable(caption: string, findings: readonly Found[]): string {
  const columns: readonly Column<Found>[] = [
    { name: "kind", title: "Kind", cell: ({ code }) => text(code.replaceAll("-", " ")) },
    { name: "why", title: "What", cell: ({ text: what }) => prose(what) },
    { name: "line", title: "Line", cell: ({ source }) => place(source) },
  ];
  return denseTable(caption, columns, findings);
}

function guardsSection(document: ReportDocument): Section | undefined {
  const columns: readonly Column<ReportDocument["guards"][number]>[] = [
    {
      name: "guard",
      title: "Guard",
      heads: true,
      cell: ({ guard, tripped, users = [] }) =>
        text(guard) + (tripped && users.length > 0 ? ` <small>${isolated(users.join(", "))}</small>` : ""),
    },
    { name: "number", title: "Due", cell: ({ count }) => String(count) },
    { name: "number", title: "At most", cell: ({ limit }) => String(limit) },
    {
      name: "judged",
      title: "Verdict",
      cell: (guard) => {
        const verdict = guardVerdict(guard, document);
        return verdict === "TRIPPED" ? `<strong class="act-delete">${verdict}</strong>` : text(verdict);
      },
    },
    { name: "line", title: "Line", cell: ({ source }) => place(source) },
  ];
  return {
    id: "guards",
    title: "Guards",
    body: denseTable("How many acts one plan may ask for", columns, document.guards),
  };
}

// Who may connect, and what else stays as it is.

/** Everybody who connects once the plan is carried out, or now that the run has ended, with what came of an act. */
function connected(document: ReportDocument): DeviceRow[] {
  const told = outcomes(document);
  const done = new Set(
    (document.results ?? []).filter(({ result }) => result === "done").map((one) => one.registration),
  );
  const held = isHolding(document);
  return document.decisions.flatMap((decision): DeviceRow[] => {
    const { live, action, pending, registration } = decision;
    const outcome = told?.get(registration.id);
    const waits = held || pending !== undefined || (told !== undefined && !done.has(registration.id));
    const connects = isAct(action) && !waits ? action === "unrevoke" : live === "active";
    if (!connects) return [];
    return action === "unrevoke" && !waits
      ? [{ decision, before: "Let back in" }]
      : [{ decision, outcome: waits ? outcome : undefined }];
  });
}

function connectSection(document: ReportDocument): Section {
  const rows = connected(document);
  const people = new Set(rows.map(({ decision }) => decision.registration.user.email)).size;
  const when = isHolding(document)
    ? "now, as nothing is done"
    : hasRun(document)
      ? "after this run"
      : "once this plan is carried out";
  const caption = `${counted(rows.length, "registration")} of ${counted(people, "person", "people")}, ${when}`;
  return {
    id: "who-may-connect",
    title: "Who may connect",
    count: rows.length,
    folded: folds(document, rows.length),
    body:
      rows.length === 0
        ? '<p class="quiet">Nobody.</p>'
        : deviceTable(caption, rows.slice(0, MOST_CONNECTED), clientColumns) +
          rest(rows.length, MOST_CONNECTED),
  };
}

/** What is left alone, in figures: its registrations stand in the tables before and after. */
function leftSection(document: ReportDocument): Section | undefined {
  const kinds = leftAlone(document);
  if (kinds.length === 0) return undefined;
  const live = (decisions: readonly ReportedDecision[], wanted: ReportedDecision["live"]) =>
    String(decisions.filter((one) => one.live === wanted).length);
  const columns: readonly Column<(typeof kinds)[number]>[] = [
    { name: "kind", title: "Rule", heads: true, cell: ({ title }) => text(title) },
    { name: "number", title: "Connected", cell: ({ decisions }) => live(decisions, "active") },
    { name: "number", title: "Revoked", cell: ({ decisions }) => live(decisions, "revoked") },
    { name: "why", title: "Meaning", cell: ({ meaning }) => prose(meaning) },
  ];
  return {
    id: "left-alone",
    title: "Left alone",
    count: document.summary.leave,
    body: denseTable("By the rule that says so", columns, kinds),
  };
}

/** What is revoked and stays so. */
function refusedSection({ decisions }: ReportDocument): Section | undefined {
  const rows = decisions
    .filter(({ action, live }) => !isAct(action) && live === "revoked")
    .map((decision): DeviceRow => ({ decision }));
  return rows.length === 0
    ? undefined
    : {
        id: "revoked",
        title: "Revoked, and staying so",
        count: rows.length,
        folded: true,
        body:
          deviceTable("They do not connect", rows.slice(0, MOST_REFUSED)) + rest(rows.length, MOST_REFUSED),
      };
}

function rest(all: number, most: number): string {
  return all > most ? `<p class="quiet">And ${all - most} more: the JSON report has them all.</p>` : "";
}

// What the account knows of people, what could not be looked at, and what the plan was made from.

function evidenceSection(document: ReportDocument): Section | undefined {
  const rows = document.decisions.flatMap(({ registration, evidence }) =>
    evidence ? [{ registration, lines: evidenceLines(evidence) }] : [],
  );
  if (rows.length === 0) return undefined;
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { name: "person", title: "Person", cell: ({ registration }) => person(registration.user.email) },
    {
      name: "device",
      title: "Device",
      heads: true,
      cell: ({ registration }) => isolated(registration.device.name, 200),
    },
    {
      name: "why",
      title: "Evidence",
      cell: ({ lines }) => lines.map((line) => isolated(line)).join("; "),
    },
  ];
  return {
    id: "evidence",
    title: "Evidence",
    count: rows.length,
    folded: folds(document, rows.length),
    body: denseTable("What the account knows of the people whose devices are acted on", columns, rows),
  };
}

function notesSection({ notes }: ReportDocument): Section | undefined {
  if (notes.length === 0) return undefined;
  const items = notes.map((note) => `<li>${prose(note)}</li>`);
  return { id: "notes", title: "Notes", count: notes.length, body: `<ul>\n${items.join("\n")}\n</ul>` };
}

function filesSection({ allowlist }: ReportDocument): Section {
  const columns: readonly Column<(typeof allowlist)[number]>[] = [
    { name: "file", title: "File", heads: true, cell: ({ file }) => `<code>${isolated(file)}</code>` },
    { name: "digest", title: "SHA-256", cell: ({ digest }) => `<code>${escapeHtml(digest)}</code>` },
  ];
  return {
    id: "allowlist",
    title: "Allowlist",
    count: allowlist.length,
    folded: allowlist.length > 10,
    body: denseTable("The files that the plan was made from", columns, allowlist),
  };
}
