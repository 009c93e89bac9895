import {
  Composer,
  type CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  Parser,
  type Scalar,
  type YAMLError,
} from "yaml";
import { shown } from "../text/words.js";
import type { Message } from "./messages.js";
import {
  type ListNode,
  type MapNode,
  type Problem,
  type ScalarNode,
  SourceText,
  type TreeNode,
  type TreePair,
} from "./source.js";
import { mergeConflict, usualMistake } from "./usual-mistakes.js";

/** The most lexemes of one file: about three times what a legitimate file of the largest size has. */
const mostLexemes = 3_000_000;

/** The most levels of collections. A well-formed allowlist has five. */
const deepest = 32;

/** After this many errors the library is stopped: a hostile file can have millions, each an object with a stack. */
const mostErrors = 100;

class TooManyErrors extends Error {}

/**
 * At most this many keys of a mapping are turned into a tree at once. The library's objects for more keys would outlive
 * their use.
 */
const piece = 20;

/** The composed document, if it has no errors, or what is wrong with the file's syntax. */
type Syntax =
  | { readonly ok: true; readonly document: Document.Parsed }
  | { readonly ok: false; readonly messages: readonly Message[] };

/**
 * Parses one file as a single YAML 1.2 document. Refuses tags, anchors, aliases and directives while they are still
 * lexemes. Reports only the first error: what follows an error is mostly its echo.
 */
export function parseSyntax(source: SourceText): Syntax {
  const conflict = mergeConflict(source.text);
  return conflict === undefined ? parse(source, explained) : failed(source, conflict);
}

/** Explains an error: a usual mistake in plain words, any other in the library's words. */
type Explain = (source: SourceText, error: YAMLError, lastQuote: number) => Problem;

function explained(source: SourceText, error: YAMLError, lastQuote: number): Problem {
  const firstWrong = (text: string) => {
    const tried = parse(new SourceText(source.file, text), (_source, one, quote) =>
      syntaxProblem(one, quote),
    );
    return tried.ok ? Infinity : Math.min(...tried.messages.map((one) => (one.source?.line ?? 1) - 1));
  };
  return usualMistake(source.text, error.pos[0], firstWrong) ?? syntaxProblem(error, lastQuote);
}

