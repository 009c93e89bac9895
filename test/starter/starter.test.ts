/** What a new user copies, with the packed package installed into it. */

import { access, cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { startSimulator, type World } from "../../src/simulator/index.js";
import { underEachEngine } from "../engine/scenario.js";
import { filesIn } from "../pipelines/clone.js";
import { mustRun, run } from "../pipelines/command.js";
import { ROOT } from "../pipelines/package-folder.js";
import { copySource, npmInstall, NPM } from "./source.js";
import { TOKEN } from "../support/trial.js";
import { ACCOUNT, physicalDevice, registration, type Sketch } from "../support/world.js";

const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;

const SKETCHES: readonly (Sketch & { readonly serial: string })[] = [
  {
    id: "alice",
    email: "alice@example.com",
    device: "d1",
    serial: "C02XK1ABCD",
    revoked: "2026-05-10T00:00:00Z",
  },
  { id: "bob", email: "bob@example.com", device: "d2", serial: "PF3TQ9ZX" },
  { id: "bob-2", email: "bob@example.com", device: "d3", serial: "UNLISTED-1" },
  { id: "dave", email: "dave@example.com", device: "d4", serial: "5CG1234XYZ" },
];
const WORLD: World = {
  account_id: ACCOUNT,
  registrations: SKETCHES.map(registration),
  physical_devices: SKETCHES.map(({ device = "", serial }) =>
    physicalDevice(device, { serial_number: serial }),
  ),
};

let base: string;
let source: string;
let project: string;
let missing: string | undefined;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "warp starter "));
  project = join(base, "a new repository");
  source = join(base, "a stranger's clone");
  await copySource(source);
  await mustRun(join(source, "examples", "starter.sh"), [project, "github"], { cwd: base, env: NPM });
  missing = await npmInstall(project);
});
afterAll(() => rm(base, { recursive: true, force: true }));

beforeEach(({ skip, task }) => {
  if (missing !== undefined && !task.name.startsWith("copied")) skip(missing);
});

test("copied out: the pipelines stand where they are looked for, and what git must not hold is ignored", async () => {
  const files = (await filesIn(project)).filter((file) => !file.startsWith("node_modules/"));
  for (const file of [
    ...[".github/workflows/drift.yml", ".github/workflows/merge.yml", ".github/workflows/pull-request.yml"],
    ...["ci/warp.sh", "ci/propose.sh", "CODEOWNERS", ".gitignore", "Pulumi.yaml", "README.md"],
  ]) {
    expect(files).toContain(file);
  }
  // Whatever a workflow calls is there.
  const workflows = files.filter((file) => file.startsWith(".github/workflows/"));
  const texts = await Promise.all(workflows.map((file) => readFile(join(project, file), "utf8")));
  const called = new Set(texts.join("\n").match(/\bci\/[\w.-]+\.(?:sh|mjs)/gu));
  expect(called.size).toBeGreaterThan(2);
  for (const script of called) expect(files).toContain(script);
});

test("the package brings the starter, which makes the same files", async () => {
  const other = join(base, "from the package");
  const starter = join(project, "node_modules/pulumi-warp-registrations/examples/starter.sh");
  await mustRun(starter, [other, "github"], { cwd: base });
  const own = (await filesIn(project)).filter((file) => !/^(?:node_modules|package-lock)/u.test(file));
  expect((await filesIn(other)).sort()).toEqual(own.sort());
});

test("copied out for GitLab; a folder that is not empty is refused", async () => {
  const other = join(base, "on gitlab");
  const starter = join(source, "examples", "starter.sh");
  await mustRun(starter, [other, "gitlab"], { cwd: base, env: { STARTER_FROM: "registry" } });
  await access(join(other, ".gitlab-ci.yml"));
  const again = await run(starter, [other, "gitlab"], { cwd: base });
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("is not empty");
});

test("copied out: package.json names the packed package, or the registry's where that is asked for", async () => {
  const file = `vendor/pulumi-warp-registrations-${VERSION}.tgz`;
  await access(join(project, file));
  const wanted = async (folder: string) =>
    (JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest).dependencies[
      "pulumi-warp-registrations"
    ];
  expect(await wanted(project)).toBe(`file:${file}`);
  const other = join(base, "from the registry");
  const starter = join(source, "examples", "starter.sh");
  await mustRun(starter, [other, "github"], { cwd: base, env: { STARTER_FROM: "registry" } });
  expect(await wanted(other)).toBe(VERSION);
  expect(await readdir(other)).not.toContain("vendor");
  const odd = await run(starter, [join(base, "odd"), "github"], { cwd: base, env: { STARTER_FROM: "npm" } });
  expect([odd.code, odd.stderr]).toEqual([1, "error: STARTER_FROM is vendor or registry"]);
});

