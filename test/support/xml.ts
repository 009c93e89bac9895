/** A strict reader of the XML that reports are made of: no DTD, no CDATA, no comments, no namespaces. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

const token = /<(\/?)([a-z][a-z-]*)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
/** XML 1.0, production 2. */
const allowed = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** The root element. Throws for what is not well-formed. */
export function readXml(xml: string): Element {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!xml.startsWith(declaration)) throw new Error("no XML declaration");
  if (!allowed.test(xml)) throw new Error("a character that XML does not allow");
  const body = xml.slice(declaration.length);
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const stack = [root];
  token.lastIndex = 0;
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const found = token.exec(body);
    if (!found) throw new Error(`not well-formed: ${JSON.stringify(body.slice(at, at + 60))}`);
    const [, slash, name = "", attributes = "", empty, text] = found;
    const parent = stack.at(-1) ?? root;
    if (text !== undefined) parent.text += decode(text);
    else if (slash === "/") {
      if (stack.pop()?.name !== name || stack.length === 0) throw new Error(`</${name}> closes nothing`);
    } else {
      const element: Open = { name, attributes: readAttributes(attributes), children: [], text: "" };
      parent.children.push(element);
      if (empty !== "/") stack.push(element);
    }
  }
  const [only, ...others] = root.children;
  if (!only || others.length > 0 || stack.length > 1 || root.text.trim() !== "")
    throw new Error("not one root");
  return only;
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/ ([a-z]+)="([^"<]*)"/g)].map(([, key = "", value = ""]) => [
    key,
    decode(value),
  ]);
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error("an attribute twice");
  return Object.fromEntries(pairs) as Record<string, string>;
}

function decode(text: string): string {
  if (/&(?!#\d+;|#x[0-9a-f]+;|(?:amp|lt|gt|quot|apos);)/u.test(text)) throw new Error(`a loose & in ${text}`);
  return text
    .replaceAll(/&#(\d+);/g, (_all, digits: string) => String.fromCodePoint(Number(digits)))
    .replaceAll(/&#x([0-9a-f]+);/g, (_all, digits: string) => String.fromCodePoint(parseInt(digits, 16)));
}
