/** The look of the page: calm, dense, system fonts; colours by name, so that a test can compute their contrast. */

/** The colours of one scheme. Those of acts apply to text and bars alike. */
export interface Palette {
  readonly page: string;
  readonly card: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly revoke: string;
  readonly delete: string;
  readonly unrevoke: string;
  readonly keep: string;
  readonly leave: string;
  readonly alert: string;
  readonly onAlert: string;
}

export const palettes: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    page: "#f6f7f9",
    card: "#ffffff",
    text: "#1b2430",
    quiet: "#566170",
    line: "#dce1e8",
    revoke: "#a34a00",
    delete: "#b3261e",
    unrevoke: "#1d5fbf",
    keep: "#1f7a45",
    leave: "#5f6b7a",
    alert: "#fdeceb",
    onAlert: "#8c1d18",
  },
  dark: {
    page: "#12161c",
    card: "#1a2028",
    text: "#e6eaf0",
    quiet: "#a3adba",
    line: "#313a46",
    revoke: "#f2a65a",
    delete: "#f28b82",
    unrevoke: "#8ab4f8",
    keep: "#7fcf9b",
    leave: "#a3adba",
    alert: "#3b1d1c",
    onAlert: "#ffb4ab",
  },
};

const PRINTED: Partial<Palette> = { page: "#ffffff" };

function variables(palette: Partial<Palette>): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");
}

/** If a row has no room for its columns, its values are listed one after the other, each with its name. */
const NAMED: Readonly<Record<string, string>> = {
  serial: "Serial or id",
  enrolled: "Enrolled",
  listed: "Listed since",
  seen: "Last seen",
  revoked: "Revoked",
  removed: "Removed by this change",
  line: "Line",
  client: "Client",
  profile: "Profile",
  tunnel: "Tunnel",
  key: "Key",
  result: "Result",
};

const names = Object.entries(NAMED)
  .map(([name, title]) => `td.${name}::before { content: "${title} "; color: var(--quiet); }`)
  .join(" ");

