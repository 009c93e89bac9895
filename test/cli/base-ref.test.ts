/** `--base-ref`: the allowlist before a change, as git has it. */

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import { registration } from "../support/world.js";
import { GIT_ENV as ENV, type Repository, startRepository } from "./repository.js";

const BEFORE = "version: 1\nusers:\n  ann@example.com: []\n  bob@example.com: []\n";
const AFTER = "version: 1\nusers:\n  ann@example.com: []\n";

let project: Repository;
let repository = "";

beforeEach(() => {
  project = startRepository({ registrations: [registration({ id: "r1", email: "bob@example.com" })] });
  repository = project.folder;
});
afterEach(() => project.end());

const git: Repository["git"] = (...args) => project.git(...args);
const write: Repository["write"] = (...args) => project.write(...args);
const commit: Repository["commit"] = (...args) => project.commit(...args);
const run: Repository["run"] = (...args) => project.run(...args);

async function documentOf(args: readonly string[], folder?: string): Promise<ReportDocument> {
  const { code, out, err } = await run([...args, "--format", "json"], {
    folder,
  });
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as ReportDocument;
}

const changes = ({ findings }: ReportDocument) => findings.filter(({ code }) => code.startsWith("change-"));

describe.each(["plan", "drift"])("%s", (command) => {
  test("says what --base of the same files says, and touches nothing", async () => {
    commit({ "allowlist.yaml": BEFORE, "allowlist/more.yml": "users: { cyd@example.com: [] }\n" });
    git("branch", "before");
    write(
      { "allowlist.yaml": BEFORE, "allowlist/more.yml": "users: { cyd@example.com: [] }\n" },
      join(project.base, "old"),
    );
    commit({
      "allowlist.yaml": AFTER,
      "allowlist/more.yml": "users: { dan@example.com: [{ device: d9 }] }\n",
    });
    const there = readdirSync(repository, { recursive: true }).sort();
    const byRef = await documentOf([command, "--base-ref", "before"]);
    const byFiles = await documentOf([
      command,
      "--base",
      "../old/allowlist.yaml",
      "--base",
      "../old/allowlist/*.yml",
    ]);
    expect(changes(byRef).map(({ text }) => text)).toEqual([
      expect.stringContaining("drops bob@example.com from the allowlist"),
      expect.stringContaining("drops cyd@example.com from the allowlist"),
      expect.stringContaining("adds the user dan@example.com"),
    ]);
    expect(byRef).toEqual(byFiles);
    expect(readdirSync(repository, { recursive: true }).sort()).toEqual(there);
    expect(git("status", "--porcelain")).toBe("");
  });
});

test("a folder of the repository has its own allowlist, by its own patterns", async () => {
  const folder = join(repository, "infra", "warp ü");
  write({ "allowlist.yaml": "version: 1\nnonsense: true\n" });
  write({ "lists/a.yaml": BEFORE, "lists/node_modules/x.yaml": "no: [", "other.yaml": "no: [" }, folder);
  commit({});
  git("tag", "v1");
  write({ "lists/a.yaml": AFTER }, folder);
  for (const pattern of ["lists/*.yaml", "./lists/**/*.yaml", join(folder, "lists", "a.yaml")]) {
    const found = changes(await documentOf(["plan", "--base-ref", "v1", "--allowlist", pattern], folder));
    expect(found.map(({ code }) => code)).toEqual(["change-dropped"]);
  }
});

test("a branch, a tag, an abbreviation and a step back name a commit", async () => {
  const id = commit({ "allowlist.yaml": BEFORE });
  git("tag", "--annotate", "--message", "x", "v1");
  git("branch", "feature/x");
  commit({ "allowlist.yaml": AFTER });
  for (const ref of [id, id.slice(0, 9), "v1", "feature/x", "refs/heads/feature/x", "HEAD~1", "main^"])
    expect(changes(await documentOf(["plan", "--base-ref", ref])).length, ref).toBe(1);
  expect(changes(await documentOf(["plan", "--base-ref", "HEAD"]))).toEqual([]);
});

