/** The plan or the run as one page that people forward: what it does in a sentence, the acts, and who may connect. */

import type { SourcePosition } from "../allowlist/messages.js";
import { escapeHtml, escapeHtml as text, isolated } from "../text/entities.js";
import { counted } from "../text/words.js";
import { leftAlone, type ReportDocument, type ReportedDecision } from "./document.js";
import { evidenceLines } from "./evidence.js";
import { htmlPage, isHolding, pageHead, pageTitle } from "./html-page.js";
import {
  clientColumns,
  type Column,
  denseTable,
  actColumn,
  type DeviceRow,
  deviceTable,
  person,
  place,
  prose,
} from "./html-tables.js";
import { outlineOf, othersOf } from "./outline.js";
import {
  guardVerdict,
  hasRun,
  isDue,
  type ItemDue,
  type ItemsDue,
  itemsDue,
  outcomes,
  undoneBy,
} from "./words.js";

/**
 * The outline, part by part: what a change loosens, the acts in tables, findings; then who may connect, and everything
 * else that the document has. What is due is never cut; what stays as it is is cut to what a browser can still open.
 * Evidence is shown if the document has it. Nothing is loaded; without its script the page has all its text.
 */
export function renderHtml(document: ReportDocument): string {
  const { deletions, undone, revocations, returns, pending } = outlineOf(document);
  const acts = (part: ActPart, due: readonly ReportedDecision[]) => actSection(document, part, due);
  const sections = [
    loosenedSection(document),
    alarmSection(document),
    acts(ACT_PARTS.deletions, deletions),
    ...itemsDue(document).map(itemSection),
    acts(undonePart(undone), undone),
    acts(ACT_PARTS.revocations, revocations),
    acts(ACT_PARTS.returns, returns),
    acts(ACT_PARTS.pending, pending),
    skippedSection(document),
    findingsSection(document),
    guardsSection(document),
    connectSection(document),
    leftAloneSection(document),
    refusedSection(document),
    evidenceSection(document),
    notesSection(document),
    filesSection(document),
  ].filter((section) => section !== undefined);
  return htmlPage(
    pageTitle(document),
    `<main${hasMany(document) ? ' class="many"' : ""}>
${pageHead(document)}
<nav aria-label="Contents"><ul>
${sections.map(({ id, title, count }) => `<li><a href="#${id}">${text(title)}</a>${count === undefined ? "" : ` ${count}`}</li>`).join("\n")}
</ul></nav>
<div id="tools"></div>
${sections.map(sectionHtml).join("\n")}
</main>
<footer>Report of version ${document.version}.</footer>`,
  );
}

/** Beyond this many acts the tables are set in smaller type, so that a person can still look through them. */
const MANY_ACTS = 100;

/**
 * Tables without acts are open up to this many rows, or fewer beside many acts; longer ones are folded, but still
 * printed.
 */
const OPEN_ROWS = 60;
const OPEN_BESIDE_MANY = 20;

/** At most this many registrations that do not change are listed one by one: those that may connect, and the others. */
const MOST_CONNECTED = 5000;
const MOST_REFUSED = 500;

function hasMany({ decisions }: ReportDocument): boolean {
  return decisions.filter(isDue).length > MANY_ACTS;
}

/** Whether a table with this many rows is folded. */
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

// What is due: deletions, what someone else revoked and a run lets in, cut-offs, returns, what waits, and other items.

interface ActPart {
  readonly id: string;
  readonly title: string;
  /** Its class in the style. */
  readonly className: string;
  readonly caption: string;
  /** Columns before all others. */
  readonly before?: readonly Column<DeviceRow>[];
}

/** A part for each list of acts in the outline. */
const ACT_PARTS = {
  deletions: {
    id: "deletions",
    title: "Deletions",
    className: "act-delete",
    caption: "Removed for good: it cannot be undone",
  },
  revocations: {
    id: "cut-offs",
    title: "Cut-offs",
    className: "act-revoke",
    caption: "Connected, and cut off",
  },
  returns: {
    id: "returns",
    title: "Returns",
    className: "act-unrevoke",
    caption: "Cut off, and let back in",
  },
  pending: {
    id: "pending",
    title: "Pending",
    className: "act-pending",
    caption: "Due, but not done in this run",
    before: [actColumn],
  },
} as const satisfies Readonly<Record<string, ActPart>>;

function undonePart(undone: readonly ReportedDecision[]): ActPart {
  return {
    id: "let-in-again",
    title: "Let in again",
    className: "act-undone",
    caption: `Let back in, though ${undoneBy(undone)}: someone may have had a reason`,
  };
}

function actSection(
  document: ReportDocument,
  { id, title, className, caption, before }: ActPart,
  due: readonly ReportedDecision[],
): Section | undefined {
  if (due.length === 0) return undefined;
  const results = outcomes(document);
  const rows = due.map((decision): DeviceRow => ({
    decision,
    outcome: results?.get(decision.registration.id)?.text,
  }));
  const table = deviceTable(document, caption, rows, before && { before });
  return { id, title, count: rows.length, body: `<div class="${className}">${table}</div>` };
}

