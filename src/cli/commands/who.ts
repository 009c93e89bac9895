/** `warp-registrations who`: shows who may connect, since when, and why. */

import type { Command } from "commander";
import { checkAccount } from "../../allowlist/checks.js";
import type { SourcePosition } from "../../allowlist/messages.js";
import type { Allowlist } from "../../allowlist/model.js";
import { showDomains } from "../../allowlist/values.js";
import type { PhysicalDevice, Registration } from "../../cloudflare/types.js";
import { type Decision, liveState, type EarlierRuns } from "../../reconcile/decision.js";
import { type HardwareIndex, indexHardware } from "../../reconcile/hardware.js";
import { makePlan } from "../../reconcile/plan.js";
import { excludingSettings, isNoUser, userOf } from "../../reconcile/scope.js";
import type { ListedSince } from "../../report/document.js";
import { listedBy, toConnection } from "../../report/to-document.js";
import { htmlShell } from "../../report/html-page.js";
import { style } from "../../report/html-style.js";
import { narrowInventory, type FullInventory } from "../../run/account.js";
import { readTestedAllowlist } from "../../run/reconcile.js";
import { escapeHtml, isolated } from "../../text/entities.js";
import { escapeText, jsonText } from "../../text/escape.js";
import { layOut, type Line, line } from "../../text/lines.js";
import { compare, counted, groupBy, minute } from "../../text/words.js";
import { momentOf, openSource } from "../account.js";
import { type CommandContext, EXIT, type ExitCode, newCommand, runs, type Surroundings } from "../command.js";
import { filesOfOwn, type OwnOptions, readOwn } from "../files.js";
import { blame } from "../git.js";
import {
  type AccountOptions,
  accountOptions,
  allowlistOption,
  type AllowlistOptions,
  blameOption,
  nowOption,
  outputOptions,
  ownOption,
} from "../options.js";
import { checkOutputs, checkPlaces, emit, type OutputOptions, pathsOf } from "../output.js";

const FORMATS = ["text", "csv", "html", "json"] as const;

type WhoFormat = (typeof FORMATS)[number];

interface WhoOptions extends AllowlistOptions, AccountOptions, OwnOptions, OutputOptions<WhoFormat> {
  readonly blame?: boolean;
  readonly now?: Date;
}

const EXAMPLE = `
$ warp-registrations who --blame
Who may connect: 2 registrations of 1 person (1 allowed, 1 to be revoked)
…
$ warp-registrations who --inventory inventory.json --output csv=who.csv html=who.html
`;

export function whoCommand(context: CommandContext): Command {
  const command = newCommand("who", "Show who may connect, since when, and why. Made for auditors.", EXAMPLE)
    .alias("list")
    .addOption(allowlistOption());
  for (const option of accountOptions()) command.addOption(option);
  command
    .addOption(blameOption())
    .addOption(ownOption())
    .addOption(nowOption("decide as of this time (default: now, or when the inventory was taken)"));
  for (const option of outputOptions(FORMATS)) command.addOption(option);
  return runs(command, context, who);
}

async function who(surroundings: Surroundings, options: WhoOptions): Promise<ExitCode> {
  const { folder } = surroundings;
  checkOutputs(folder, options, FORMATS, [options.inventory, ...filesOfOwn(surroundings, options)]);
  const source = openSource(surroundings, options);
  const begin = options.now ?? source.takenAt ?? surroundings.now();
  const allowlist = await readTestedAllowlist({ root: folder, patterns: options.allowlist ?? [] }, begin);
  checkAccount(allowlist, source.account);
  checkPlaces(
    folder,
    pathsOf(options),
    allowlist.files.map(({ file }) => file),
  );
  const own = readOwn(surroundings, source.account, options);
  const full = await source.listFull();
  const asOf = momentOf(surroundings, source, options);
  const found = connecting(allowlist, full, { asOf, own });
  const listed = options.blame === true ? await blame(surroundings, "--blame", linesOf(found)) : undefined;
  const rows = found.map((row) => (listed && row.line ? { ...row, listed: listed(row.line) } : row));
  const answer: Roster = { account: source.account, asOf, blamed: listed !== undefined, rows };
  emit(surroundings, options, FORMATS, (format, { columns }) => renderers[format](answer, columns));
  return EXIT.fine;
}

// Who may connect: whatever is connected now, for any reason, and what the next update lets in.

