import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_PATTERNS } from "./file-patterns.js";
import { readAllowlist } from "./files.js";
import { AllowlistError, type Message } from "./messages.js";
import type { Allowlist } from "./model.js";

const root = "version: 1\nusers: { a@example.com: [] }\n";
const user = "users: { b@example.com: [] }\n";

let base: string;
let folder: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "allowlist-"));
  // A folder whose name is a glob itself.
  folder = join(base, "my {pro,ject} [a]*(1) !x");
  await mkdir(folder);
});

afterEach(() => rm(base, { recursive: true, force: true }));

async function write(name: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
}

function read(...patterns: string[]) {
  return readAllowlist({ root: folder, patterns: patterns.length > 0 ? patterns : DEFAULT_PATTERNS });
}

function namesOf({ files }: Allowlist) {
  return files.map(({ file }) => file);
}

async function messagesOf(...patterns: string[]): Promise<readonly Message[]> {
  const error: unknown = await read(...patterns).then(
    () => new Error("was read"),
    (failure: unknown) => failure,
  );
  if (error instanceof AllowlistError) return error.messages;
  throw error;
}

describe("the files of an allowlist", () => {
  it("are found by the default patterns, and named relative to the folder", async () => {
    await write("allowlist.yaml", root);
    await write("allowlist/team a/b.yml", user);
    await write("allowlist/readme.md", "[");
    await write("other.yaml", "[");
    expect(namesOf(await read())).toEqual(["allowlist.yaml", "allowlist/team a/b.yml"]);
  });

  it.each(["conf/*.yaml", "./conf/{a,b}.yaml", "conf/a.yaml"])("are found by %s", async (pattern) => {
    await write("conf/a.yaml", root);
    expect(namesOf(await read(pattern))).toEqual(["conf/a.yaml"]);
  });

  it("may be given by a whole path inside the folder", async () => {
    await write("a.yaml", root);
    expect(namesOf(await read(join(folder, "a.yaml")))).toEqual(["a.yaml"]);
  });

  it("are read once, if two patterns or a link find them twice", async () => {
    await write("a.yaml", root);
    await symlink("a.yaml", join(folder, "b.yaml"));
    expect(namesOf(await read("*.yaml", "a.yaml"))).toEqual(["a.yaml"]);
  });

  it("are each known by the SHA-256 of their text", async () => {
    await write("allowlist.yaml", root);
    const [before] = (await read()).files;
    expect(before).toEqual({
      file: "allowlist.yaml",
      digest: createHash("sha256").update(root).digest("hex"),
    });
    await write("allowlist.yaml", `${root}# a comment`);
    expect((await read()).files[0]!.digest).not.toBe(before!.digest);
  });

  it("are all reported at once", async () => {
    await write("allowlist.yaml", root.replace("a@example.com", "a"));
    await write("allowlist/b.yaml", Buffer.from([0x61, 0xff]));
    await write("allowlist/c.yaml", "[");
    const codes = (await messagesOf()).map(({ code, source }) => [code, source?.file]);
    expect(codes).toEqual([
      ["allowlist/bad-email", "allowlist.yaml"],
      ["allowlist/not-utf8", "allowlist/b.yaml"],
      ["allowlist/syntax", "allowlist/c.yaml"],
    ]);
  });
});

describe("what cannot be found", () => {
  it("is told once, with how to begin, where nobody gave a pattern", async () => {
    const messages = await messagesOf();
    expect(messages).toMatchObject([{ code: "allowlist/no-files" }]);
    expect(messages[0]!.fix).toContain("version: 1");
  });

  it("is told with the nearest name", async () => {
    await write("allowlist.yaml", root);
    const messages = await messagesOf("allowlist.yaml", "alowlist.yml");
    expect(messages).toMatchObject([
      { code: "allowlist/missing-file", fix: "did you mean `allowlist.yaml`?" },
    ]);
  });

  it("is a folder that is not there", async () => {
    const reading = readAllowlist({ root: join(folder, "none"), patterns: DEFAULT_PATTERNS });
    await expect(reading).rejects.toMatchObject({ messages: [{ code: "allowlist/unreadable" }] });
  });
});

