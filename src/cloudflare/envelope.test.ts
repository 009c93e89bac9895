import { expect, test } from "vitest";
import { openEnvelope, type RawAnswer } from "./envelope.js";
import { CloudflareError } from "./errors.js";

const redact = (text: string) => text.replaceAll("s3cret", "[API token]");

function raw(status: number, body: unknown, more: Partial<RawAnswer> = {}): RawAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { method: "GET", path: "/accounts/a/devices/registrations", status, body: text, ...more };
}

function errorOf(answer: RawAnswer): CloudflareError {
  try {
    openEnvelope(answer, redact);
  } catch (error) {
    if (error instanceof CloudflareError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("success gives result and result_info as they came", () => {
  const answer = raw(200, { success: true, errors: [], result: [1], result_info: { count: 1 } }, { date: 5 });
  expect(openEnvelope(answer, redact)).toEqual({
    status: 200,
    result: [1],
    resultInfo: { count: 1 },
    date: 5,
  });
  expect(openEnvelope(raw(204, ""), redact).result).toBeUndefined();
});

test("success: false under 200 is an error with the API's words", () => {
  const error = errorOf(raw(200, { success: false, errors: [{ code: 1001, message: "nope" }], result: [] }));
  expect(error.code).toBe("cloudflare/refused");
  expect(error.errors).toEqual([{ code: 1001, message: "nope" }]);
});

test("success: true under an HTTP error is no success", () => {
  expect(errorOf(raw(400, { success: true, errors: [], result: [] })).code).toBe("cloudflare/refused");
});

test.each([
  ["HTML", "<html>Bad gateway</html>"],
  ["nothing", ""],
  ["JSON that is no envelope", { hello: "world" }],
  ["a list", [1]],
])("%s is not taken for an answer", (_, body) => {
  const error = errorOf(raw(200, body));
  expect(error.code).toBe("cloudflare/not-json");
  expect(error.message).toContain("answered 200");
});

test("the first bytes show, escaped and cut, without the secret", () => {
  const error = errorOf(raw(502, `<{%\u001b[2Js3cret${"x".repeat(5_000)}`));
  expect(error.message).toContain("the body begins: \\u{3c}{%\\u{1b}[2J[API token]xxx");
  expect(error.message.length).toBeLessThan(600);
});

test("hostile words of the API are escaped, cut and few, and the secret is taken out", () => {
  const hostile = {
    code: 1,
    message: `a\n\u202e%}>s3cret${"y".repeat(5_000)}`,
    documentation_url: "javascript:1",
  };
  const error = errorOf(raw(400, { success: false, errors: Array.from({ length: 500 }, () => hostile) }));
  expect(error.errors).toHaveLength(10);
  expect(error.errors[0]?.message).toMatch(/^a\\n\\u\{202e\}\\u\{25\}\}>\[API token\]y{100,300}…$/);
  expect(error.documentationUrl).toBeUndefined();
  expect(error.message).not.toContain("s3cret");
});

test("a chain nested without end is followed a few steps only", () => {
  let chain: object = { code: 1, message: "deep" };
  for (let depth = 0; depth < 1_000; depth += 1) chain = { code: 2, message: "m", error_chain: [chain] };
  expect(errorOf(raw(400, { success: false, errors: [chain] })).message).not.toContain("deep");
});

test("errors of odd shapes do no harm", () => {
  const error = errorOf(raw(400, { success: false, errors: [null, "text", { code: "x" }, 7] }));
  expect(error.errors.map(({ message }) => message)).toEqual([
    "(no message)",
    "text",
    "(no message)",
    "(no message)",
  ]);
});

test("a redirect is told, with where it leads, and not followed", () => {
  const error = errorOf(raw(302, "", { location: "https://evil.example/\u202e" }));
  expect(error.code).toBe("cloudflare/redirected");
  expect(error.message).toContain("it leads to https://evil.example/\\u{202e}");
});

test("429 and a vanished revoke are known by their status, whatever the body", () => {
  expect(errorOf(raw(429, "<html>")).code).toBe("cloudflare/rate-limited");
  const path = "/accounts/a/devices/registrations/revoke";
  expect(errorOf(raw(404, "404 page not found", { method: "POST", path })).code).toBe(
    "cloudflare/endpoint-gone",
  );
});
