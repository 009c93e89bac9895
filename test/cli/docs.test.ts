import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeProgram } from "../../src/cli/command-line.js";
import { EXIT } from "../../src/cli/command.js";
import { findingKinds } from "../../src/reconcile/findings/kinds.js";

const page = (name: string): string => readFileSync(join(__dirname, "..", "..", "docs", name), "utf8");
const silent = { write: () => true };
const program = makeProgram({
  surroundings: { env: {}, folder: "/", stdout: silent, stderr: silent, now: () => new Date() },
  exitWith: () => undefined,
});

/** The part of the page under a heading. */
function section(text: string, heading: string): string {
  return text.split(/^## /mu).find((part) => part.startsWith(`${heading}\n`)) ?? "";
}

const commands = program.commands.map((one) => one.name());

test("docs/cli.md has a row and a section for every command", () => {
  const text = page("cli.md");
  const rows = [...text.matchAll(/^\| \[`([a-z]+)`\]\(#\1\)/gmu)].map(([, name]) => name);
  expect(rows.sort()).toEqual([...commands].sort());
  expect(commands.filter((name) => section(text, `\`${name}\``) === "")).toEqual([]);
});

test.each(commands)("docs/cli.md tells every option of %s, and no other", (name) => {
  const text = page("cli.md");
  const own = section(text, `\`${name}\``) + (name === "drift" ? section(text, "`plan`") : "");
  const given =
    program.commands.find((one) => one.name() === name)?.options.map(({ long }) => long ?? "") ?? [];
  const told = [...own.matchAll(/^\| ((?:`--[^|]+`,? ?)+)/gmu)].flatMap(([, cell = ""]) =>
    cell.match(/--[a-z-]+/gu),
  );
  expect([...new Set(told)].sort()).toEqual([...given].sort());
});

test("docs/exit-codes.md has every code", () => {
  const told = [...page("exit-codes.md").matchAll(/^\| (\d+) /gmu)].map(([, code]) => Number(code));
  expect(told).toEqual(Object.values(EXIT));
});

test("docs/cli.md has every finding about a change", () => {
  const codes = Object.keys(findingKinds).filter((code) => code.startsWith("change-"));
  const told = [...page("cli.md").matchAll(/^\| `(change-[a-z-]+)`/gmu)].map(([, code]) => code);
  expect(told).toEqual(expect.arrayContaining(codes));
  expect(told).toHaveLength(codes.length);
});
