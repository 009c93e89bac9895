import { expect, test } from "vitest";
import { plan } from "../../test/support/world.js";
import { HEAD } from "../../test/support/world-steps.js";

const list = (...emails: readonly string[]) =>
  `${HEAD}users:\n${emails.map((email) => `  ${email}: []\n`).join("")}`;
const rows = (count: number) => Array.from({ length: count }, (_, n) => n);
const absent = ({ findings }: ReturnType<typeof plan>) =>
  findings
    .filter(({ code }) => code === "unmatched-user")
    .map(({ text, source, registrations }) => [text, source?.line, registrations]);

test("a listed address without a registration that is nearly somebody else's is told, with that one", () => {
  const made = plan(list("alice@example.com", "robert.smith@example.com"), [
    { id: "a", email: "alice@example.com" },
    { id: "b", email: "robert.smyth@example.com" },
  ]);
  expect(absent(made)).toEqual([
    [
      'robert.smith@example.com has no registration; did you mean "robert.smyth@example.com", whom no file lists?',
      4,
      [],
    ],
  ]);
});

test.each([
  ["whom a file lists too", list("alice@example.com", "alicf@example.com"), "alicf@example.com"],
  ["who is another person", list("alice@example.com"), "bob@example.com"],
  [
    "who is no person",
    list("non_identitx@acme.cloudflareaccess.com"),
    "non_identity@acme.cloudflareaccess.com",
  ],
  ["whose user is there", list("alice@example.com"), "alicf@example.com", "alice@example.com"],
  ["who is that very user", list("alice@example.com"), "alice@example.com"],
])("nobody is taken for somebody %s", (_title, text, ...emails) => {
  expect(
    absent(
      plan(
        text,
        emails.map((email) => ({ id: email, email })),
      ),
    ),
  ).toEqual([]);
});

test("of a directory that is mostly not enrolled yet, nobody is compared", () => {
  const listed = list(...rows(200).map((n) => `listed-${n}@example.com`), "robert.smith@example.com");
  const live = (count: number) => [
    ...rows(count).map((n) => ({ id: `r${n}`, email: `unknown-${n}@example.org` })),
    { id: "b", email: "robert.smyth@example.com" },
  ];
  // 201 listed addresses without a registration; 995 × 201 = 199,995 pairs, and 996 × 201 = 200,196.
  expect(absent(plan(listed, live(994)))).toHaveLength(1);
  const { findings } = plan(listed, live(995));
  expect(findings.filter(({ code }) => code !== "unknown-user")).toEqual([]);
});

test("just so many pairs are compared", () => {
  const listed = list(...rows(199).map((n) => `listed-${n}@example.com`), "robert.smith@example.com");
  const live = [
    ...rows(999).map((n) => ({ id: `r${n}`, email: `unknown-${n}@example.org` })),
    { id: "b", email: "robert.smyth@example.com" },
  ];
  expect(absent(plan(listed, live))).toHaveLength(1);
});

test("the registrations of whoever was probably meant are told, and the finding is about the listed address", () => {
  const { findings } = plan(list("alice@example.com", "robert.smith@example.com"), [
    { id: "a", email: "alice@example.com" },
    { id: "b1", email: "robert.smyth@example.com" },
    { id: "b2", email: "robert.smyth@example.com", device: "other" },
  ]);
  expect(findings.find(({ code }) => code === "unmatched-user")).toMatchObject({
    subject: ["robert.smith@example.com"],
    registrations: [],
    meant: ["b1", "b2"],
  });
});