/** What will happen to a registration. */
const STATUS = {
  allowed: "allowed",
  "left-alone": "left alone",
  "out-of-scope": "out of scope",
  "to-revoke": "to be revoked",
  "to-delete": "to be deleted",
  "to-unrevoke": "to be let in",
} as const;

type Status = keyof typeof STATUS;

/** One registration that may connect. Texts are not escaped. */
interface WhoRow {
  readonly registration: Registration;
  readonly device: PhysicalDevice | undefined;
  /** For display; empty if it belongs to no person. */
  readonly person: string;
  /** Only if it identifies one machine. */
  readonly serial: string | undefined;
  readonly status: Status;
  readonly why: { readonly code: string; readonly text: string };
  /** The line that decides; undefined for a registration out of scope. */
  readonly source: SourcePosition | undefined;
  /** The line that lists it: of its entry, or of what protects or ignores it. */
  readonly line: SourcePosition | undefined;
  readonly listed?: ListedSince;
}

interface Roster {
  readonly account: string;
  readonly asOf: Date;
  readonly blamed: boolean;
  readonly rows: readonly WhoRow[];
}

/** In the order of person, device name and id. */
function connecting(
  allowlist: Allowlist,
  full: FullInventory,
  { asOf, own }: { readonly asOf: Date; readonly own: EarlierRuns | undefined },
): readonly WhoRow[] {
  const { decisions } = makePlan(allowlist, narrowInventory(full, allowlist), asOf, { own });
  const byId = new Map(decisions.map((decision) => [decision.registration.id, decision]));
  const devices = new Map(
    full.devices.filter(({ deleted_at }) => deleted_at == null).map((one) => [one.id, one]),
  );
  const hardware = indexHardware(full.devices).index;
  const show = showDomains(allowlist.domains);
  return full.registrations
    .flatMap((registration): WhoRow[] => {
      const decision = byId.get(registration.id);
      const said = decision ? decided(decision) : undecided(registration, allowlist);
      if (said === undefined) return [];
      return [
        {
          ...said,
          registration,
          device: devices.get(registration.device.id),
          person: show(userOf(registration)),
          serial: serialOf(registration, hardware),
          why: { ...said.why, text: show(said.why.text) },
        },
      ];
    })
    .sort(
      (a, b) =>
        compare(userOf(a.registration), userOf(b.registration)) ||
        compare(a.registration.device.name, b.registration.device.name) ||
        compare(a.registration.id, b.registration.id),
    );
}

type Standing = Pick<WhoRow, "status" | "why" | "source" | "line">;

function decided(decision: Decision): Standing | undefined {
  const { live, action, reason, source } = decision;
  if (live === "revoked" && action !== "unrevoke") return undefined;
  const status =
    action === "keep" ? "allowed" : action === "leave" ? "left-alone" : (`to-${action}` as const);
  return { status, why: reason, source: decision.line ?? source, line: listedBy(decision) };
}

function undecided(registration: Registration, { scope }: Allowlist): Standing | undefined {
  if (registration.deleted_at != null || liveState(registration) === "revoked") return undefined;
  const settings = excludingSettings(registration, userOf(registration), scope).map((one) => `scope.${one}`);
  const text = `out of the allowlist's scope (${settings.join(", ")}): nothing is decided about it`;
  return {
    status: "out-of-scope",
    why: { code: "out-of-scope", text },
    source: undefined,
    line: undefined,
  };
}

function serialOf({ device }: Registration, hardware: HardwareIndex): string | undefined {
  return hardware.get(device.id)?.serial;
}

function linesOf(rows: readonly WhoRow[]): readonly SourcePosition[] {
  return rows.flatMap(({ line }) => line ?? []);
}

// The columns, for every form but JSON.

