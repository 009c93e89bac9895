import { describe, expect, test } from "vitest";
import { fullDocument } from "../../test/support/report.js";
import { type Element, readXml } from "../../test/support/xml.js";
import type { Message } from "../allowlist/messages.js";
import { columnsOf } from "../text/lines.js";
import { formatNames, messageFormatNames, render, renderMessages } from "./formats.js";

const TEXTS: Readonly<Record<string, string>> = {
  "a closing script": `x</script></style></td></details><script>alert(1)</script>`,
  "HTML with an event": `<img src=x onerror="alert(1)"> <!-- --> <a href='http://evil.example/'>y</a>`,
  "a pipe and a fence": "x | y || \\| `a` ```\n```",
  "a mention": "@everyone @org/team #12 GH-7 org/repo#3 :smile:",
  "links and images":
    "![x](http://evil.example/p.png) [y](javascript:1) <http://evil.example> www.evil.example a@b.example",
  "addresses among words":
    "PC www.evil.example (www.evil.example) [WWW.evil.example *www.evil.example* 'www.evil.example' a.b@evil.example",
  "an address and nothing else": "\nwww.evil.example",
  "emphasis and a heading": "\n# Title\n- [x] *a* _b_ ~~c~~ \\*",
  "ANSI escapes": "\u001b[2J\u001b]8;;http://evil.example\u0007x\u009b31m",
  "a workflow command": "\n::error file=a.yaml,line=1::forged %0A::warning::",
  "an Azure command": "##[error]forged ##vso[task.complete result=Failed]",
  "Pulumi's markup": "<{%reset%}> <{%fg 1%} %}>",
  "a right-to-left mark": "\u202egpj.exe\u202c \u200f\u2066x\u200b\u00ad\ufeff",
  "line breaks": "a\nGuards: none\r\nb\u2028c\u2029d\u0085e\tf",
  "YAML and interpolation": `"#{} \${x} {{0}} {0} ' : - & * ? | > % \\ \``,
  "an end of CDATA": "]]><x/><!DOCTYPE a><?pi?>&amp;&#10;",
  "what XML does not know": "\u0000\u0001\ufffe\uffff\ud800x\udc00",
  "10,000 letters": "W".repeat(10_000),
  "10,000 words": "ab ".repeat(3_333),
  "nothing but marks": "\u0301".repeat(200),
};

const plain = fullDocument();
const options = { marker: "prod", planFile: "plan.json" };

/** What none of these may hold, wherever it stands. */
const obeyed = /(?!\n)\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}|<\{%|%\}>|##\[|##vso\[/u;

/** Only lines of GitHub's format may begin with a command. */
const forgedCommand = /^\s*::/mu;

