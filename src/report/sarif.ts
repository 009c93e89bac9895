/** SARIF 2.1.0: the notices of a report as results at lines of the allowlist. */

import type { Message, SourcePosition } from "../allowlist/messages.js";
import { escapeText, jsonText } from "../text/escape.js";
import type { ReportDocument } from "./document.js";
import { itemRules, ruleMeaning, noticesOf, messageNotice, type Notice } from "./notices.js";

/** The acts, findings and problems of a plan. */
export function renderSarif(document: ReportDocument): string {
  return write(noticesOf(document), rootFile(document));
}

/** The messages about an allowlist. */
export function renderSarifMessages(messages: readonly Message[]): string {
  return write(messages.map(messageNotice), undefined);
}

/** GitHub does not accept a result without a place: one that has none is put on the root file's first line. */
function rootFile({ guards, allowlist }: ReportDocument): SourcePosition | undefined {
  const byDefault = guards.find(({ isDefault }) => isDefault)?.source.file;
  const file = byDefault ?? guards[0]?.source.file ?? allowlist[0]?.file;
  return file === undefined ? undefined : { file, line: 1, column: 1 };
}

function write(notices: readonly Notice[], fallback: SourcePosition | undefined): string {
  const rules = [...new Set(notices.map(({ rule }) => rule))].sort();
  const indices = new Map(rules.map((rule, index) => [rule, index]));
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "warp-registrations",
            informationUri: PAGE,
            rules: rules.map((rule) => ({
              id: rule,
              shortDescription: { text: words(ruleMeaning(rule)) },
              helpUri: pageOf(rule),
            })),
          },
        },
        columnKind: "unicodeCodePoints",
        results: notices.map((one) => result(one, indices.get(one.rule) ?? 0, fallback)),
      },
    ],
  };
  return `${jsonText(log, 2)}\n`;
}

/** Where the package's pages are, beside its schemas. */
const PAGES = "https://unpkg.com/pulumi-warp-registrations/docs";
const PAGE = `${PAGES}/error-codes.md`;

/** The page that says what to do about a rule. */
function pageOf(rule: string): string {
  const kind = rule.split("/")[0] ?? "";
  switch (kind) {
    case "act":
    case "skipped":
      return `${PAGES}/policy.md`;
    case "guard":
      return `${PAGES}/guards.md`;
    case "finding":
      return `${PAGE}#findings`;
    default:
      return itemRules.has(kind) ? `${PAGES}/${kind}s.md` : `${PAGE}#messages`;
  }
}

function result(one: Notice, ruleIndex: number, fallback: SourcePosition | undefined): object {
  const { rule, level, text, fix, registrations, related = [] } = one;
  const source = one.source ?? fallback;
  return {
    ruleId: rule,
    ruleIndex,
    level,
    message: { text: words(fix === undefined ? text : `${text}; fix: ${fix}`) },
    ...(source && { locations: [location(source)] }),
    ...(related.length > 0 && {
      relatedLocations: related.map((other, id) => ({
        id,
        ...location(other.source),
        message: { text: words(other.text) },
      })),
    }),
    partialFingerprints: { "warpRegistrations/v2": one.identity },
    ...(registrations.length > 0 && { properties: { registrations } }),
  };
}

function location({ file, line, column }: SourcePosition): object {
  const uri = file.split(/[\\/]/u).map(encode).join("/");
  return {
    physicalLocation: {
      artifactLocation: { uri },
      region: { startLine: line, startColumn: column },
    },
  };
}

function encode(name: string): string {
  return encodeURIComponent(name.replaceAll(/\p{Cs}/gu, "\ufffd"));
}

/** A plain message may hold links, `[text](target)` (SARIF 2.1.0, 3.11.6): text from outside must not. */
function words(text: string): string {
  return escapeText(text, 2000).replaceAll("](", "] (");
}
