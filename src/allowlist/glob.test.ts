import { describe, expect, it } from "vitest";
import { matchesPattern } from "./file-patterns.js";

describe("matchesPattern", () => {
  it.each([
    ["allowlist/a.yaml", "allowlist/a.yaml"],
    ["allowlist/*", "allowlist/team/a.yaml"],
    ["allowlist/**/*.yaml", "allowlist/team/x/a.yaml"],
    ["*", ""],
    ["*a*b", "xaxab"],
    ["team-?.yaml", "team-😀.yaml"],
    ["a.b", "a.b"],
  ])("%s matches %j", (pattern, text) => expect(matchesPattern(pattern, text)).toBe(true));

  it.each([
    ["allowlist/a.yaml", "allowlist/a.yaml2"],
    ["allowlist/a.yaml", "Allowlist/a.yaml"],
    ["?", ""],
    ["?", "ab"],
    ["*a", "ab"],
    ["a.b", "axb"],
    ["[ab]", "a"],
    ["", "a"],
  ])("%s does not match %j", (pattern, text) => expect(matchesPattern(pattern, text)).toBe(false));

  it("takes no longer than the two are long, multiplied", () => {
    expect(matchesPattern(`${"*a".repeat(2000)}b`, "a".repeat(20_000))).toBe(false);
  });
});
