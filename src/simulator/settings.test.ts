import { expect, test } from "vitest";
import { DEFAULT_SETTINGS, describeSettings, readSetting, readSettings } from "./settings.js";

test("the defaults are settings that would be accepted", () => {
  expect(readSettings(DEFAULT_SETTINGS)).toEqual(DEFAULT_SETTINGS);
});

test("a setting of a command line is a number where numbers are expected, else a word", () => {
  expect(readSetting("bulk_maximum=100")).toEqual({ bulk_maximum: 100 });
  expect(readSetting("revoke_endpoints=410")).toEqual({ revoke_endpoints: "410" });
});

test.each([
  ["per_page", 'no setting "per_page"; the settings are last_page'],
  ["=1", "expected name=value"],
  ["last_page=none", 'last_page: expected no-cursor|empty-cursor|empty-page, got "none"'],
  ["rate_limit=-1", "rate_limit: expected a whole number, at least 0"],
  ["per_page_default=0", "per_page_default: expected a whole number, at least 1, got 0"],
  ["toString=1", 'no setting "toString"'],
])("%s is refused by name", (text, message) => {
  expect(() => readSetting(text === "per_page" ? "per_page=1" : text)).toThrow(message);
});

test("every setting is described with its default", () => {
  expect(describeSettings()).toHaveLength(Object.keys(DEFAULT_SETTINGS).length);
  expect(describeSettings()).toContain("rate_limit=a whole number, at least 0 (default 1200)");
});
