/** CHANGELOG.md is in the form of Keep a Changelog, and has a section of the version that package.json names. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(__dirname, "..");
const text = readFileSync(join(ROOT, "CHANGELOG.md"), "utf8");
const { version, files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly version: string;
  readonly files: readonly string[];
};

/** The first is what is not released yet. */
const [unreleased = "", ...released] = [...text.matchAll(/^## (.*)$/gmu)].map(([, heading = ""]) => heading);

test("every section is a version with its day, the newest first, below what is not released yet", () => {
  expect(unreleased).toBe("[Unreleased]");
  const days = released.map((heading) => {
    expect(heading).toMatch(/^\[\d+\.\d+\.\d+(?:-[\w.]+)?\] - \d{4}-\d{2}-\d{2}$/u);
    return heading.slice(-10);
  });
  expect(days).toEqual([...days].sort().reverse());
});

test("the package's version has a section, and the file is part of the package", () => {
  expect(released.map((heading) => /^\[(.*)\]/u.exec(heading)?.[1])).toContain(version);
  expect(files).toContain("CHANGELOG.md");
});

test("changes stand under the kinds that the form knows, and none of these is empty", () => {
  const groups = text.split(/^### /mu).slice(1);
  expect(groups.length).toBeGreaterThan(1);
  for (const group of groups) {
    expect(group).toMatch(/^(?:Added|Changed|Deprecated|Removed|Fixed|Security)\n\n- /u);
  }
});
