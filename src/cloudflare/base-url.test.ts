import { expect, test } from "vitest";
import { DEFAULT_BASE_URL, resolveBaseUrl } from "./transport.js";

test("the option comes before the environment, the environment before Cloudflare's own", () => {
  const env = { CLOUDFLARE_BASE_URL: "https://env.example/v4" };
  expect(resolveBaseUrl("https://option.example/v4", env)).toBe("https://option.example/v4");
  expect(resolveBaseUrl(undefined, env)).toBe("https://env.example/v4");
  expect(resolveBaseUrl(undefined, {})).toBe(DEFAULT_BASE_URL);
  expect(resolveBaseUrl(undefined, { CLOUDFLARE_BASE_URL: " " })).toBe(DEFAULT_BASE_URL);
});

test("a path is kept, a slash at its end is not", () => {
  expect(resolveBaseUrl("https://proxy.example/a/b//", {})).toBe("https://proxy.example/a/b");
});

test.each(["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1", "http://127.1.2.3"])(
  "%s may be unencrypted",
  (url) => expect(resolveBaseUrl(url, {})).toBe(url),
);

test.each([
  ["http://api.example/v4", "unencrypted"],
  ["http://127.0.0.1.example", "unencrypted"],
  ["https://user:s3cret@api.example", "credentials"],
  ["https://api.example/?a=b", "query or a fragment"],
  ["https://api.example/#", "query or a fragment"],
  ["ftp://api.example", "not an http or https"],
  ["api.example", "not an http or https"],
])("%s is refused", (url, why) => {
  expect(() => resolveBaseUrl(url, {})).toThrow(why);
  expect(() => resolveBaseUrl(url, {})).not.toThrow("s3cret");
});