test("copied out: git ignores every report, and nothing that belongs to the repository", async () => {
  const git = (...args: string[]) => run("git", args, { cwd: project });
  await git("init", "--quiet", "-b", "main");
  const reports = [
    ...[
      "plan.json",
      "plan.md",
      "plan.html",
      "run.json",
      "report.json",
      "drift.json",
      "drift.md",
      "drift.txt",
    ],
    ...["history.json", "inventory.json", "inventory-2026.json", "validate.xml", "out/plan.json"],
  ];
  const { stdout } = await git("check-ignore", ...reports, "drift-baseline.yaml");
  expect(stdout.split("\n")).toEqual(reports);
  const ignored = await git("ls-files", "--others", "--ignored", "--exclude-standard");
  expect(ignored.stdout.split("\n").filter((file) => !file.startsWith("node_modules/"))).toEqual([]);
  const kept = (await git("ls-files", "--others", "--exclude-standard")).stdout.split("\n");
  expect(kept).toContain(".github/workflows/drift.yml");
  expect(kept).toContain(`vendor/pulumi-warp-registrations-${VERSION}.tgz`);
});

test("what is committed installs elsewhere as the lock file says, with no path of this machine in it", async () => {
  const lock = await readFile(join(project, "package-lock.json"), "utf8");
  expect(lock).toContain(`"file:vendor/pulumi-warp-registrations-${VERSION}.tgz"`);
  expect(lock).not.toContain(basename(base));
  expect(lock).not.toContain("../");
  const elsewhere = join(base, "a runner", "work");
  for (const name of await readdir(project)) {
    if (name !== "node_modules") await cp(join(project, name), join(elsewhere, name), { recursive: true });
  }
  expect(await npmInstall(elsewhere, "ci")).toBeUndefined();
  const valid = await run(join(elsewhere, "ci", "warp.sh"), ["validate"], { cwd: elsewhere });
  expect(valid.code, valid.all).toBe(0);
});

test("the schemas that the allowlists name are there", async () => {
  for (const file of ["allowlist.yaml", "allowlist/engineering.yaml", "allowlist/sales.yaml"]) {
    const [, schema] =
      /^# yaml-language-server: \$schema=(\S+)\n/u.exec(await readFile(join(project, file), "utf8")) ?? [];
    const text = await readFile(join(project, dirname(file), schema ?? "none"), "utf8");
    expect(JSON.parse(text)).toHaveProperty("$schema");
  }
});

test("every page that the README points to is in the package", async () => {
  const readme = await readFile(join(project, "README.md"), "utf8");
  const pages = readme.match(/node_modules\/pulumi-warp-registrations\/docs\/[\w-]+\.md/gu) ?? [];
  expect(pages).toHaveLength(4);
  for (const page of pages) await access(join(project, page));
});

test("what is pinned is what this repository is tried with", async () => {
  const own = parse(await readFile(join(ROOT, "package.json"), "utf8")) as Manifest;
  const starter = parse(
    await readFile(join(ROOT, "examples", "starter", "package.json"), "utf8"),
  ) as Manifest;
  expect(starter.dependencies["@pulumi/pulumi"]).toBe(own.devDependencies["@pulumi/pulumi"]);
  expect(starter.dependencies["pulumi-warp-registrations"]).toBe(own.version);
});

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

underEachEngine("preview, up and drift in the starter", async (engine) => {
  const simulator = await startSimulator({ world: WORLD, token: TOKEN });
  const env = {
    CLOUDFLARE_API_TOKEN: TOKEN,
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    CLOUDFLARE_BASE_URL: simulator.url,
  };
  const folder = await mkdtemp(join(base, "state-"));
  const cli = (...args: string[]) =>
    run(join(project, "node_modules", ".bin", "warp-registrations"), args, { cwd: project, env });
  try {
    const valid = await cli("validate");
    expect(valid.code, valid.all).toBe(0);
    expect(valid.stdout).toContain("the allowlist is valid: 3 files, 4 users, 3 entries, 1 test passed");
    const before = await cli("drift", "--exit-code");
    expect(before.code, before.all).toBe(2);
    const config = { "warp-registrations:accountId": ACCOUNT };
    const stack = await engine.open({ project, folder, stack: "production", config, env });
    const preview = await stack.preview({ expectNoChanges: true });
    expect(preview.exitCode, preview.output).toBe(7);
    expect(preview.output).toContain("to unrevoke 1");
    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode, up.output).toBe(0);
    const after = await cli("drift");
    expect(after.code, after.all).toBe(0);
    expect(after.stdout).toContain("in sync");
    // Nobody is cut off to begin with: what no entry allows is told.
    expect(after.stdout).toContain("NAME-bob-2 of bob@example.com");
    const writes = simulator.log().filter(({ method }) => method !== "GET");
    expect(writes.map(({ method, path }) => `${method} ${path.split("/").at(-1) ?? ""}`)).toEqual([
      "POST unrevoke",
    ]);
  } finally {
    await simulator.close();
  }
});