/** In words, not escaped; empty if unknown. */
const COLUMNS: readonly (readonly [string, (row: WhoRow) => string])[] = [
  ["person", ({ person }) => person],
  ["status", ({ status }) => STATUS[status]],
  ["device", ({ registration }) => registration.device.name],
  ["serial", ({ serial }) => serial ?? ""],
  ["model", ({ device }) => textOf(device?.model)],
  ["enrolled", ({ registration }) => minute(registration.created_at)],
  ["listed since", ({ listed }) => listed?.since ?? listed?.unknown ?? ""],
  ["commit", ({ listed }) => listed?.commit ?? ""],
  ["rule", ({ why }) => why.code],
  ["why", ({ why }) => why.text],
  ["line", ({ source }) => (source ? `${source.file}:${source.line}` : "")],
  [
    "last seen",
    ({ registration: { last_seen_at } }) => (last_seen_at === null ? "never" : minute(last_seen_at)),
  ],
  ["profile", ({ registration }) => profileOf(registration)],
  ["client", (row) => textOf(row.registration.device.client_version ?? row.device?.client_version)],
  ["tunnel", ({ registration }) => textOf(registration.tunnel_type)],
  ["key type", ({ registration }) => textOf(registration.key_type)],
  ["os", ({ device }) => `${textOf(device?.device_type)} ${textOf(device?.os_version)}`.trim()],
  ["virtual ipv4", ({ registration }) => textOf(registration.virtual_ipv4)],
  ["virtual ipv6", ({ registration }) => textOf(registration.virtual_ipv6)],
  ["mac address", ({ device }) => textOf(device?.mac_address)],
  ["registration", ({ registration }) => registration.id],
  ["device id", ({ registration }) => registration.device.id],
];

/** Nothing depends on these fields, so nobody has checked what the account sends in them. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function profileOf(registration: Registration): string {
  const { profile } = toConnection(registration);
  return profile ? `${profile.name ?? profile.id}${profile.deleted === true ? " (deleted)" : ""}` : "";
}

function cell(row: WhoRow, wanted: string): string {
  return COLUMNS.find(([name]) => name === wanted)?.[1](row) ?? "";
}

const renderers: Readonly<Record<WhoFormat, (answer: Roster, columns?: number) => string>> = {
  text: toText,
  csv: toCsv,
  html: toHtml,
  json: toJson,
};

/** The number of registrations and of people, and the number for each status. */
function countsOf({ rows }: Roster): string {
  const users = rows.map(({ registration }) => userOf(registration));
  const people = new Set(users.filter((user) => !isNoUser(user)));
  const counts = [...groupBy(rows, ({ status }) => status)].map(([status, group]) => [status, group.length]);
  const byStatus = Object.keys(STATUS).flatMap((status) => {
    const count = counts.find(([name]) => name === status)?.[1];
    return count === undefined ? [] : [`${count} ${STATUS[status as Status]}`];
  });
  const parts = byStatus.length === 0 ? "" : ` (${byStatus.join(", ")})`;
  return `${counted(rows.length, "registration")} of ${counted(people.size, "person", "people")}${parts}`;
}

function toText(answer: Roster, columns?: number): string {
  const { account, asOf, rows } = answer;
  const head = [
    line("", `Who may connect: ${countsOf(answer)}`),
    line("", `Account ${escapeText(account, 60)}, as of ${minute(asOf)}`),
  ];
  const blocks = [...groupBy(rows, ({ person }) => person)].map(([person, own]) => [
    line("", escapeText(person === "" ? "(no user)" : person, 200)),
    ...own.flatMap((row) => rowLines(row, answer)),
  ]);
  return [head, ...blocks].map((block) => layOut(block, { columns })).join("\n\n");
}

function rowLines(row: WhoRow, { blamed }: Roster): Line[] {
  const of = (name: string) => cell(row, name);
  const labelled = (pairs: readonly (readonly [string, string])[]) =>
    pairs
      .filter(([, text]) => text !== "")
      .map(([label, text]) => `${label} ${text}`)
      .join(", ");
  const details = [of("model"), of("serial") === "" ? of("registration") : `serial ${of("serial")}`];
  const since = of("listed since") + (of("commit") === "" ? "" : ` (${of("commit").slice(0, 12)})`);
  const device = `${of("device")} (${details.filter((text) => text !== "").join(", ")})`;
  const lines = [
    labelled([
      ["enrolled", of("enrolled")],
      ["last seen", of("last seen")],
      ...(blamed ? ([["listed since", since]] as const) : []),
    ]),
    `${of("why")}${of("line") === "" ? "" : ` (${of("line")})`}`,
    labelled([
      ["profile", of("profile")],
      ["client", of("client")],
      ["tunnel", of("tunnel")],
      ["os", of("os")],
    ]),
  ];
  return [
    line("  ", `${escapeText(device, 200)}: ${STATUS[row.status]}`, { hanging: "    " }),
    ...lines.flatMap((text) =>
      text === "" ? [] : [line("    ", escapeText(text, 600), { hanging: "      " })],
    ),
  ];
}

