/** The tables of the page: one dense row for each registration, with the columns that at least one row fills. */

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
  /** HTML; empty if there is nothing to show for the row. */
  readonly cell: (row: Row) => string;
  /** Whether its cells name their row. */
  readonly heads?: boolean;
}

/** A table whose rows the page's script filters and sorts. Columns that are empty in every row are left out. */
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

// What the page says about a registration.

/** A registration with the result of the act on it, if there is one. */
export interface DeviceRow {
  readonly decision: ReportedDecision;
  readonly outcome?: string | undefined;
  /** Shown before the reason: `Let back in`. */
  readonly before?: string;
}

/** The registrations of one table. Reasons and lines that many of them share are shown once, above the table. */
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

/** A reason that many rows share, and their second lines, such as the policy's behind a user's. `lines` is HTML. */
interface SharedReason {
  /** The words that replace it in a row. */
  readonly short: string;
  readonly count: number;
  readonly reason: string;
  readonly lines: string;
}

/** By {@link reasonKey}. */
type SharedReasons = ReadonlyMap<string, SharedReason>;

/** If at least this many rows share a reason that is longer than this many letters, it is shown once. */
const SHARED_ROWS = 5;
const SHARED_LETTERS = 40;

function reasonKey(decision: ReportedDecision): string {
  return `${decision.reason.text}\n${secondLines(decision)}`;
}

/** Long reasons that many rows share, each with the name of its rule, and a number if the rule has several. */
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

/** The policy's line behind a user's line. HTML. */
function secondLines({ related = [] }: ReportedDecision): string {
  return related
    .filter((one) => one.text !== REMOVED)
    .map((one) => `<small>${isolated(one.text)}</small> ${place(one.source)}`)
    .join(" ");
}

/** What is due, for a table with acts of several kinds. */
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
  // If the hardware is not known, the registration's id distinguishes devices of one name.
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

/** The line that allowed it and that the change removed. */
const removedColumn: Column<DeviceRow> = {
  name: "removed",
  title: "Removed by this change",
  cell: ({ decision: { related = [] } }) => place(related.find((one) => one.text === REMOVED)?.source),
};

/** The line that decides, and behind it the policy's, unless that is shown once for many rows. */
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

/** A line of the allowlist. */
export function place(source: SourcePosition | undefined): string {
  return source ? `<code>${isolated(`${source.file}:${source.line}`)}</code>` : "";
}

/** The keys of an allowlist's file, with or without keys below them: only these become code in a sentence. */
const key =
  /&#96;((?:version|scope|users|groups|policy|guards|limits|freeze|protected|ignore|accessUsers|requires|state|from|expires)(?:\.[A-Za-z]+)*)&#96;/gu;

const backticked = /&#96;((?:(?!&#96;).){1,400}?)&#96;/gu;

/**
 * A sentence of the document. Its backticks are not shown: keys of the allowlist become code, anything else is quoted.
 * The name of a device or a user never becomes an element, unless it is the name of a key.
 */
export function prose(sentence: string): string {
  const html = escapeHtml(sentence).replace(key, "<code>$1</code>").replace(backticked, "“$1”");
  return `<bdi>${html}</bdi>`;
}
