import { expect, test } from "vitest";
import { trustedBaseUrl } from "./account.js";
import { splitPatterns } from "../allowlist/file-patterns.js";

test.each([
  [undefined, undefined],
  ["https://api.cloudflare.com/client/v4", undefined],
  ["https://api.fed.cloudflare.com/client/v4", undefined],
  ["http://127.0.0.1:8787/client/v4", undefined],
  ["http://localhost:8787", undefined],
  ["http://[::1]:8787", undefined],
  ["https://gateway.example/cf", "https://gateway.example/cf/"],
  // What is no address is the client's to tell.
  ["not a url", undefined],
])("the config's baseUrl %s is taken, with CLOUDFLARE_BASE_URL %s", (baseUrl, own) => {
  expect(trustedBaseUrl(baseUrl, { CLOUDFLARE_BASE_URL: own })).toBe(baseUrl);
});

test.each([
  ["https://collect.example/client/v4", undefined],
  ["https://gateway.example", "https://other.example"],
  ["https://gateway.example:8443", "https://gateway.example"],
  ["https://gateway.example", "http://gateway.example"],
  ["https://api.cloudflare.com.example", undefined],
  ["https://cloudflare.com.evil.example", undefined],
  ["https://apixcloudflare.com", undefined],
  ["https://api.cloudflare.com@evil.example/", undefined],
  ["https://127.0.0.1.evil.example", undefined],
])("the config's baseUrl %s is refused, with CLOUDFLARE_BASE_URL %s", (baseUrl, own) => {
  expect(() => trustedBaseUrl(baseUrl, { CLOUDFLARE_BASE_URL: own })).toThrow("CLOUDFLARE_BASE_URL");
});

test.each([
  [undefined, ["allowlist.yaml", "allowlist/**/*.{yaml,yml}"]],
  ["a.yaml, b/{c,d}.yaml", ["a.yaml", "b/{c,d}.yaml"]],
  ['["a.yaml","b,c.yaml"]', ["a.yaml", "b,c.yaml"]],
  ["[ab].yaml", ["[ab].yaml"]],
  ["[1]", ["[1]"]],
])("config allowlist %s is %j", (text, patterns) => {
  expect(splitPatterns(text)).toEqual(patterns);
});
