import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { filesIn, makeClone, type Change, type Clone } from "./clone.js";

const ROOT_FILE = "version: 1\nusers:\n  alice@example.com: []\n";
const BOB = "users:\n  bob@example.com: []\n";

let clone: Clone;
let start: string;

beforeAll(async () => {
  clone = await makeClone({ "allowlist.yaml": ROOT_FILE, "allowlist/bob.yaml": BOB });
  start = await clone.git("rev-parse", "HEAD");
});
afterAll(() => clone.end());
beforeEach(() => clone.git("checkout", "--quiet", "--force", "-B", "main", start));

async function take(change: Change) {
  return clone.step("propose.sh", ["HEAD", await clone.propose(change, start), "out"]);
}

test("the proposal is what the merge makes of the allowlist, and base what it is now", async () => {
  const head = await clone.propose(
    { "allowlist/carol.yml": "users: {}\n", "allowlist/bob.yaml": null },
    start,
  );
  await write("allowlist.yaml", `${ROOT_FILE}  dave@example.com: []\n`);
  const ended = await clone.step("propose.sh", ["HEAD", head, "out"]);
  expect(ended.code, ended.all).toBe(0);
  expect(await filesIn(join(clone.folder, "out", "proposal"))).toEqual([
    "allowlist.yaml",
    "allowlist/carol.yml",
  ]);
  expect(await filesIn(join(clone.folder, "out", "base"))).toEqual(["allowlist.yaml", "allowlist/bob.yaml"]);
  // What came to the base branch since.
  expect(await read("out/proposal/allowlist.yaml")).toContain("dave@example.com");
});

test("nothing but the allowlist is taken, and nothing reaches the work tree", async () => {
  const ended = await take({
    "allowlist/bob.yaml": `${BOB}  eve@example.com: []\n`,
    "package.json": "{}",
    "ci/warp.sh": "echo hostile",
    ".gitattributes": "* filter=evil merge=evil\n",
    "evil\n::error::forged": "x",
  });
  expect(ended.code, ended.all).toBe(0);
  expect(ended.stdout).toBe("note: files outside the allowlist change as well: 4; they are not used here");
  expect(await filesIn(join(clone.folder, "out", "proposal"))).toEqual([
    "allowlist.yaml",
    "allowlist/bob.yaml",
  ]);
  expect(await read("out/proposal/allowlist/bob.yaml")).toContain("eve@example.com");
  expect(await clone.git("status", "--porcelain")).toBe("");
});

test.each<[string, Change, RegExp]>([
  ["a link", { "allowlist/x.yaml": { link: "/etc/passwd" } }, /allowlist\/x\.yaml is a link/u],
  ["a link of the root file", { "allowlist.yaml": { link: "../secret.yaml" } }, /allowlist\.yaml is a link/u],
  [
    "a link of the folder",
    { "allowlist/bob.yaml": null, allowlist: { link: "/etc" } },
    /neither \.yaml|allowlist is/u,
  ],
  ["another kind of file", { "allowlist/run.sh": "id" }, /run\.sh is neither \.yaml nor \.yml/u],
  ["a hidden file", { "allowlist/.x.yaml": "" }, /a name with characters other than/u],
  [
    "a name that a log would read",
    { "allowlist/\n::error::x.yaml": "" },
    /a name with characters other than/u,
  ],
  ["a name that a glob would read", { "allowlist/{a,b}*.yaml": "" }, /a name with characters other than/u],
  ["a file that is far too large", { "allowlist/x.yaml": `#${"x".repeat(5_000_000)}` }, /is larger than/u],
])("%s is refused", async (_what, change, message) => {
  const ended = await take(change);
  expect(ended.code, ended.all).toBe(1);
  expect(ended.stderr).toMatch(message);
  expect(ended.all).not.toMatch(/^::/mu);
});

test("what git says of a commit begins no line and commands nobody", async () => {
  const said =
    "-\\n::error title=x::forged\\n  ::add-mask::a\\n##[error]x\\n##vso[task.complete]y\\n\u009b2J\u001b[2J";
  const ended = await take({ ".gitmodules": `[submodule "x"]\n\tpath = x\n\turl = "${said}"\n` });
  expect(ended.code, ended.all).toBe(1);
  expect(ended.stderr).toMatch(/^git: .*submodule url/mu);
  expect(ended.stderr).toContain("forged");
  expect(ended.stderr).toMatch(/error: commit [0-9a-f]{40} cannot be fetched from origin$/u);
  expect(ended.all).not.toMatch(/^\s*::|::|##\[|##vso|(?!\n)\p{Cc}/mu);
});

test("a submodule is refused", async () => {
  const head = await clone.git("rev-parse", "HEAD");
  await clone.git("update-index", "--add", "--cacheinfo", `160000,${head},allowlist/sub.yaml`);
  const made = await clone.git("write-tree");
  const commit = await clone.git("commit-tree", made, "-p", "HEAD", "-m", "sub");
  const ended = await clone.step("propose.sh", [start, commit, "out"]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("allowlist/sub.yaml is no regular file");
});

test("a conflict with the base branch is told, and leaves no proposal of before", async () => {
  expect((await take({ "allowlist/bob.yaml": "users:\n  b1@example.com: []\n" })).code).toBe(0);
  const head = await clone.propose({ "allowlist/bob.yaml": "users:\n  b2@example.com: []\n" }, start);
  await write("allowlist/bob.yaml", "users:\n  b3@example.com: []\n");
  const ended = await clone.step("propose.sh", ["HEAD", head, "out"]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("conflicts with the base branch: merge or rebase it first");
  await expect(read("out/proposal/allowlist.yaml")).rejects.toThrow("ENOENT");
});

test.each(["main", "--upload-pack=id", "HEAD", "$(id)"])("%s is not taken for a commit", async (name) => {
  const ended = await clone.step("propose.sh", ["HEAD", name, "out"]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("HEAD must be a commit's full id");
});

test("a commit that is nowhere is told", async () => {
  const ended = await clone.step("propose.sh", ["HEAD", "0123456789abcdef".repeat(3).slice(0, 40), "out"]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/commit [0-9a-f]{40} cannot be fetched from origin/u);
});

async function write(name: string, text: string): Promise<void> {
  await clone.commit({ [name]: text });
}

function read(name: string): Promise<string> {
  return readFile(join(clone.folder, name), "utf8");
}