describe("what looks as if it were read, and is not", () => {
  const unread = ({ warnings }: Allowlist) =>
    warnings.map(({ code, fix, source }) => `${code} ${source?.file ?? ""}: ${fix ?? ""}`);

  it("is a warning for each, with the name that it would need", async () => {
    await write("allowlist.yaml", root);
    await write("allowlist/team/a.yaml", user);
    for (const name of ["leavers.YAML", "x.yaml.txt", "y.json", ".z.yml", "readme.md", "a.yaml~"])
      await write(`allowlist/team/${name}`, user);
    await write("allowlist.yml", root);
    await write("package.json", "{}");
    await write("other.yaml", user);
    const rename = (to: string) => `rename it to \`${to}\`, or move it elsewhere`;
    expect(unread(await read())).toEqual([
      `allowlist/unread-file allowlist.yml: ${rename("allowlist.yaml")}`,
      `allowlist/unread-file allowlist/team/.z.yml: ${rename("allowlist/team/z.yaml")}`,
      `allowlist/unread-file allowlist/team/leavers.YAML: ${rename("allowlist/team/leavers.yaml")}`,
      `allowlist/unread-file allowlist/team/x.yaml.txt: ${rename("allowlist/team/x.yaml")}`,
      "allowlist/unread-file allowlist/team/y.json: convert it to YAML in `allowlist/team/y.yaml`, or move it elsewhere",
    ]);
  });

  it("is measured by the patterns that are given", async () => {
    await write("a.yaml", root);
    await write("teams/one.yaml", user);
    await write("teams/two.YAML", user);
    await write("allowlist/x.YAML", user);
    expect(unread(await read("a.yaml", "teams/one.yaml"))).toEqual([]);
    expect(unread(await read("a.yaml", "teams/*.yaml"))).toEqual([
      "allowlist/unread-file teams/two.YAML: rename it to `teams/two.yaml`, or move it elsewhere",
    ]);
  });

  it("is named where there is no allowlist at all", async () => {
    await write("allowlist.yml", root);
    expect(await messagesOf()).toMatchObject([
      {
        code: "allowlist/no-files",
        fix: "`allowlist.yml` is there: rename it to `allowlist.yaml`, or move it elsewhere",
      },
    ]);
  });
});

describe("a pattern", () => {
  it("that is a folder says so, and what to write", async () => {
    await write("allowlist/a.yaml", root);
    for (const pattern of ["allowlist", "allowlist/"])
      expect(await messagesOf(pattern)).toMatchObject([
        {
          code: "allowlist/missing-file",
          text: `the pattern \`${pattern}\` is a folder, and matches no file`,
          fix: "write `allowlist/**/*.{yaml,yml}` for all files in it",
        },
      ]);
  });

  it("with nested extended globs is refused before a file is looked for", async () => {
    await write(`${"a".repeat(60)}.yaml`, root);
    expect(await messagesOf("+(+(a|b)*)*")).toMatchObject([{ code: "allowlist/bad-pattern" }]);
  });

  it("of many stars is matched in linear time", async () => {
    await write(`${"a".repeat(200)}.yaml`, root);
    expect(await messagesOf(`${"*a".repeat(60)}b.yaml`)).toMatchObject([{ code: "allowlist/missing-file" }]);
    expect(namesOf(await read(`${"*a".repeat(60)}*.yaml`))).toEqual([`${"a".repeat(200)}.yaml`]);
  });

  it("may hold parentheses, as copies of files do", async () => {
    await write("lists (1)/allowlist (2).yaml", root);
    expect(namesOf(await read("lists (1)/allowlist (2).yaml"))).toEqual(["lists (1)/allowlist (2).yaml"]);
    expect(namesOf(await read("lists (1)/*.yaml"))).toEqual(["lists (1)/allowlist (2).yaml"]);
  });
});

