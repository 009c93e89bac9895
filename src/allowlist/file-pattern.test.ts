import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { workOf } from "../../test/support/work.js";
import { parseFilePattern } from "./file-patterns.js";

function matches(pattern: string, name: string): boolean {
  const parsed = parseFilePattern(pattern);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.patterns.some((one) => one.matches(name));
}

describe("a pattern for files", () => {
  it.each([
    ["allowlist.yaml", "allowlist.yaml"],
    ["allowlist/**/*.{yaml,yml}", "allowlist/a.yml"],
    ["allowlist/**/*.{yaml,yml}", "allowlist/x/y/a.yaml"],
    ["**/*.yaml", "a.yaml"],
    ["a/**", "a/b/c"],
    ["a/**/**/b", "a/b"],
    ["./a//b.yaml", "a/b.yaml"],
    ["*a*b*.yaml", "xaybz.yaml"],
    ["a?c.yaml", "abc.yaml"],
    ["[a-c]1.yaml", "b1.yaml"],
    ["[!a-c]1.yaml", "d1.yaml"],
    ["[]", "[]"],
    ["a{b,c{d,e}}f", "acef"],
    ["a{b,}f", "af"],
    ["{a{b,c}}", "{ab}"],
    ["{x}.yaml", "{x}.yaml"],
    ["allowlist (1).yaml", "allowlist (1).yaml"],
    ["a+b@c!d.yaml", "a+b@c!d.yaml"],
    ["\\*.yaml", "*.yaml"],
    [".hidden/*.yaml", ".hidden/a.yaml"],
    ["é*.yaml", "éa.yaml"],
  ])("%s matches %s", (pattern, name) => {
    expect(matches(pattern, name)).toBe(true);
  });

  it.each([
    ["*.yaml", "a/b.yaml"],
    ["*.yaml", "a.YAML"],
    ["*.yaml", ".a.yaml"],
    ["**/*.yaml", ".git/a.yaml"],
    ["?.yaml", ".yaml"],
    ["a/**/b", "a/c"],
    ["[!a-c]1.yaml", "a1.yaml"],
    ["\\*.yaml", "a.yaml"],
    ["a/", "a"],
  ])("%s does not match %s", (pattern, name) => {
    expect(matches(pattern, name)).toBe(false);
  });

  it.each([
    ["+(+(a|b)*)*", "extended globs such as `+(…)`"],
    ["!(a).yaml", "extended globs such as `!(…)`"],
    ["x/@(a|b).yaml", "extended globs"],
    ["{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "its braces make more than 64 patterns"],
    [`${"{a,".repeat(100)}b${"}".repeat(100)}`, "its braces make more than 64 patterns"],
    ["**/a/**/a/**/a/**/a/**/b", "it has more than 4 `**`"],
  ])("%s is refused", (pattern, why) => {
    const parsed = parseFilePattern(pattern);
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? "" : parsed.why).toContain(why);
  });

  it.each([
    ["allowlist.yaml", "docs", false],
    ["*.yaml", "docs", false],
    ["allowlist/**/*.{yaml,yml}", "docs", false],
    ["allowlist/**/*.{yaml,yml}", "allowlist", true],
    ["allowlist/**/*.{yaml,yml}", "allowlist/team", true],
    ["allowlist/*.yaml", "allowlist/team", false],
    ["*/a.yaml", "docs", true],
    ["**/a.yaml", "docs/x", true],
  ])("%s leads into the folder %s: %s", (pattern, folder, reaches) => {
    const parsed = parseFilePattern(pattern);
    expect(parsed.ok && parsed.patterns.some((one) => one.reaches(folder))).toBe(reaches);
  });

  it("is searched for by one star in a name at most", () => {
    const searchOf = (pattern: string) => {
      const parsed = parseFilePattern(pattern);
      return parsed.ok ? parsed.patterns.map(({ search, folder }) => [search, folder]) : [];
    };
    expect(searchOf("*a*a*a*b.yaml")).toEqual([["*b.yaml", ""]]);
    expect(searchOf("x/a[bc]?d/*.yaml")).toEqual([["x/a*d/*.yaml", "x"]]);
    expect(searchOf("x (1)/y.{yaml,yml}")).toEqual([
      ["x \\(1\\)/y.yaml", "x (1)"],
      ["x \\(1\\)/y.yml", "x (1)"],
    ]);
  });

  it("matches as the regular expression would that is made of it", () => {
    const piece = fc.constantFrom("a", "b", "*", "?", "ab");
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 10 }),
        (pieces, letters) => {
          const pattern = `x${pieces.join("")}`;
          const source = pattern.replace(/\*/gu, ".*").replace(/\?/gu, ".");
          const name = `x${letters.join("")}`;
          expect(matches(pattern, name)).toBe(new RegExp(`^${source}$`, "u").test(name));
        },
      ),
      { numRuns: 300 },
    );
  });
});

it("of many stars is compared with at most each of its characters at each of the name's", async () => {
  const [pattern, name] = ["*a*a*a*a*b.yaml", `${"a".repeat(60)}.yaml`];
  const { result, calls } = await workOf(() => matches(pattern, name));
  expect(result).toBe(false);
  // Whoever goes back to the earlier stars as well takes half a million.
  expect(calls("/src/allowlist/file-pattern", "matchesOne")).toBeLessThanOrEqual(
    pattern.length * name.length,
  );
});