function tags(html: string): string[] {
  return html.match(/<\/?[a-z][^>]*>/giu)?.map((tag) => tag.replace(/width="[^"]*"/u, "")) ?? [];
}

/** What is Markdown or HTML in a comment: every mark of punctuation that is not inside an entity, without `<code>`. */
function marks(markdown: string): string {
  return markdown
    .replaceAll(/<\/?code>|<wbr>|&#x?[0-9a-f]+;/gu, "")
    .replaceAll(/[^[\]|<>`*_~#@!\\&:/{}"'=\n]/gu, "");
}

function shape({ name, attributes, children }: Element): unknown {
  return [name, Object.keys(attributes), children.map(shape)];
}

describe.each(Object.entries(TEXTS))("%s", (_name, text) => {
  const document = fullDocument((own) => `${own}${text}`);

  test.each(formatNames)("commands nobody in %s", (format) => {
    const output = render(format, document, { ...options, evidence: true });
    expect(output).not.toMatch(obeyed);
    if (format !== "github") expect(output).not.toMatch(forgedCommand);
  });

  test("breaks no line of the text report, and begins none", () => {
    const output = render("text", document, { ...options, evidence: true });
    for (const line of output.split("\n")) expect(columnsOf(line), line).toBeLessThanOrEqual(100);
    for (const section of ["Guards: ", "Fingerprint: ", "Next: ", "Left alone: ", "Findings:"])
      expect(output.match(new RegExp(`^${section}`, "gmu")), section).toHaveLength(1);
  });

  test("is neither Markdown nor HTML in a comment, and leaves its table as it is", () => {
    const output = render("markdown", document, options);
    expect(output.length).toBeLessThanOrEqual(65_536);
    expect(marks(output)).toBe(marks(render("markdown", plain, options)));
    expect(output.match(/<(?!\/?code>|w?br>|\/?details|\/?summary>|!-- warp-registrations)/gu)).toBeNull();
    // What a forge looks for after rendering, it does not look for in code.
    const outside = output.replaceAll(/<code>(?:[^<]|<wbr>)*<\/code>/gu, "");
    expect(outside).not.toMatch(/&#64;|&#35;|&#58;&#47;|www\.|GH-\d/u);
  });

  // A parser makes links of addresses in texts between tags, code or not, some of them after decoding entities.
  test("is no link in a comment", () => {
    for (const piece of render("markdown", document, options).split(/<[^>]*>|[|\n]/u)) {
      const seen = piece.replaceAll(/&#(\d+);/gu, (_all, code: string) => String.fromCharCode(Number(code)));
      expect(seen).not.toMatch(/www\.|\w:\/\/|[\w.+-]@/iu);
    }
  });

  test("makes no element of the page, and takes none away", () => {
    expect(tags(render("html", document))).toEqual(tags(render("html", plain)));
  });

  test("leaves SARIF and JUnit in their shape", () => {
    const sarif = JSON.parse(render("sarif", document)) as {
      runs: { results: { message: { text: string } }[] }[];
    };
    const results = sarif.runs[0]!.results;
    const own = JSON.parse(render("sarif", plain)) as typeof sarif;
    expect(results).toHaveLength(own.runs[0]!.results.length);
    for (const { message } of results) expect(message.text).not.toMatch(/\n|\]\(/u);
    expect(shape(readXml(render("junit", document)))).toEqual(shape(readXml(render("junit", plain))));
  });

  test("has one annotation for each, on the line that it is about", () => {
    const lines = (output: string) => output.trimEnd().split("\n");
    const output = lines(render("github", document, { evidence: true }));
    const own = lines(render("github", plain, { evidence: true }));
    const head = (line: string) =>
      /^::(\w+) (?:file=[^:,]*,(line=\d+,col=\d+),)?title=([^:,]*)::/u.exec(line)?.slice(1);
    expect(output.map(head)).toEqual(own.map(head));
    expect(output.map(head)).not.toContain(undefined);
    // The runner decodes `%0A`: what is shown has as many lines as with plain text.
    expect(output.map((line) => line.split("%0A").length)).toEqual(
      own.map((line) => line.split("%0A").length),
    );
  });

  test("is in the JSON as it is", () => {
    const read = JSON.parse(render("json", document)) as typeof document;
    expect(read.decisions[0]!.registration.device.name).toBe(document.decisions[0]!.registration.device.name);
    expect(read.decisions[0]!.registration.device.name.endsWith(text)).toBe(true);
  });

  test.each(messageFormatNames)("commands nobody in messages as %s", (format) => {
    const source = { file: `a${text}.yaml`, line: 2, column: 1 };
    const message: Message = {
      code: "allowlist/bad-value",
      text,
      fix: text,
      source,
      line: text,
      related: [{ text, source }],
    };
    const output = renderMessages(format, [message]);
    // The excerpt of a line keeps its tabs, so that the caret stands below the right column.
    expect(output.replaceAll("\t", " ")).not.toMatch(obeyed);
    if (format === "github") expect(output.trimEnd().split("\n")).toHaveLength(1);
    else expect(output).not.toMatch(forgedCommand);
  });
});

test.each(["text", "markdown", "github", "sarif", "junit"] as const)(
  "%s shows evidence only where it is asked for, if at all",
  (format) => {
    const secret = /2001[^ ]*db8|disk encryption|wrong code|last sign/u;
    expect(render(format, plain)).not.toMatch(secret);
    if (format !== "sarif" && format !== "junit")
      expect(render(format, plain, { evidence: true }).replaceAll(/&#\d+;/gu, "-")).toMatch(secret);
  },
);