/** RFC 4180, with every cell in quotes. */
function toCsv({ rows }: Roster): string {
  const line = (cells: readonly string[]) => `${cells.map(csvCell).join(",")}\r\n`;
  return [
    line(COLUMNS.map(([name]) => name)),
    ...rows.map((row) => line(COLUMNS.map(([, of]) => of(row)))),
  ].join("");
}

/**
 * Puts an apostrophe before anything that a spreadsheet would take for a formula, as OWASP's page on CSV injection
 * recommends: at the beginning of a cell, and after a character that a reader with another separator may split at.
 */
function csvCell(text: string): string {
  // No line of the file begins with a cell's text, so an address (`2001:db8::1`) may stay unescaped.
  const safe = escapeText(text, 1000)
    .replaceAll("\\u{3a}:", "::")
    .replace(/(^|[,;|"'])([\s"']*)([=+\-@\uff1d\uff0b\uff0d\uff20])/gu, "$1$2'$3");
  return `"${safe.replaceAll('"', '""')}"`;
}

const PAGE_STYLE = `${style}
main, footer { max-width: 110rem; }
.wide { overflow-x: auto; } .wide table { min-width: 60rem; font-size: .875rem; }
`;

function toHtml(answer: Roster): string {
  const { account, asOf, rows, blamed } = answer;
  const columns: readonly (readonly [string, (row: WhoRow) => string])[] = [
    ["Person", ({ person }) => isolated(person === "" ? "(no user)" : person)],
    [
      "Device",
      (row) =>
        `${isolated(row.registration.device.name)}<small>${isolated(
          [cell(row, "model"), row.serial === undefined ? row.registration.id : `serial ${row.serial}`]
            .filter((text) => text !== "")
            .join(", "),
        )}</small>`,
    ],
    ["Status", ({ status }) => escapeHtml(STATUS[status])],
    ["Enrolled", (row) => escapeHtml(cell(row, "enrolled"))],
    ...(blamed
      ? ([
          [
            "Listed since",
            (row: WhoRow) =>
              `${isolated(cell(row, "listed since"))}<small><code>${escapeHtml(cell(row, "commit").slice(0, 12))}</code></small>`,
          ],
        ] as const)
      : []),
    ["Why", (row) => `${isolated(row.why.text)}<small>${isolated(cell(row, "line"))}</small>`],
    ["Last seen", (row) => escapeHtml(cell(row, "last seen"))],
    ["Profile", (row) => isolated(cell(row, "profile"))],
    ["Client", (row) => isolated(cell(row, "client"))],
    ["Tunnel", (row) => isolated(cell(row, "tunnel"))],
    ["OS", (row) => isolated(cell(row, "os"))],
  ];
  const head = columns.map(([name]) => `<th scope="col">${name}</th>`).join("");
  const body = rows.map((row) => `<tr>${columns.map(([, of]) => `<td>${of(row)}</td>`).join("")}</tr>`);
  const main = `<main>
<h1>Who may connect</h1>
<p class="verdict">${escapeHtml(countsOf(answer))}</p>
<p class="quiet">Account <code>${isolated(account)}</code>, as of ${escapeHtml(minute(asOf))}.</p>
<div class="wide" role="region" aria-label="Registrations" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table></div>
</main>`;
  return htmlShell("Who may connect", main, PAGE_STYLE);
}

/** Version 1. */
function toJson({ account, asOf, rows }: Roster): string {
  const registrations = rows.map(({ registration, device, person: _, serial, line: __, ...row }) => ({
    registration: {
      id: registration.id,
      user: { email: userOf(registration), name: registration.user?.name },
      device: {
        id: registration.device.id,
        name: registration.device.name,
        serial,
        model: device?.model,
        deviceType: device?.device_type,
        osVersion: device?.os_version,
        macAddress: device?.mac_address,
        clientVersion: registration.device.client_version ?? device?.client_version,
      },
      times: {
        created: registration.created_at,
        lastSeen: registration.last_seen_at,
        revoked: registration.revoked_at,
      },
      ...toConnection(registration),
    },
    ...row,
  }));
  const document = { version: 1, account, asOf: asOf.toISOString(), registrations };
  return jsonText(JSON.parse(JSON.stringify(document, (_key, value: unknown) => value ?? undefined)), 2);
}
