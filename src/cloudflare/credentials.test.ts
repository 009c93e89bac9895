import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { credentialsFromEnvironment, keyCredentials, tokenCredentials } from "./credentials.js";
import { CloudflareError } from "./errors.js";

const SECRET = "s3cret-t0ken";

function errorOf(act: () => unknown): CloudflareError {
  try {
    act();
  } catch (error) {
    if (error instanceof CloudflareError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("from the environment", () => {
  test("the token comes before key and e-mail", () => {
    const env = { CLOUDFLARE_API_TOKEN: SECRET, CLOUDFLARE_API_KEY: "k", CLOUDFLARE_EMAIL: "a@example.com" };
    expect(credentialsFromEnvironment(env).headers()).toEqual({ authorization: `Bearer ${SECRET}` });
  });

  test("key and e-mail sign together; an empty token is none", () => {
    const env = { CLOUDFLARE_API_TOKEN: "", CLOUDFLARE_API_KEY: "k", CLOUDFLARE_EMAIL: "a@example.com" };
    expect(credentialsFromEnvironment(env).headers()).toEqual({
      "x-auth-key": "k",
      "x-auth-email": "a@example.com",
    });
  });

  test("none, and half of a pair, are told apart", () => {
    expect(errorOf(() => credentialsFromEnvironment({})).message).toContain("Set CLOUDFLARE_API_TOKEN");
    const half = errorOf(() => credentialsFromEnvironment({ CLOUDFLARE_API_KEY: "the-key" }));
    expect(half.code).toBe("cloudflare/bad-token");
    expect(half.what).toBe("CLOUDFLARE_API_KEY is set, but CLOUDFLARE_EMAIL is not.");
    expect(errorOf(() => credentialsFromEnvironment({ CLOUDFLARE_EMAIL: "a@b" })).what).toContain(
      "CLOUDFLARE_API_KEY is not",
    );
  });
});

test.each(["s3cret\n", "s3 cret", " s3cret", "s3crét", "s3cret\u200b"])(
  "a token that no header can carry is refused and not shown: %j",
  (token) => {
    const error = errorOf(() => tokenCredentials(token));
    expect(error.code).toBe("cloudflare/bad-token");
    expect(inspect(error)).not.toContain("s3cr");
    expect(errorOf(() => keyCredentials(token, "a@example.com")).message).not.toContain("s3cr");
  },
);

test("no way of printing shows the secret", () => {
  for (const credentials of [tokenCredentials(SECRET), keyCredentials(SECRET, "a@example.com")]) {
    const shown = [
      JSON.stringify(credentials),
      inspect(credentials, { depth: 9, showHidden: true, getters: true }),
      // eslint-disable-next-line @typescript-eslint/no-base-to-string
      String(credentials),
      String(credentials.headers),
    ];
    expect(shown.join()).not.toContain(SECRET);
  }
});

test("redact takes the secret out of a text", () => {
  expect(tokenCredentials(SECRET).redact(`bad ${SECRET}!`)).toBe("bad [API token]!");
});

test.each([`Bearer ${SECRET}`, ` bearer\t${SECRET}`, `Authorization: Bearer ${SECRET}`])(
  "%j is a header, and told as such",
  (token) => {
    const error = errorOf(() => tokenCredentials(token));
    expect(error.code).toBe("cloudflare/bad-token");
    expect(error.advice).toBe("Set it again without `Bearer`.");
    expect(error.message).not.toContain(SECRET);
  },
);
