/** The look of the page: calm, one column, system fonts; colours by name, so that a test can compute their contrast. */

/** Colours of one scheme. Those of acts colour text and bars alike. */
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

export const style = `
:root { color-scheme: light dark; ${variables(palettes.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(palettes.dark)} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
main { padding-top: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; display: inline; }
p { margin: .25rem 0 .75rem; }
.verdict { font-size: 1.1rem; }
.quiet, small, footer, dt { color: var(--quiet); }
small { font-size: .875rem; font-weight: 400; display: block; }
code { overflow-wrap: anywhere; font: .875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
.card, details, .alert { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .75rem 1rem; margin: 0 0 1rem; }
.alert { background: var(--alert); color: var(--onAlert); border-color: var(--onAlert); }
.alert p, .alert ul { margin: .25rem 0; }
.alert small { color: inherit; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: .5rem 1.5rem; margin: 0; }
dt { font-size: .875rem; } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: start; padding: 0 0 .5rem; }
th, td { text-align: start; vertical-align: top; padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); }
thead th { color: var(--quiet); font-size: .875rem; font-weight: 600; border-top: 0; }
tbody th { font-weight: 600; }
tr > :last-child { padding-inline-end: 0; }
.devices { table-layout: fixed; }
.devices .act { width: 6.5rem; } .devices .device { width: 36%; } .devices .user { width: 28%; }
.number { text-align: end; font-variant-numeric: tabular-nums; width: 5.5rem; }
.bars .share { width: 45%; vertical-align: middle; }
.bars .bar { margin-block: .375rem; }
.bar { display: block; width: 100%; height: .75rem; border-radius: .25rem; background: var(--page); }
.act-revoke { color: var(--revoke); fill: var(--revoke); } .act-delete { color: var(--delete); fill: var(--delete); }
.act-unrevoke { color: var(--unrevoke); fill: var(--unrevoke); }
.act-keep { color: var(--keep); fill: var(--keep); } .act-leave { color: var(--leave); fill: var(--leave); }
.act { font-weight: 600; } .word { white-space: nowrap; }
ul { margin: 0; padding-inline-start: 1.25rem; } li { margin: .25rem 0; }
summary { cursor: pointer; } summary h3 { margin-inline-start: .25rem; }
details[open] > summary { margin-bottom: .75rem; }
:focus-visible { outline: 3px solid var(--unrevoke); outline-offset: 2px; }
footer { padding: 1rem 1rem 2rem; font-size: .875rem; }
@media (max-width: 36rem) {
  table { font-size: .9375rem; } small { font-size: .8125rem; } .number { width: auto; white-space: nowrap; }
  .devices .act { width: 5.25rem; } .devices .device { width: 31%; } .devices .user { width: 31%; }
  th, td { padding-inline-end: .5rem; } .bars .share { width: 30%; }
  .card, details, .alert { padding: .625rem .75rem; }
}
@media print {
  :root { ${variables({ ...palettes.light, ...PRINTED })} }
  body { font-size: 11pt; } main, footer { max-width: none; padding: 0; }
  .card, details { border: 0; padding: 0; break-inside: auto; }
  tr, dl > div, .alert { break-inside: avoid; } thead { display: table-header-group; }
  caption, h2, h3 { break-after: avoid; }
  .bar, .bar * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
