import fc from "fast-check";
import { expect, test } from "vitest";
import { hideSecrets, redactor, withoutSecretsIn } from "./redact.js";

const TOKEN = "v1Kq8ZrT3mXw9LpB6nYc2HdG5sJf7QaE0uRiOk4V";
const redact = redactor([{ text: TOKEN, label: "[API token]" }]);

test.each([
  ["whole", TOKEN],
  ["cut short at its end", TOKEN.slice(0, 16)],
  ["cut short at its beginning", TOKEN.slice(-16)],
  ["eight characters of its middle", TOKEN.slice(11, 19)],
])("a token, %s, is hidden", (_, part) => {
  expect(redact(`Invalid token ${part}…, try again`)).toBe("Invalid token [API token]…, try again");
  expect(redact(part)).toBe("[API token]");
});

test("every length and every place: of eight or more in a row nothing is left", () => {
  for (let from = 0; from + 8 <= TOKEN.length; from += 1) {
    for (let to = from + 8; to <= TOKEN.length; to += 1)
      expect(redact(`<${TOKEN.slice(from, to)}>`)).toBe("<[API token]>");
  }
});

test("every place of a text is looked at, whatever stands before it", () => {
  const letters = (max: number, ...from: readonly string[]) =>
    fc.string({ unit: fc.constantFrom(...from), maxLength: max });
  const byHand = (text: string, secret: string) => {
    const isPart = (at: number) => at + 8 <= text.length && secret.includes(text.slice(at, at + 8));
    let shown = "";
    for (let at = 0; at < text.length; at += 1) {
      if (!isPart(at)) shown += text.charAt(at);
      else {
        while (isPart(at + 1)) at += 1;
        at += 7;
        if (!shown.endsWith("#")) shown += "#";
      }
    }
    return shown;
  };
  fc.assert(
    fc.property(letters(6, "a", "b"), letters(40, "a", "b", "c", "d"), (more, around) => {
      const secret = `abacabca${more}`;
      const text = `${around}${secret}${around}${secret.slice(2)}${around}`;
      expect(redactor([{ text: secret, label: "#" }])(text)).toBe(byHand(text, secret));
    }),
    { numRuns: 2000 },
  );
});

test("several parts, one after the other", () => {
  expect(redact(`${TOKEN.slice(0, 9)} and ${TOKEN.slice(20)}!`)).toBe("[API token] and [API token]!");
});

test("seven characters and other texts stay as they are", () => {
  const text = `${TOKEN.slice(0, 7)} ${TOKEN.slice(30, 37)} BOB-THINKPAD, serial PF3TQ9ZX`;
  expect(redact(text)).toBe(text);
});

test("a secret of fewer than eight characters is hidden as a whole", () => {
  expect(redactor([{ text: "abc", label: "[key]" }])("abc ab bc")).toBe("[key] ab bc");
});

test("no secret: nothing is hidden", () => {
  expect(redactor([{ text: "", label: "[key]" }])("as it is")).toBe("as it is");
});

test("the environment's: token, key and the password of a proxy, as written and as sent", () => {
  const hide = hideSecrets({
    CLOUDFLARE_API_TOKEN: ` ${TOKEN}\n`,
    CLOUDFLARE_API_KEY: "0123456789abcdef0123456789abcdef01234",
    HTTPS_PROXY: "http://bob:pa%24%24word-of-bob@proxy.example:3128",
  });
  expect(hide(TOKEN.slice(5, 25))).toBe("[API token]");
  expect(hide("9abcdef0123")).toBe("[API token]");
  expect(hide("http://bob:pa%24%24word-of-bob@proxy")).toBe("http://bob:[proxy password]@proxy");
  expect(hide("pa$$word-of-bob")).toBe("[proxy password]");
  const basic = Buffer.from("bob:pa$$word-of-bob").toString("base64");
  expect(hide(`Basic ${basic.slice(0, 12)}`)).toBe("Basic [proxy password]");
});

test("a proxy's address without a scheme has its password all the same", () => {
  expect(hideSecrets({ HTTP_PROXY: "bob:word-of-bob@proxy.example:3128" })("word-of-b")).toBe(
    "[proxy password]",
  );
});

test("a short word in place of a token garbles nothing", () => {
  expect(hideSecrets({ CLOUDFLARE_API_TOKEN: "simulated-token" })("a simulated account")).toBe(
    "a simulated account",
  );
});

test("in data: every text of it, and nothing else", () => {
  const data = { name: `x ${TOKEN.slice(0, 20)}`, list: [1, null, true, "y"] };
  const hidden = withoutSecretsIn(data, { CLOUDFLARE_API_TOKEN: TOKEN });
  expect(hidden).toEqual({ name: "x [API token]", list: [1, null, true, "y"] });
  expect(withoutSecretsIn(data, {})).toBe(data);
});

test("in data keys stay, whatever the password is", () => {
  const data = { registrations: [{ name: "the registrations" }] };
  expect(withoutSecretsIn(data, { HTTPS_PROXY: "http://bob:registration@proxy.example" })).toEqual({
    registrations: [{ name: "the [proxy password]s" }],
  });
});