export const style = `
:root { color-scheme: light dark; ${variables(palettes.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(palettes.dark)} } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main, footer { max-width: 96rem; margin: 0 auto; padding: 0 1rem; }
main { padding-top: 1rem; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 1.25rem 0 .375rem; }
p { margin: .25rem 0 .5rem; }
a { color: var(--unrevoke); }
.verdict { font-size: 1.15rem; font-weight: 600; }
.verdict a { font-weight: 400; }
.quiet, small, footer, dt, caption, .count { color: var(--quiet); }
.count { font-weight: 400; }
small { font-size: .875em; font-weight: 400; }
code { overflow-wrap: anywhere; font: .92em/1.3 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
.alert { background: var(--alert); color: var(--onAlert); border: 1px solid var(--onAlert); border-radius: .375rem;
  padding: .5rem .75rem; margin: 0 0 .75rem; }
.alert.passed { background: none; color: var(--text); border-color: var(--line); }
.alert p { margin: .125rem 0; } .alert small, .alert code { color: inherit; } .in { display: block; padding-inline-start: 1.25rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: .125rem 1.5rem; margin: 0; font-size: .9em; }
dl > div { display: flex; gap: .5rem; min-width: 0; } dt { flex: none; } dd { margin: 0; min-width: 0; }
dd small { display: block; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .75rem 0; padding: .5rem 0;
  border-block: 1px solid var(--line); }
#tools { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; }
#tools p { margin: 0; }
input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--quiet); border-radius: .25rem;
  padding: .25rem .5rem; width: 20rem; max-width: 100%; }
table { width: 100%; border-collapse: collapse; background: var(--card); font-size: 12.5px; line-height: 1.35; }
table:has(td.judged) { width: auto; min-width: min(44rem, 100%); }
caption { text-align: start; padding: 0 0 .25rem; }
th, td { text-align: start; vertical-align: top; padding: 2px 8px 2px 0; font-weight: 400; }
th:first-child, td:first-child { padding-inline-start: 6px; }
thead th { position: sticky; top: 0; background: var(--card); color: var(--quiet); font-weight: 600;
  box-shadow: inset 0 -1px var(--line); }
tbody tr:nth-child(even) { background: var(--page); }
tbody th { font-weight: 600; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: start; }
button::after { content: " \\2195"; opacity: .6; }
[aria-sort=ascending] button::after { content: " \\2191"; } [aria-sort=descending] button::after { content: " \\2193"; }
.out { display: none; }
.enrolled, .seen, .revoked, .act, .guard, .judged, thead th { white-space: nowrap; }
thead th.removed { white-space: normal; width: 8em; } thead th.listed { white-space: normal; } .why { min-width: 9em; } .guard small { white-space: normal; }
.number { text-align: end; font-variant-numeric: tabular-nums; }
td code { font-size: 1em; line-height: inherit; } td.line code { display: block; }
.act-revoke caption { color: var(--revoke); } .act-delete caption, strong.act-delete { color: var(--delete); }
.act-unrevoke caption { color: var(--unrevoke); } .act-undone caption { color: var(--delete); font-weight: 600; }
.act-delete table { border-inline-start: 3px solid var(--delete); } .act-revoke table { border-inline-start: 3px solid var(--revoke); }
.act-unrevoke table, .act-undone table { border-inline-start: 3px solid var(--unrevoke); }
.loud caption { color: var(--delete); font-weight: 600; } .loud table { border-inline-start: 3px solid var(--delete); }
.act-pending table { border-inline-start: 3px solid var(--leave); }
ul { margin: 0; padding-inline-start: 1.25rem; } .legend { font-size: 12.5px; }
summary { cursor: pointer; padding: .125rem 0; }
:focus-visible { outline: 3px solid var(--unrevoke); outline-offset: 2px; }
footer { padding: 1rem 1rem 1.5rem; font-size: .875rem; }
.many table, .many .legend { font-size: 12px; line-height: 15px; } .many th, .many td { padding-block: 0 1px; }
/* What names a row breaks only where it would not leave room for others: an address in two pieces is no address. */
@media screen and (min-width: 76.01rem), print {
  .person bdi, .device bdi, .model bdi, .serial bdi, .line bdi, .removed bdi { display: inline-block; vertical-align: top;
    width: max-content; overflow-wrap: break-word; }
  .person bdi { max-width: 21.5vw; } .device bdi { max-width: 15vw; } .line bdi, .removed bdi { max-width: 11vw; }
  .model bdi { max-width: 8.5vw; } .serial bdi { max-width: 8vw; }
  table:has(.listed) .device bdi { max-width: 11vw; } table:has(.listed) .model bdi { max-width: 7vw; } table:has(.listed) .why { min-width: 7em; }
}
@media screen and (min-width: 79rem), print { .listed { min-width: 6.5em; } }
@media screen and (max-width: 76rem) {
  input { width: 100%; font-size: 16px; }
  dl > div { flex-wrap: wrap; gap: 0 .5rem; }
  .rows, .rows tbody, .rows caption { display: block; } .rows caption { padding-inline: 6px; } td.line code { display: inline; } .rows thead { display: none; }
  .rows tr { display: flex; flex-wrap: wrap; gap: 0 .75rem; padding: .375rem 6px; border-top: 1px solid var(--line); }
  .rows th, .rows td, .many th, .many td { padding: 0; min-width: 0; max-width: 100%; } .rows .none { display: none; }
  .many table, .many .legend { font-size: 13px; line-height: 1.35; }
  .rows .out { display: none; }
  ${names}
}
@media print {
  @page { size: landscape; margin: 12mm; }
  :root { ${variables({ ...palettes.light, ...PRINTED })} }
  body { font-size: 10pt; } main, footer { max-width: none; padding: 0; }
  table, .many table, .many .legend { font-size: 7.5pt; line-height: 1.25; } .many th, .many td { padding-block: 1px; } th, td { padding-inline-end: 6px; }
  .why { min-width: 5em; } thead th.removed { width: 7em; } .person bdi { max-width: 22vw; } .line bdi, .removed bdi { max-width: 11vw; } .model bdi { max-width: 9vw; }
  #tools, button::after { display: none; } button { display: contents; } .rows .out { display: table-row; }
  details::details-content { content-visibility: visible; block-size: auto; } summary { display: none; }
  thead { display: table-header-group; break-inside: avoid; } thead th { position: static; box-shadow: none; }
  tr, dl > div, .alert { break-inside: avoid; } caption, h2 { break-after: avoid; }
  tbody tr:nth-child(even) { background: none; } tbody tr { border-top: 1px solid var(--line); }
  .alert { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
