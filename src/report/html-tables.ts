/** The tables of the page: one dense row for each registration, with the columns that some row has something for. */

import type { SourcePosition } from "../allowlist/messages.js";
import { escapeHtml, escapeHtml as text, isolated } from "../text/entities.js";
import { groupBy } from "../text/words.js";
import { REMOVED, type ReportDocument, type ReportedDecision } from "./document.js";
import { isUndone } from "./outline.js";
import { day, entryDetails, nearMisses, since, userOf } from "./words.js";

/** One column of a table of the page. Its name is a class of the style. */
export interface Column<Row> {
  readonly name: string;
  readonly title: string;
  /** HTML; empty where there is nothing to say of the row. */
  readonly cell: (row: Row) => string;
  /** Whether its cells name their row. */
  readonly heads?: boolean;
}

/** A table whose rows the page's script filters and sorts. Columns that no row has anything for are left out. */
export function denseTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const shown = columns.flatMap((column, at) =>
    cells.some((row) => row[at] !== "") ? [{ ...column, at }] : [],
  );
  const head = shown.map(({ name, title }) => `<th scope="col" class="${name}">${text(title)}</th>`);
  const body = cells.map((row) => {
    const tags = shown.map(({ name, heads, at }) => {
      const value = row[at] ?? "";
      const kind = value === "" ? `${name} none` : name;
      return heads === true
        ? `<th scope="row" class="${kind}">${value}</th>`
        : `<td class="${kind}">${value}</td>`;
    });
    return `<tr>${tags.join("")}</tr>`;
  });
  return `<table class="rows">
<caption>${text(caption)}</caption>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table>`;
}

// What the page says of a registration.

/** A registration with what became of the act on it, if anything did. */
export interface DeviceRow {
  readonly decision: ReportedDecision;
  readonly outcome?: string | undefined;
  /** Stands before why, as where a registration is only let in by what is told. */
  readonly before?: string;
}

/** The registrations of one table, with the reasons and lines that many of them have in common told once above it. */
export function deviceTable(
  document: ReportDocument,
  caption: string,
  rows: readonly DeviceRow[],
  more: {
    readonly before?: readonly Column<DeviceRow>[];
    readonly after?: readonly Column<DeviceRow>[];
  } = {},
): string {
  const shared = sharedReasons(rows);
  const legend = [...shared.values()].map(
    ({ short, count, reason, lines }) =>
      `<li><b>${text(short)}</b> (${count}): ${prose(reason)}${lines === "" ? "" : `; ${lines}`}</li>`,
  );
  const legends = legend.length === 0 ? "" : `<ul class="legend">\n${legend.join("\n")}\n</ul>\n`;
  const outcomes = new Set(rows.map(({ outcome }) => outcome));
  const [only] = outcomes;
  const alike = outcomes.size === 1;
  const columns = [
    ...(more.before ?? []),
    ...deviceColumns,
    whyColumn(document, shared),
    ...(more.after ?? []),
    removedColumn,
    lineColumn(shared),
    ...(alike ? [] : [resultColumn]),
  ];
  const ended = alike && only !== undefined ? `${caption}; result: ${only}` : caption;
  return legends + denseTable(ended, columns, rows);
}

/** Why many rows are as they are, and by which second line, as the policy's behind a user's; HTML but for the reason. */
interface SharedReason {
  /** The words that stand for it in a row. */
  readonly short: string;
  readonly count: number;
  readonly reason: string;
  readonly lines: string;
}

/** By {@link reasonKey}. */
type SharedReasons = ReadonlyMap<string, SharedReason>;

/** So many rows with one reason in so many letters have it told once. */
const SHARED_ROWS = 5;
const SHARED_LETTERS = 40;

function reasonKey(decision: ReportedDecision): string {
  return `${decision.reason.text}\n${secondLines(decision)}`;
}

/** The long ones that many rows have in common, each with the name of its rule, and a number where the rule has several. */
function sharedReasons(rows: readonly DeviceRow[]): SharedReasons {
  const perCode = new Map<string, number>();
  return new Map(
    [...groupBy(rows, ({ decision }) => reasonKey(decision))]
      .filter(([key, group]) => key.length > SHARED_LETTERS && group.length >= SHARED_ROWS)
      .map(([key, group]) => {
        const [{ decision }] = group;
        const { code, text: reason } = decision.reason;
        const nth = (perCode.get(code) ?? 0) + 1;
        perCode.set(code, nth);
        const short = code.replaceAll("-", " ") + (nth === 1 ? "" : ` ${nth}`);
        return [key, { short, count: group.length, reason, lines: secondLines(decision) }];
      }),
  );
}

/** The policy's line behind a user's. HTML. */
function secondLines({ related = [] }: ReportedDecision): string {
  return related
    .filter((one) => one.text !== REMOVED)
    .map((one) => `<small>${isolated(one.text)}</small> ${place(one.source)}`)
    .join(" ");
}

/** What is due, where a table holds acts of several kinds. */
export const actColumn = column("act", "Action", ({ action }) => action);

