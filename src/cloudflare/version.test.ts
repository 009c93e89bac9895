import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VERSION } from "./transport.js";

test("VERSION is the version of package.json", () => {
  const manifest = JSON.parse(readFileSync(`${__dirname}/../../package.json`, "utf8")) as { version: string };
  expect(VERSION).toBe(manifest.version);
});
