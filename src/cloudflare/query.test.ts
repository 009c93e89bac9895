import { expect, test } from "vitest";
import { asksForNothing, encodeQuery, idQuery, idSegment } from "./envelope.js";

test("arrays are repeated, dotted names stay, the order is that of the names", () => {
  const parameters = { search: "a b&c", "user.id": ["1", "2"], id: ["x"] };
  expect(encodeQuery(parameters, ["id", "user.id", "search"], 9)).toBe(
    "id=x&user.id=1&user.id=2&search=a%20b%26c",
  );
});

test("an unknown or an empty parameter is refused, since a lost filter widens the list", () => {
  expect(() => encodeQuery({ staus: "all" }, ["status"], 9)).toThrow("no list parameter staus");
  expect(() => encodeQuery({ "device.id": "" }, ["device.id"], 9)).toThrow("device.id is empty");
  expect(() => encodeQuery({ id: ["a", ""] }, ["id"], 9)).toThrow("id is empty");
  expect(() => encodeQuery({ id: ["a", "b"] }, ["id"], 1)).toThrow("too many");
});

test("an empty list asks for nothing", () => {
  expect(asksForNothing({ id: [] })).toBe(true);
  expect(asksForNothing({ id: ["a"], search: undefined })).toBe(false);
});

test.each(["", " ", "..", ".", "\ud800"])("%j is no id, neither in a path nor in a query", (id) => {
  expect(() => idSegment(id)).toThrow("A call cannot be made");
  expect(() => idQuery(["a", id], 9)).toThrow("A call cannot be made");
});

test("a path segment cannot leave its place", () => {
  expect(idSegment("a/../b?c#d")).toBe("a%2F..%2Fb%3Fc%23d");
});

test("more ids than a chunk are refused", () => {
  expect(idQuery(["a", "b"], 2)).toBe("id=a&id=b");
  expect(() => idQuery(["a", "b", "c"], 2)).toThrow("3 ids are too many");
});