function itemSection({ about: { noun, slug, head }, items }: ItemsDue): Section {
  const columns: readonly Column<ItemDue>[] = [
    { name: "act", title: "Action", cell: ({ action }) => text(action) },
    { name: "person", title: head, heads: true, cell: ({ key }) => person(key) },
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
      cell: ({ outcome }) => (outcome === undefined ? "" : isolated(outcome.text)),
    },
  ];
  return {
    id: `${slug}s`,
    title: `${noun}s`,
    count: items.length,
    body: denseTable(`${noun}s that are changed`, columns, items),
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
    title: "No longer due",
    count: skipped.length,
    body: denseTable("Acts of the reviewed plan that are skipped", columns, skipped),
  };
}

// What a person should look at: first what the change loosens, and refused devices that are connected.

function loosenedSection(document: ReportDocument): Section | undefined {
  const { loosened } = outlineOf(document);
  const rows = loosened.map(({ key, text: what, finding: { source } }) => ({ name: key, what, source }));
  return findingSection(
    { id: "loosened", title: "Loosened by this change", loud: true },
    "Policy, guards, freeze, protection, scope and ownership: changes that no act shows",
    rows,
    loosened.reduce((sum, one) => sum + one.findings.length, 0),
  );
}

function alarmSection(document: ReportDocument): Section | undefined {
  const { alarms } = outlineOf(document);
  return findingSection(
    { id: "refused", title: "Refused, but connected", loud: true },
    "An entry refuses the device, but it is connected",
    alarms.map(({ code, text: what, source }) => ({ name: code, what, source })),
  );
}

/** Up to this many about one person are shown in full; of more, only the first, with the names of the others. */
const MOST_ALIKE = 3;

/** Kind by kind, people in the order of addresses. */
function findingsSection(document: ReportDocument): Section | undefined {
  const kinds = outlineOf(document).findings;
  const rows = kinds.flatMap(({ code, groups }) =>
    groups.flatMap((group): FindingRow[] => {
      const each = group.findings.map(({ text: what, source }) => ({ name: code, what, source }));
      const more = { more: othersOf(group, document, Infinity) };
      return each.length > MOST_ALIKE ? each.slice(0, 1).map((one) => ({ ...one, ...more })) : each;
    }),
  );
  const isFolded = folds(document, rows.length) && kinds.every(({ worth }) => worth === "informs");
  return findingSection(
    { id: "findings", title: "Findings", folded: isFolded },
    "Worth a look; no act follows from these",
    rows,
    kinds.reduce((sum, { count }) => sum + count, 0),
  );
}

interface FindingRow {
  readonly name: string;
  readonly what: string;
  readonly more?: string;
  readonly source: SourcePosition | undefined;
}

function findingSection(
  { loud = false, ...section }: Omit<Section, "body" | "count"> & { readonly loud?: boolean },
  caption: string,
  rows: readonly FindingRow[],
  count = rows.length,
): Section | undefined {
  if (rows.length === 0) return undefined;
  const columns: readonly Column<FindingRow>[] = [
    { name: "kind", title: "Kind", cell: ({ name }) => text(name.replaceAll("-", " ")) },
    {
      name: "why",
      title: "What",
      cell: ({ what, more }) => prose(what) + (more === undefined ? "" : ` <small>${isolated(more)}</small>`),
    },
    { name: "line", title: "Line", cell: ({ source }) => place(source) },
  ];
  const table = denseTable(caption, columns, rows);
  return { ...section, count, body: loud ? `<div class="loud">${table}</div>` : table };
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

/** Everyone who connects once the plan is carried out, or now that the run has ended, with the result of an act. */
function connected(document: ReportDocument): DeviceRow[] {
  const results = outcomes(document);
  const done = new Set(
    (document.results ?? []).filter(({ result }) => result === "done").map((one) => one.registration),
  );
  const held = isHolding(document);
  return document.decisions.flatMap((decision): DeviceRow[] => {
    const { live, action, pending, registration } = decision;
    const outcome = results?.get(registration.id)?.text;
    const waits = held || pending !== undefined || (results !== undefined && !done.has(registration.id));
    const connects = isDue(decision) && !waits ? action === "unrevoke" : live === "active";
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
    ? "now: nothing is done"
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
        : deviceTable(document, caption, rows.slice(0, MOST_CONNECTED), { after: clientColumns }) +
          rest(rows.length, MOST_CONNECTED),
  };
}

/** What is left alone, in figures: its registrations are in the tables before and after. */
function leftAloneSection(document: ReportDocument): Section | undefined {
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
    body: denseTable("By the rule that decides", columns, kinds),
  };
}

/** What is revoked and stays revoked. */
function refusedSection(document: ReportDocument): Section | undefined {
  const rows = document.decisions
    .filter((one) => !isDue(one) && one.live === "revoked")
    .map((decision): DeviceRow => ({ decision }));
  return rows.length === 0
    ? undefined
    : {
        id: "revoked",
        title: "Revoked, and staying revoked",
        count: rows.length,
        folded: true,
        body:
          deviceTable(document, "They do not connect", rows.slice(0, MOST_REFUSED)) +
          rest(rows.length, MOST_REFUSED),
      };
}

function rest(all: number, most: number): string {
  return all > most ? `<p class="quiet">And ${all - most} more: the JSON report has them all.</p>` : "";
}

// What the account knows about people, what could not be checked, and what the plan was made from.

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
    body: denseTable("What the account knows about the people whose devices are acted on", columns, rows),
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