const deviceColumns: readonly Column<DeviceRow>[] = [
  { name: "person", title: "Person", cell: ({ decision }) => person(decision.registration.user.email) },
  column("name", "Name", ({ registration }) => registration.user.name),
  {
    name: "device",
    title: "Device",
    heads: true,
    cell: ({ decision: { registration } }) =>
      isolated(registration.device.name === "" ? "(no name)" : registration.device.name, 200),
  },
  column("model", "Model", ({ registration }) => registration.device.hardware?.model),
  // Where no machine is known by its hardware, the registration's id tells devices of one name apart.
  column(
    "serial",
    "Serial or id",
    ({ registration: { id, device } }) =>
      device.hardware?.serial ?? (device.hardware?.model ? undefined : id),
  ),
  column("enrolled", "Enrolled", ({ registration }) => day(registration.times.created)),
  {
    name: "listed",
    title: "Listed since",
    cell: ({ decision: { listed } }) =>
      listed === undefined
        ? ""
        : isolated(listed.since ?? listed.unknown ?? "") +
          (listed.commit === undefined ? "" : ` <code>${isolated(listed.commit.slice(0, 8))}</code>`),
  },
  column("seen", "Last seen", ({ registration: { times } }) =>
    times.lastSeen === null ? "never" : day(times.lastSeen),
  ),
  {
    name: "revoked",
    title: "Revoked",
    cell: ({ decision, before }) =>
      decision.live === "revoked" && before === undefined ? isolated(revokedOn(decision)) : "",
  },
];

function revokedOn({ registration: { times } }: ReportedDecision): string {
  return day(times.revoked ?? times.updated);
}

/** Where the change took away what allowed it. */
const removedColumn: Column<DeviceRow> = {
  name: "removed",
  title: "Removed by this change",
  cell: ({ decision: { related = [] } }) => place(related.find((one) => one.text === REMOVED)?.source),
};

/** The line that says so, and behind it the policy's where it is not told for many. */
function lineColumn(shared: SharedReasons): Column<DeviceRow> {
  return {
    name: "line",
    title: "Line",
    cell: ({ decision }) =>
      `${place(decision.source)} ${shared.has(reasonKey(decision)) ? "" : secondLines(decision)}`.trim(),
  };
}

const resultColumn: Column<DeviceRow> = {
  name: "result",
  title: "Result",
  cell: ({ outcome }) => (outcome === undefined ? "" : isolated(outcome)),
};

/** What runs on a device, and how it connects. */
export const clientColumns: readonly Column<DeviceRow>[] = [
  column("system", "System", ({ registration }) => {
    const { deviceType, osVersion } = registration.device.hardware ?? {};
    return [deviceType, osVersion].filter((one) => one !== undefined).join(" ");
  }),
  column("client", "Client", ({ registration }) => registration.device.hardware?.clientVersion),
  column("profile", "Profile", ({ registration: { profile } }) => profile?.name ?? profile?.id),
  column("tunnel", "Tunnel", ({ registration }) => registration.tunnelType),
  column("key", "Key", ({ registration }) => registration.keyType),
];

function column(
  name: string,
  title: string,
  read: (decision: ReportedDecision) => string | undefined,
): Column<DeviceRow> {
  return {
    name,
    title,
    cell: ({ decision }) => {
      const value = read(decision) ?? "";
      return value === "" ? "" : isolated(value, 200);
    },
  };
}

function whyColumn(document: ReportDocument, shared: SharedReasons): Column<DeviceRow> {
  return {
    name: "why",
    title: "Why",
    cell: ({ decision, before }) => {
      const { reason, entry, pending } = decision;
      const short = shared.get(reasonKey(decision))?.short;
      const undone = isUndone(decision) ? since(decision) : undefined;
      const first = [before, undone].filter((one) => one !== undefined).join(", ");
      return [
        ...(first === "" ? [] : [`<strong>${text(sentence(first))}:</strong>`]),
        ...(pending ? [`<strong>Pending:</strong> ${prose(pending.text)};`] : []),
        short === undefined ? prose(reason.text) : text(short),
        ...nearMisses(decision, document).map(
          (one) => `<strong>NEAR MISS:</strong> ${prose(one.text)} ${place(one.source)}`,
        ),
        ...entryDetails(entry).map((detail) => `<small>${isolated(detail)}</small>`),
      ].join(" ");
    },
  };
}

// The small pieces that tables and lists of the page are made of.

export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A user's address, or that there is none. */
export function person(email: string): string {
  return isolated(userOf(email), 320);
}

/** The line that says so. */
export function place(source: SourcePosition | undefined): string {
  return source ? `<code>${isolated(`${source.file}:${source.line}`)}</code>` : "";
}

/** The keys of an allowlist's file, alone or with what stands below them: all that becomes code in a sentence. */
const key =
  /&#96;((?:version|scope|users|groups|policy|guards|limits|freeze|protected|ignore|accessUsers|requires|state|from|expires)(?:\.[A-Za-z]+)*)&#96;/gu;

const backticked = /&#96;((?:(?!&#96;).){1,400}?)&#96;/gu;

/**
 * A sentence of the document. Its backticks are not shown: keys of the allowlist are code, anything else stands in
 * quotes. No element is made of what a device or a user is called, unless that is a key's name.
 */
export function prose(sentence: string): string {
  const html = escapeHtml(sentence).replace(key, "<code>$1</code>").replace(backticked, "“$1”");
  return `<bdi>${html}</bdi>`;
}