function parse(source: SourceText, explain: Explain): Syntax {
  const lexical: Message[] = [];
  const parser = new Parser();
  const composer = boundedComposer();
  const documents: Document.Parsed[] = [];
  let offset = 0;
  let count = 0;
  let strays = 0;
  let lastQuote = 0;
  let beforeScalar = false;
  try {
    for (const lexeme of new Lexer().lex(source.text)) {
      if (++count > mostLexemes) return failed(source, tooLarge(offset));
      for (const token of parser.next(lexeme)) {
        // Errors between documents do not pass the composer's own report.
        if (token.type === "error" && ++strays > mostErrors) throw new TooManyErrors();
        for (const doc of composer.next(token)) documents.push(doc);
      }
      if (parser.stack.length > 2 * deepest) return failed(source, tooDeep(offset));
      // The first document comes out when a second one begins, which is one too many.
      if (documents.length > 0) break;
      if (!beforeScalar && lexical.length < mostErrors) refuseLexeme(source, lexeme, offset, lexical);
      if (/^["']/u.test(lexeme)) lastQuote = offset;
      beforeScalar = lexeme === scalarFollows;
      if (!beforeScalar && lexeme !== "\u0002" && lexeme !== "\u0018") offset += lexeme.length;
    }
    if (documents.length === 0)
      for (const token of parser.end()) for (const doc of composer.next(token)) documents.push(doc);
    for (const doc of composer.end(true, source.text.length)) documents.push(doc);
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error;
    return failed(source, { code: "allowlist/syntax", offset, text: "this is not YAML: too many errors" });
  }
  const [document, second] = documents;
  if (document === undefined)
    return failed(source, { code: "allowlist/syntax", offset: 0, text: "no document" });
  const first = [...document.errors, ...(lexical.length > 0 ? [] : document.warnings)]
    // An unknown tag is an error of the library as well, and was reported with its place above.
    .filter((error) => lexical.length === 0 || error.code !== "TAG_RESOLVE_FAILED")
    .sort((a, b) => a.pos[0] - b.pos[0])[0];
  const messages =
    first === undefined
      ? lexical
      : [...lexical, ...failed(source, explain(source, first, lastQuote)).messages];
  if (second !== undefined) messages.push(source.message(manyDocuments(second.range[0])));
  return messages.length > 0 ? { ok: false, messages } : { ok: true, document };
}

/** A composer that stops after more errors than `most`. The library has no option for that. */
function boundedComposer(most = mostErrors): Composer<Document.Parsed["contents"] & object> {
  const composer = new Composer<Document.Parsed["contents"] & object>({
    version: "1.2",
    schema: "core",
    merge: false,
    strict: true,
    resolveKnownTags: false,
    // The library compares each key with every other key; `toTree` finds duplicates in linear time.
    uniqueKeys: false,
    prettyErrors: false,
  });
  const keepError = Reflect.get(composer, "onError") as (...all: unknown[]) => void;
  let errors = 0;
  Reflect.set(composer, "onError", (...all: unknown[]) => {
    if (++errors > most) throw new TooManyErrors();
    keepError(...all);
  });
  return composer;
}

/** The lexeme before a scalar. The scalar may begin with any character. */
const scalarFollows = "\u001f";

/** Tags, anchors, aliases and directives: {@link refuseLexeme} reports them. */
function isRefused(lexeme: string): boolean {
  return lexeme !== "" && "!&*%".includes(lexeme.charAt(0));
}

function refuseLexeme(source: SourceText, lexeme: string, offset: number, messages: Message[]): void {
  if (lexeme.startsWith("!"))
    messages.push(
      source.message({
        code: "allowlist/tag",
        offset,
        text: "YAML tags are not allowed here",
        fix: "remove the tag; put text in quotes",
      }),
    );
  if (/^[&*]./u.test(lexeme))
    messages.push(
      source.message({
        code: "allowlist/alias",
        offset,
        text: `YAML ${lexeme.startsWith("&") ? "anchors" : "aliases"} are not allowed here: ${shown(lexeme)}`,
        fix: "write the value out, or set it once for a group; put text in quotes",
      }),
    );
  if (lexeme.startsWith("%"))
    messages.push(
      source.message({
        code: "allowlist/directive",
        offset,
        text: "YAML directives are not allowed here: the file is YAML 1.2",
        fix: "remove the line",
      }),
    );
}

function failed(source: SourceText, problem: Parameters<SourceText["message"]>[0]) {
  return { ok: false, messages: [source.message(problem)] } as const;
}

function tooLarge(offset: number) {
  const text = `the file has more than ${mostLexemes} parts`;
  return { code: "allowlist/too-large", offset, text, fix: "split the users into several files" } as const;
}

function tooDeep(offset: number) {
  const text = "lists and mappings are nested too deeply here";
  return {
    code: "allowlist/too-deep",
    offset,
    text,
    fix: "remove levels of nesting: an allowlist needs no more than five",
  } as const;
}

function manyDocuments(offset: number) {
  const text = "a second YAML document begins here; one file holds one document";
  return { code: "allowlist/syntax", offset, text, fix: "remove the `---`, or use two files" } as const;
}

function unclosed(offset: number) {
  const text = "the quote that opens here is never closed";
  return { code: "allowlist/syntax", offset, text, fix: "close it at the end of the text" } as const;
}

function syntaxProblem(error: YAMLError, lastQuote: number) {
  if (error.code === "MULTIPLE_DOCS") return manyDocuments(error.pos[0]);
  // The library reports it at the end of the file.
  if (error.message.startsWith("Missing closing")) return unclosed(lastQuote);
  const fix =
    error.code === "TAB_AS_INDENT"
      ? "indent with spaces"
      : error.code === "BAD_SCALAR_START" || error.code === "BLOCK_AS_IMPLICIT_KEY"
        ? "put the text in quotes, or correct the indentation"
        : "correct the syntax here; what follows was not checked";
  // Only the first line of the library's message: the other lines repeat the file's.
  const text = `this is not well-formed YAML: ${(error.message.split("\n", 1)[0] ?? "").slice(0, 200)}`;
  return { code: "allowlist/syntax", offset: error.pos[0], text, fix } as const;
}

/** One file as a tree. Undefined if it has errors, all of which are reported, or is empty. */
export function parseTree(source: SourceText, report: (message: Message) => void): TreeNode | undefined {
  const tree = inPieces(source);
  if (tree !== undefined) return tree;
  const syntax = parseSyntax(source);
  if (syntax.ok) return toTree(source, syntax.document, report);
  for (const message of syntax.messages) report(message);
  return undefined;
}

/**
 * The tree of a file without any errors. Undefined for any other file; then {@link parseSyntax} finds the error. The
 * library keeps a dozen objects for each word of a file until the file ends. Here, users become a tree as soon as they
 * are read, so that a file of ten megabytes takes a third of the memory.
 */
function inPieces(source: SourceText): TreeNode | undefined {
  if (mergeConflict(source.text) !== undefined) return undefined;
  const wrong: Message[] = [];
  const converter = new Converter(source, (message) => void wrong.push(message));
  try {
    const document = composePieces(source.text, converter);
    if (document?.contents == null || isWrong(document)) return undefined;
    const tree = converter.convert(document.contents, 0);
    return wrong.length === 0 ? tree : undefined;
  } catch (error) {
    if (error instanceof TooManyErrors) return undefined;
    throw error;
  }
}

/** The rest of the only document. Stops at its first error: the composer throws, or the result is undefined. */
function composePieces(text: string, converter: Converter): Document.Parsed | undefined {
  const parser = new Parser();
  const composer = boundedComposer(0);
  let count = 0;
  let beforeScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (++count > mostLexemes || (!beforeScalar && isRefused(lexeme))) return undefined;
    for (const token of parser.next(lexeme)) if (!isPassed(composer, token)) return undefined;
    beforeScalar = lexeme === scalarFollows;
    if (parser.stack.length > 2 * deepest) return undefined;
    // The stack: the document, its keys, and the items below one key. The last two items are not complete yet.
    const below = parser.stack[2];
    if (below?.type !== "block-map" || below.items.length < piece + 2) continue;
    const { offset } = below;
    const value = { ...below, items: below.items.splice(0, piece) };
    const own: CST.Document = { type: "document", offset, start: [], value };
    const [read] = [...boundedComposer(0).compose([own])];
    if (!isMap<Node, Node | null>(read?.contents) || isWrong(read)) return undefined;
    // Otherwise the library would measure the next key from where the mapping began.
    const [next] = below.items;
    below.offset = next?.start[0]?.offset ?? next?.key?.offset ?? next?.sep?.[0]?.offset ?? offset;
    converter.take(read.contents.items, offset, below.offset);
  }
  for (const token of parser.end()) if (!isPassed(composer, token)) return undefined;
  const [document, second] = [...composer.end()];
  return second === undefined ? document : undefined;
}

/** Passes a token on. False if it is an error, or ends the first of several documents. */
function isPassed(composer: Composer<Document.Parsed["contents"] & object>, token: CST.Token): boolean {
  return token.type !== "error" && [...composer.next(token)].length === 0;
}

function isWrong({ errors, warnings }: Document.Parsed): boolean {
  return errors.length + warnings.length > 0;
}

/**
 * Turns a document into a tree. Reports what a tree cannot hold: duplicate keys, keys that are not text, merge keys.
 * Undefined if the file is empty.
 */
export function toTree(
  source: SourceText,
  document: Document.Parsed,
  report: (message: Message) => void,
): TreeNode | undefined {
  const contents = document.contents as Node | null;
  if (contents === null || (isScalar(contents) && contents.value === null && contents.source === "")) {
    report({
      code: "allowlist/empty-file",
      text: "the file is empty",
      fix: "begin it with `version: 1` (the root file) or with `users:` (a file of users), or remove it",
      source: source.position(0),
    });
    return undefined;
  }
  return new Converter(source, report).convert(contents, 0);
}

class Converter {
  /** What was already taken from mappings, by where the rest of each begins. */
  readonly #taken = new Map<number, { readonly start: number; readonly pairs: Map<string, TreePair> }>();

  constructor(
    readonly source: SourceText,
    readonly addMessage: (message: Message) => void,
  ) {}

  /** Converts the next keys of a mapping, from `at` on. The rest of the mapping begins at `rest`. */
  take(items: readonly Pair<Node, Node | null>[], at: number, rest: number): void {
    this.#taken.set(rest, this.#map(items, at));
  }

  convert(node: Node, at: number): TreeNode {
    const start = node.range?.[0] ?? at;
    if (isMap<Node, Node | null>(node)) return this.#map(node.items, start);
    return isSeq<Node>(node) ? this.#list(node.items, start) : this.#scalar(node as Scalar, start);
  }

  #scalar(node: Scalar, start: number): ScalarNode {
    const value = node.value as ScalarNode["value"];
    return { kind: "scalar", start, value, raw: node.source ?? "", plain: node.type === "PLAIN" };
  }

  #list(nodes: readonly Node[], start: number): ListNode {
    return { kind: "list", start, items: nodes.map((item) => this.convert(item, start)) };
  }

  #map(items: readonly Pair<Node, Node | null>[], at: number) {
    const { start, pairs } = this.#taken.get(at) ?? { start: at, pairs: new Map<string, TreePair>() };
    for (const pair of items) {
      const keyStart = pair.key.range?.[0] ?? start;
      const key = this.#key(pair.key, keyStart);
      const value = pair.value === null ? nothing(keyStart) : this.convert(pair.value, keyStart);
      if (key === undefined) continue;
      const first = pairs.get(key);
      if (first === undefined) pairs.set(key, { key, keyStart, value });
      else this.#duplicate(key, first.keyStart, keyStart);
    }
    return { kind: "map", start, pairs } satisfies MapNode;
  }

  #key(node: Node, offset: number): string | undefined {
    if (isScalar(node) && typeof node.value === "string") {
      if (node.value !== "<<" || node.type !== "PLAIN") return node.value;
      const text = "the merge key `<<` is not part of YAML 1.2, which reads it as a plain key";
      this.#problem({ code: "allowlist/merge-key", offset, text, fix: "write the keys out" });
      return undefined;
    }
    const raw = isScalar(node) ? (node.source ?? "") : "";
    const text = raw === "" ? "this key is not text" : `YAML does not read the key ${shown(raw)} as text`;
    const fix = raw === "" ? "write the key out as text" : `quote it: ${JSON.stringify(raw.slice(0, 60))}`;
    this.#problem({ code: "allowlist/bad-key", offset, text, fix });
    return undefined;
  }

  #duplicate(key: string, first: number, offset: number): void {
    const related = [{ text: "the first one", source: this.source.position(first) }];
    const text = `the key ${shown(key)} appears a second time`;
    this.#problem({ code: "allowlist/duplicate-key", offset, text, fix: "remove one of the two", related });
  }

  #problem(problem: Problem): void {
    this.addMessage(this.source.message(problem));
  }
}

/** The missing value of a key, at the place of the key: it has no place of its own. */
function nothing(start: number): ScalarNode {
  return { kind: "scalar", start, value: null, raw: "", plain: true };
}
