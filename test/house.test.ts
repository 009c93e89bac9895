/** The shape of the source: printed, and kept within bounds, so that subjects do not fall apart into slivers again. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { preProcessFile } from "typescript";
import { expect, test } from "vitest";

const ROOT = join(__dirname, "..");

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly string[];
}

const files = ["src", "providers"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => read(`${folder}/${name.replaceAll("\\", "/")}`)),
);

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), "utf8");
  const imports = preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) => normalize(join(dirname(path), name.replace(/\.js$/u, ".ts"))).replaceAll("\\", "/"));
  return { path, text, lines: text.split("\n").length - 1, imports: [...new Set(imports)] };
}

/** How many files import each. */
function importers(): ReadonlyMap<string, number> {
  const counts = new Map(files.map(({ path }) => [path, 0]));
  for (const { imports } of files) for (const path of imports) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}

/** Files that come back to themselves by their imports, those of types too: the first circle found, in its order. */
function circle(): readonly string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): readonly string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of importsOf.get(path) ?? []) {
      const found = visit(next, [...way, path]);
      if (found.length > 0) return found;
    }
    done.add(path);
    return [];
  };
  return files.map(({ path }) => visit(path, [])).find((found) => found.length > 0) ?? [];
}

/** Folders with how many files each has, the fullest first. `src` itself holds only what starts. */
function folders(): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { path } of files) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return [...counts].filter(([folder]) => folder !== "src").sort((a, b) => b[1] - a[1]);
}

test("every import leads to a file that is looked at here", () => {
  const known = new Set(files.map(({ path }) => path));
  expect(files.flatMap(({ imports }) => imports.filter((path) => !known.has(path)))).toEqual([]);
  expect(files.length).toBeGreaterThan(100);
});

test("files are subjects: not slivers, not lumps, and in no circle", () => {
  const lines = files.map((file) => file.lines).sort((a, b) => a - b);
  const median = lines[lines.length >> 1] ?? 0;
  const small = files.filter((file) => file.lines < 60).map(({ path }) => path);
  const once = [...importers()].filter(([, count]) => count === 1).map(([path]) => path);
  const filled = folders();
  console.log(
    `source files ${files.length}, ${lines.reduce((sum, one) => sum + one, 0)} lines, median ` +
      `${median}, largest ${lines.at(-1)}; under 60 lines ${small.length}, with one importer ` +
      `${once.length}; arrows ${files.reduce((sum, { imports }) => sum + imports.length, 0)}; ` +
      `folders of ${filled.at(-1)?.[1]} to ${filled[0]?.[1]} files`,
  );
  expect(circle()).toEqual([]);
  // How many files there are follows from what the product does: a new format is a new file. Slivers lower the median.
  expect(median).toBeGreaterThanOrEqual(190);
  expect(small.length, small.join(" ")).toBeLessThanOrEqual(20);
  expect(once.length / files.length, once.join(" ")).toBeLessThanOrEqual(0.29);
  for (const [folder, count] of filled) {
    expect(count, folder).toBeLessThanOrEqual(20);
    expect(count, folder).toBeGreaterThanOrEqual(5);
  }
});

test("every finder is asked by another file: one that nobody calls finds nothing, and no other test would see it", () => {
  const words = new Map(files.map(({ path, text }) => [path, new Set(text.match(/\w+/gu))]));
  const finders = files
    .filter(({ path }) => path.startsWith("src/reconcile/findings/"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^export function (find\w+)/gmu)].map(([, name = ""]) => ({ path, name })),
    );
  const unused = finders.filter(
    ({ path, name }) => ![...words].some(([other, named]) => other !== path && named.has(name)),
  );
  expect(finders.length).toBeGreaterThan(10);
  expect(unused).toEqual([]);
});

test("the executable starts without Pulumi's SDK, which takes longer to load than most commands take", () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const loaded = new Set(["src/cli/main.ts"]);
  for (const path of loaded) for (const next of byPath.get(path)?.imports ?? []) loaded.add(next);
  const withSdk = [...loaded].filter((path) =>
    /^(?:import|export) (?!type\b)[^;]*"@pulumi\/pulumi/mu.test(byPath.get(path)?.text ?? ""),
  );
  expect(loaded.size).toBeGreaterThan(100);
  expect(withSdk).toEqual([]);
});
