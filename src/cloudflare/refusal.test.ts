import { describe, expect, test } from "vitest";
import { type ApiError, codeOf, type Method, refusalError } from "./errors.js";

const LIST = "/accounts/a/devices/registrations";
const DEVICES = "/accounts/a/devices/physical-devices";
const USERS = "/accounts/a/access/users";

function refused(
  status: number,
  errors: readonly ApiError[] = [],
  path: string = LIST,
  method: Method = "GET",
) {
  return { method, path, status, errors };
}

const error = (code: number, message = "no", ...error_chain: ApiError[]): ApiError => ({
  code,
  message,
  ...(error_chain.length > 0 && { error_chain }),
});

describe("the code of a refusal", () => {
  test.each([
    ["malformed token", refused(400, [error(6003, "no", error(6111))]), "cloudflare/bad-token"],
    ["only the chain tells", refused(400, [error(1, "no", error(6103))]), "cloudflare/bad-token"],
    ["401", refused(401), "cloudflare/bad-token"],
    ["invalid token", refused(403, [error(9109, "Invalid access token")]), "cloudflare/bad-token"],
    [
      "the token's IP filter",
      refused(403, [error(9109, "Cannot use the access token from location: 203.0.113.7")]),
      "cloudflare/bad-token",
    ],
    ["forbidden", refused(403, [error(10000, "Forbidden")]), "cloudflare/missing-permission"],
    ["unauthorized", refused(403, [error(9109, "Unauthorized")]), "cloudflare/missing-permission"],
    ["forbidden under 200", refused(200, [error(10000)]), "cloudflare/missing-permission"],
    ["account", refused(404, [error(7003), error(7000)]), "cloudflare/unknown-account"],
    ["record", refused(404, [error(7003)], `${LIST}/x`), "cloudflare/not-found"],
    ["Access user", refused(404, [error(12135)], `${USERS}/u`), "cloudflare/not-found"],
    ["below a user", refused(404, [error(7003)], `${USERS}/u/failed_logins`), "cloudflare/not-found"],
    ["users of no account", refused(404, [error(7003)], USERS), "cloudflare/unknown-account"],
    ["bulk delete, an id", refused(404, [error(7003)], LIST, "DELETE"), "cloudflare/not-found"],
    [
      "bulk delete, no account",
      refused(404, [error(7003), error(7000)], LIST, "DELETE"),
      "cloudflare/unknown-account",
    ],
    ["other 404", refused(404, [error(1003)]), "cloudflare/not-found"],
    ["429", refused(429, [error(971)]), "cloudflare/rate-limited"],
    ["500", refused(500), "cloudflare/unavailable"],
    ["408", refused(408), "cloudflare/unavailable"],
    ["other 400", refused(400, [error(12130)]), "cloudflare/refused"],
    ["success: false", refused(200), "cloudflare/refused"],
  ])("%s", (_, refusal, code) => {
    expect(codeOf(refusal)).toBe(code);
  });

  test.each([
    ["405", refused(405, [], `${LIST}/revoke`, "POST"), "cloudflare/endpoint-gone"],
    ["410", refused(410, [error(1)], `${LIST}/unrevoke`, "POST"), "cloudflare/endpoint-gone"],
    ["404 without a word", refused(404, [], `${LIST}/revoke`, "POST"), "cloudflare/endpoint-gone"],
    [
      "404, no route",
      refused(404, [error(7003), error(7000)], `${LIST}/revoke`, "POST"),
      "cloudflare/endpoint-gone",
    ],
    [
      "404, no route in words",
      refused(404, [error(1, "No route for that URI")], `${LIST}/revoke`, "POST"),
      "cloudflare/endpoint-gone",
    ],
    [
      "404, perhaps an id",
      refused(404, [error(7003, "Could not route to x")], `${LIST}/revoke`, "POST"),
      "cloudflare/not-found",
    ],
    ["405 of a device", refused(405, [], `${DEVICES}/d/revoke`, "POST"), "cloudflare/endpoint-gone"],
    [
      "404 of a device, no route",
      refused(404, [error(7003), error(7000)], `${DEVICES}/d/revoke`, "POST"),
      "cloudflare/endpoint-gone",
    ],
    [
      "404 of a device, its id",
      refused(404, [error(7003)], `${DEVICES}/d/revoke`, "POST"),
      "cloudflare/not-found",
    ],
    [
      "404 of a device without a word",
      refused(404, [], `${DEVICES}/d/revoke`, "POST"),
      "cloudflare/not-found",
    ],
    ["404, an id", refused(404, [error(1003)], `${LIST}/revoke`, "POST"), "cloudflare/not-found"],
    ["405 elsewhere", refused(405, [], LIST, "DELETE"), "cloudflare/refused"],
  ])("deprecated endpoint: %s", (_, refusal, code) => {
    expect(codeOf(refusal)).toBe(code);
  });
});

describe("the message", () => {
  test("says what, where, the API's words with their chain and page, and what to do, line by line", () => {
    const page = "https://developers.cloudflare.com/x";
    const words = {
      ...error(6003, "Invalid request headers", error(6111, "Invalid format")),
      documentation_url: page,
    };
    const made = refusalError(refused(400, [words]));
    expect(made.message.split("\n")).toEqual([
      "Cloudflare does not accept the credentials.",
      `  GET ${LIST} answered 400`,
      "  6003: Invalid request headers",
      "    6111: Invalid format",
      `  see ${page}`,
      expect.stringContaining("Check CLOUDFLARE_API_TOKEN"),
    ]);
    expect(made).toMatchObject({ status: 400, method: "GET", path: LIST, documentationUrl: page });
    expect(made.summary).not.toContain("\n");
    expect(made.summary).toContain("6111: Invalid format");
  });

  test("names the permission by the method", () => {
    expect(refusalError(refused(403)).advice).toContain('"Zero Trust Read"');
    expect(refusalError(refused(403, [], LIST, "DELETE")).advice).toContain('"Zero Trust Write"');
  });

  test("names the permission of Access users by what the documents say, and says where they do not", () => {
    expect(refusalError(refused(403, [], `${USERS}/u/failed_logins`)).advice).toContain(
      '"Access: Audit Logs Read"',
    );
    expect(refusalError(refused(403, [], `${USERS}/u`, "PUT")).advice).toContain('"Zero Trust: Seats Write"');
    expect(refusalError(refused(403, [], USERS, "POST")).advice).toContain("no document names it");
  });

  test("says that Access is not set up, rather than that something was refused", () => {
    const made = refusalError(refused(400, [error(9999, "access.api.error.not_enabled")], USERS));
    expect(made).toMatchObject({
      code: "cloudflare/refused",
      what: "Cloudflare Access is not set up for this account.",
    });
  });

  test("names the setting when the deprecated endpoint is gone", () => {
    const { message } = refusalError(refused(410, [], `${LIST}/revoke`, "POST"));
    expect(message).toContain("`policy.unlisted: delete`");
    expect(message).toContain("September 2026");
  });
});

test("a token that its IP filter does not admit is not called mistyped", () => {
  const words = "Cannot use the access token from location: 203.0.113.7";
  const told = refusalError(refused(403, [error(9109, words)]));
  expect(told.message).toContain("client IP address filter does not admit this machine");
  expect(told.message).toContain("203.0.113.7");
  expect(told.message).not.toContain("mistyped");
  expect(refusalError(refused(403, [error(9109, "Invalid access token")])).message).toContain("mistyped");
});