describe("what leads out of the folder is refused:", () => {
  const secret = 'version: 1\nusers: { secret@example.com: [{ serial: "AB1" }] }\n';

  async function refused(...patterns: string[]) {
    const messages = await messagesOf(...patterns);
    expect(messages.map(({ code }) => code)).toEqual(["allowlist/outside-project"]);
    expect(JSON.stringify(messages)).not.toContain("secret@example.com");
  }

  beforeEach(async () => {
    await mkdir(join(base, "outside"));
    await writeFile(join(base, "outside", "x.yaml"), secret);
  });

  it("a pattern with ..", () => refused("../outside/x.yaml"));
  it("a pattern with .. behind a glob", () => refused("*/../../outside/x.yaml"));
  it("a pattern from elsewhere", () => refused(join(base, "outside", "x.yaml")));

  it("a linked file", async () => {
    await symlink(join(base, "outside", "x.yaml"), join(folder, "allowlist.yaml"));
    await refused();
  });

  it("a linked folder below a glob", async () => {
    await write("allowlist.yaml", root);
    await write("allowlist/b.yaml", user);
    await symlink(join(base, "outside"), join(folder, "allowlist", "team"));
    await refused();
  });

  it("no linked folder that no pattern leads into", async () => {
    await write("allowlist.yaml", "version: 1\nusers: { a@x.org: [] }\n");
    await symlink(join(base, "outside"), join(folder, "docs"));
    expect((await readAllowlist({ root: folder, patterns: [] })).files).toHaveLength(1);
    expect((await readAllowlist({ root: folder, patterns: ["*.yaml"] })).files).toHaveLength(1);
  });

  it("a linked folder that a pattern names", async () => {
    await write("allowlist.yaml", root);
    await symlink(join(base, "outside"), join(folder, "allowlist"));
    await refused();
  });

  it("a linked folder that braces name", async () => {
    await write("a.yaml", root);
    await symlink(join(base, "outside"), join(folder, "lists"));
    await refused("a.yaml", "{lists,other}/*.yaml");
  });

  it("a folder that contains itself", async () => {
    await write("allowlist.yaml", root);
    await write("allowlist/b.yaml", user);
    await symlink("..", join(folder, "allowlist", "loop"));
    await refused();
  });
});

describe("what cannot be read is told:", () => {
  it("a link that leads nowhere", async () => {
    await write("allowlist.yaml", root);
    await write("allowlist/b.yaml", user);
    await symlink("gone", join(folder, "allowlist", "c.yaml"));
    expect(await messagesOf()).toMatchObject([
      { code: "allowlist/unreadable", source: { file: "allowlist/c.yaml" } },
    ]);
  });

  it("a file that is too large", async () => {
    await write("allowlist.yaml", Buffer.alloc(10 * 1024 * 1024 + 1, "#"));
    expect(await messagesOf()).toMatchObject([{ code: "allowlist/too-large" }]);
  });

  it("an empty file", async () => {
    await write("allowlist.yaml", "");
    expect(await messagesOf()).toMatchObject([{ code: "allowlist/empty-file" }]);
  });

  it.skipIf(process.platform === "win32")("a pipe, without waiting for it", async () => {
    await write("allowlist.yaml", root);
    execFileSync("mkfifo", [join(folder, "pipe.yaml")]);
    await symlink("pipe.yaml", join(folder, "linked.yaml"));
    const messages = await messagesOf("allowlist.yaml", "linked.yaml");
    expect(messages.map(({ code }) => code)).toEqual(["allowlist/unreadable"]);
  });

  it.skipIf(process.getuid?.() === 0)("a folder or file without permission", async () => {
    await write("allowlist.yaml", root);
    await write("allowlist/closed/b.yaml", user);
    await chmod(join(folder, "allowlist", "closed"), 0);
    const messages = await messagesOf();
    await chmod(join(folder, "allowlist", "closed"), 0o700);
    expect(messages).toMatchObject([{ code: "allowlist/unreadable" }]);
  });
});