describe("what cannot be compared with is one clear message, and 1", () => {
  async function refused(
    args: readonly string[],
    more: Parameters<Repository["run"]>[1] = {},
  ): Promise<string> {
    const { code, out, err } = await run(["plan", ...args], more);
    expect([code, out]).toEqual([1, ""]);
    expect(err).not.toMatch(/^\s+at |this is a bug/mu);
    return err;
  }
  const at = (ref: string, more?: Parameters<Repository["run"]>[1]) => refused([`--base-ref=${ref}`], more);

  beforeEach(() => commit({ "allowlist.yaml": BEFORE }));

  test.each([
    "-v",
    "--output=stolen",
    "",
    " ",
    "HEAD:allowlist.yaml",
    ":/x",
    "a b",
    "a\nb",
    "a\u0000b",
    "\u202ehead",
  ])("%j is no name of a commit, and git does not see it", async (ref) => {
    expect(await at(ref)).toContain("that is not the name of a commit");
    expect(readdirSync(repository)).not.toContain("stolen");
  });

  test("a ref that is not there, and what may have been meant", async () => {
    git("update-ref", "refs/remotes/origin/main", "HEAD");
    const err = await at("origin/mian");
    expect(err).toContain("--base-ref origin/mian: there is no such commit in this clone");
    expect(err).toContain('did you mean "origin/main"?');
    for (const ref of [
      "nowhere/at/all",
      "HEAD..HEAD",
      "0".repeat(40),
      "main^{tree}",
      "x;touch stolen",
      "$(id)",
    ])
      expect(await at(ref.replaceAll(" ", "+"))).toContain("there is no such commit");
  });

  test("a shallow clone is told as one", async () => {
    commit({ "allowlist.yaml": AFTER });
    const shallow = join(project.base, "shallow");
    execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${repository}`, shallow], { env: ENV });
    const err = await at("HEAD~1", { folder: shallow });
    expect(err).toContain("there is no such commit in this clone, which is shallow");
    expect(err).toContain("fix: fetch it first: git fetch origin");
  });

  test("no repository, and no git", async () => {
    const elsewhere = join(project.base, "elsewhere");
    write({ "allowlist.yaml": AFTER }, elsewhere);
    expect(await at("HEAD", { folder: elsewhere })).toMatch(
      /--base-ref HEAD: git cannot read this folder's repository: not a git repository.*\n {2}fix: run the command in a clone/u,
    );
    const empty = join(project.base, "empty");
    mkdirSync(empty);
    expect(await at("HEAD", { env: { PATH: empty } })).toContain("error: git is not on the PATH");
  });

  test("no allowlist there, as before the first one", async () => {
    git("checkout", "--quiet", "--orphan", "first");
    git("rm", "--quiet", "-rf", ".");
    commit({ "README.md": "x\n" });
    git("branch", "empty");
    commit({ "allowlist.yaml": AFTER });
    const err = await at("empty");
    expect(err).toContain("--base-ref empty: that commit has no allowlist in this folder");
    expect(err).toContain("fix: for a first allowlist, omit --base-ref");
  });

  test("one that is not valid, with its line", async () => {
    commit({ "allowlist.yaml": "version: 1\nusers: { bob@example.com: nonsense }\n" });
    write({ "allowlist.yaml": AFTER });
    const err = await at("HEAD");
    expect(err).toContain(
      "--base-ref HEAD: the allowlist before the change cannot be used\nallowlist.yaml:2:",
    );
  });

  test("a link, a submodule, and what is not UTF-8", async () => {
    mkdirSync(join(repository, "allowlist"));
    symlinkSync("/etc/passwd", join(repository, "allowlist", "more.yaml"));
    git("add", "--all");
    git("commit", "--quiet", "--message", "x");
    rmSync(join(repository, "allowlist", "more.yaml"));
    expect(await at("HEAD")).toContain("allowlist/more.yaml is a link there");
    git("rm", "--quiet", "-r", "--cached", "allowlist");
    git("update-index", "--add", "--cacheinfo", `160000,${git("rev-parse", "HEAD")},allowlist/team`);
    git("commit", "--quiet", "--message", "x");
    expect(await at("HEAD")).toContain("allowlist/team is a submodule there");
    git("rm", "--quiet", "-r", "--cached", "allowlist");
    writeFileSync(join(repository, "allowlist.yaml"), Buffer.from([0xff, 0xfe, 0x41]));
    git("commit", "--quiet", "--all", "--message", "x");
    write({ "allowlist.yaml": AFTER });
    expect(await at("HEAD")).toContain("allowlist.yaml is not UTF-8 there");
  });

  test("together with --base", async () => {
    expect(await refused(["--base-ref", "HEAD", "--base", "x.yaml"])).toContain("cannot be used with option");
  });
});

test("git does not learn the credentials, and answers in its own words whatever the locale", async () => {
  commit({ "allowlist.yaml": BEFORE });
  const bin = join(project.base, "bin");
  write({ git: `#!/bin/sh\nenv > "${join(project.base, "seen")}"\nexec "$REAL" "$@"\n` }, bin);
  execFileSync("chmod", ["755", join(bin, "git")]);
  const real = execFileSync("sh", ["-c", "command -v git"], { env: ENV, encoding: "utf8" }).trim();
  const { code } = await run(["plan", "--base-ref", "HEAD"], {
    env: {
      ...ENV,
      PATH: `${bin}:${ENV.PATH}`,
      REAL: real,
      CLOUDFLARE_API_TOKEN: "secret-token-1",
      LC_ALL: "de_DE",
    },
  });
  expect(code).toBe(0);
  const seen = readFileSync(join(project.base, "seen"), "utf8");
  expect(seen).toMatch(/^LC_ALL=C$/mu);
  expect(seen).not.toContain("secret-token");
});
