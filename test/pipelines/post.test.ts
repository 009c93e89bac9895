/** The comment on a change and the issue about drift, on a forge of our own that knows what the real ones answer. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commentMarker } from "../../src/report/markdown.js";
import { startProxied } from "../support/proxied.js";
import { run } from "./command.js";
import { listen } from "./engines.js";
import { ROOT } from "./package-folder.js";

interface Post {
  readonly id: number;
  author: string;
  body: string;
  open: boolean;
  title?: string | undefined;
}
type Fields = Readonly<Record<string, string>>;

/** What the forge holds: comments of the one change, issues, and comments on issues. */
let comments: Post[] = [];
let issues: Post[] = [];
let closing: string[] = [];
let calls: string[] = [];
let refuse = false;
/** So many calls more are answered with 502. */
let unwell = 0;

const server = createServer((request, response) => {
  void answer(request).then(([status, body]) => response.writeHead(status).end(JSON.stringify(body)));
});

async function answer(request: IncomingMessage): Promise<[number, unknown]> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const fields = (text === "" ? {} : JSON.parse(text)) as Fields;
  const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
  const { method = "" } = request;
  calls.push(`${method} ${pathname}`);
  if (unwell > 0) {
    unwell -= 1;
    return [502, {}];
  }
  const token = request.headers.authorization ?? request.headers["private-token"];
  if (refuse || !String(token).endsWith("forge-token")) return [403, { message: "no" }];
  const page = <T>(rows: readonly T[]) => {
    const [at, size] = [Number(searchParams.get("page")), Number(searchParams.get("per_page"))];
    return rows.slice((at - 1) * size, at * size);
  };
  const places = pathname.split("/");
  const id = /^\d+$/u.test(places.at(-1) ?? "") ? places.pop() : undefined;
  const [parent, kind] = places.slice(-2);
  if (pathname.endsWith("/user")) return [200, { id: 7 }];
  if (/\/commits\/abc\/(?:pulls|merge_requests)$/u.test(pathname))
    return [
      200,
      [
        { number: 11, iid: 11, merged_at: null, state: "opened" },
        { number: 12, iid: 12, merged_at: "2026-06-01T12:00:00Z", state: "merged" },
      ],
    ];
  if (/\/commits\/def\/(?:pulls|merge_requests)$/u.test(pathname)) return [200, []];
  const isIssue = kind === "issues";
  const rows = isIssue ? issues : comments;
  if (method === "GET") return [200, page(isIssue ? rows.filter(({ open }) => open) : rows).map(toRow)];
  if (method === "POST" && !isIssue && parent !== "5") {
    closing.push(fields.body ?? "");
    return [201, {}];
  }
  const body = fields.body ?? fields.description;
  if (method === "POST") {
    rows.push({ id: 100 + rows.length, author: "us", body: body ?? "", open: true, title: fields.title });
    return [201, {}];
  }
  const row = rows.find((one) => one.id === Number(id));
  if (row === undefined) return [404, {}];
  row.body = body ?? row.body;
  row.title = fields.title ?? row.title;
  if (fields.state === "closed" || fields.state_event === "close") row.open = false;
  return [200, {}];
}

/** With the names of both forges at once. */
function toRow({ id, author, body }: Post) {
  const who = author === "us" ? { id: 7, login: "github-actions[bot]" } : { id: 8, login: author };
  return { id, number: id, iid: id, body, description: body, user: who, author: who };
}

let base: string;
let folder: string;

beforeAll(async () => {
  base = `http://127.0.0.1:${await listen(server)}`;
  folder = await mkdtemp(join(tmpdir(), "warp post "));
});
beforeEach(() => {
  [comments, issues, closing, calls, refuse] = [[], [], [], [], false];
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const mark = commentMarker("production");
const REPORT = `${mark}\n**to revoke 1**\n`;

describe.each([
  [
    "GitHub",
    () => ({ GITHUB_API_URL: base, GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: "forge-token", PR_NUMBER: "5" }),
  ],
  [
    "GitLab",
    () => ({
      ...{ GITLAB_CI: "true", CI_API_V4_URL: `${base}/api/v4`, CI_PROJECT_ID: "3" },
      ...{ CI_MERGE_REQUEST_IID: "5", GITLAB_TOKEN: "forge-token" },
    }),
  ],
] as const)("%s", (_name, forge) => {
  const post = async (kind: string, report: string | undefined, env: Fields = {}) => {
    const file = join(folder, "report.md");
    await rm(file, { force: true });
    if (report !== undefined) await writeFile(file, report);
    const script = join(ROOT, "examples", "pipeline", "post.mjs");
    return run(process.execPath, [script, kind, file], {
      cwd: folder,
      env: { MARKER: "production", ...forge(), ...env },
    });
  };
  const say = async (kind: string, report: string | undefined) => {
    const { code, all, stdout } = await post(kind, report);
    expect(code, all).toBe(0);
    return stdout;
  };

  test("the number of the pull request that brought a commit is told, and whatever is wrong stops nobody", async () => {
    const number = (commit: string) =>
      post("number", undefined, { GITHUB_SHA: commit, CI_COMMIT_SHA: commit });
    expect(await number("abc")).toMatchObject({ code: 0, stdout: "12" });
    expect(await number("def")).toMatchObject({ code: 0, stdout: "" });
    refuse = true;
    const refused = await number("abc");
    expect(refused).toMatchObject({ code: 0, stdout: "" });
    expect(refused.all).toContain("warning: ");
  });

  test("one comment is added, changed in place, and says when nothing is due any more", async () => {
    expect(await say("comment", "")).toBe("nothing to say");
    expect(await say("comment", REPORT)).toBe("comment added");
    expect(await say("comment", REPORT)).toBe("the comment says so already");
    expect(await say("comment", REPORT.replace("1", "2"))).toBe("comment updated");
    expect(comments.map(({ body }) => body)).toEqual([REPORT.replace("1", "2")]);
    expect(await say("comment", "")).toBe("comment updated");
    expect(comments[0]?.body).toContain("nothing is due any more");
    expect(await say("comment", REPORT)).toBe("comment updated");
    expect(comments).toHaveLength(1);
  });

  test("where no plan could be made an earlier one does not stand as if it held", async () => {
    expect(await say("comment", undefined)).toBe("nothing to say");
    await say("comment", REPORT);
    expect(await say("comment", undefined)).toBe("comment updated");
    expect(comments[0]?.body).toContain("no plan could be made of the newest commit");
  });

  test("nobody else's comment is taken for ours, nor another stack's, and ours is found on a later page", async () => {
    comments = Array.from({ length: 150 }, (_, id) => ({ id, author: "eve", body: REPORT, open: true }));
    comments.push({ id: 150, author: "us", body: `${commentMarker("staging")}\nx`, open: true });
    comments.push({ id: 151, author: "us", body: REPORT, open: true });
    expect(await say("comment", REPORT.replace("1", "2"))).toBe("comment updated");
    expect(comments.filter(({ body }) => body.includes("revoke 2")).map(({ id }) => id)).toEqual([151]);
  });

  test("one issue is opened, updated and closed by itself, and a later drift opens another", async () => {
    expect(await say("issue", "")).toBe("nothing to say");
    expect(await say("issue", REPORT)).toBe("issue opened");
    expect(await say("issue", undefined)).toBe("no report, so the issue stays as it is");
    expect(await say("issue", REPORT)).toBe("the issue says so already");
    expect(await say("issue", REPORT.replace("1", "2"))).toBe("issue updated");
    expect(issues.map(({ open, body }) => [open, body])).toEqual([[true, REPORT.replace("1", "2")]]);
    expect(await say("issue", "")).toBe("issue closed");
    expect(issues.map(({ open }) => open)).toEqual([false]);
    expect(closing).toEqual(["The account and the allowlist agree, and nothing is left to look at."]);
    expect(await say("issue", REPORT)).toBe("issue opened");
    expect(issues.map(({ open }) => open)).toEqual([false, true]);
  });

  describe("an issue about drift", () => {
    const report = (names: readonly string[], asOf = "2026-11-28T06:00:00Z") => ({
      asOf,
      decisions: names.map((name) => ({
        action: "revoke",
        registration: { id: name, device: { name }, user: { email: "bob@example.com" } },
      })),
      findings: [{ code: "stale", subject: ["x"], text: "PC of bob@example.com: old" }],
    });
    const drift = async (names: readonly string[], asOf?: string) => {
      await writeFile(join(folder, "report.json"), JSON.stringify(report(names, asOf)));
      return say("issue", `${mark}\n**to revoke ${names.length}**\n`);
    };
    afterEach(() => rm(join(folder, "report.json"), { force: true }));

    test("tells what is new since the last report in a comment, and stays quiet about less or the same", async () => {
      expect(await drift(["A"])).toBe("issue opened");
      expect(await drift(["A"], "2026-11-29T06:00:00Z")).toBe("the issue says so already");
      expect(closing).toEqual([]);
      expect(await drift(["A", "B", "<img> @team"])).toBe("issue updated, 2 new");
      expect(closing).toHaveLength(1);
      expect(closing[0]).toContain("**2 new since 2026-11-28:**");
      expect(closing[0]).toContain("revoke B of bob");
      expect(closing[0]).not.toMatch(/<img|@team|bob@example/u);
      expect(await drift(["B"])).toBe("issue updated");
      expect(closing).toHaveLength(1);
      expect(await drift(["A", "B"])).toBe("issue updated, 1 new");
      expect(issues).toHaveLength(1);
      expect(issues[0]?.body).toContain("**to revoke 2**");
    });

    test("counts in its title", async () => {
      await drift(["A", "B"]);
      expect(issues[0]?.title).toBe("WARP registrations: 2 due, 1 to look at (production)");
      await drift(["A"]);
      expect(issues[0]?.title).toBe("WARP registrations: 1 due, 1 to look at (production)");
    });
  });

  test("what the forge could not do is tried again", async () => {
    unwell = 2;
    expect(await say("comment", REPORT)).toBe("comment added");
  });

  test("a forge that stays unwell is not explained by the token", async () => {
    unwell = 1_000;
    const { code, stderr } = await post("comment", REPORT);
    unwell = 0;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: GET \S+: answered 502, 4 times: run the job again later$/u);
  });

  test("what the forge refuses is one line without the token", async () => {
    refuse = true;
    const { code, stderr } = await post("comment", REPORT);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: GET \S+: answered 403; may the token do this\?$/u);
    expect(stderr).not.toContain("forge-token");
  });

  test("a setting that is missing is named", async () => {
    const { stderr } = await post("comment", REPORT, { GITHUB_TOKEN: "", GITLAB_TOKEN: "" });
    expect(stderr).toMatch(/^error: (?:GITHUB|GITLAB)_TOKEN is not set$/u);
    expect(calls).toEqual([]);
  });

  test.each(["a--b-", "stack->x", "ümlaut @ home", ""])("the mark of %j is the report's", async (MARKER) => {
    const report = `${commentMarker(MARKER)}\nx\n`;
    expect((await post("comment", report, { MARKER })).stdout).toBe("comment added");
    expect((await post("comment", `${report}y\n`, { MARKER })).stdout).toBe("comment updated");
  });
});

test("on GitLab no line of a report is a quick action", async () => {
  const file = join(folder, "quick.md");
  await writeFile(file, `${mark}\n/approve\n  /merge\ntext /close\n`);
  const env = {
    GITLAB_CI: "true",
    CI_API_V4_URL: base,
    CI_PROJECT_ID: "3",
    CI_MERGE_REQUEST_IID: "5",
    GITLAB_TOKEN: "forge-token",
  };
  const script = join(ROOT, "examples", "pipeline", "post.mjs");
  await run(process.execPath, [script, "comment", file], {
    cwd: folder,
    env: { ...env, MARKER: "production" },
  });
  expect(comments[0]?.body).toBe(`${mark}\n\\/approve\n  \\/merge\ntext /close\n`);
});

describe("behind a proxy", () => {
  const script = join(ROOT, "examples", "pipeline", "post.mjs");
  const comment = async (env: Fields) => {
    const file = join(folder, "behind.md");
    await writeFile(file, REPORT);
    const github = { GITHUB_REPOSITORY: "acme/warp", GITHUB_TOKEN: "forge-token", PR_NUMBER: "5" };
    return run(process.execPath, [script, "comment", file], { cwd: folder, env: { ...github, ...env } });
  };

  test("the forge is reached through it", async () => {
    const proxied = await startProxied(base);
    try {
      const env = { ...proxied.trust, GITHUB_API_URL: proxied.url, MARKER: "production" };
      const { code, all, stdout } = await comment({ ...env, HTTPS_PROXY: proxied.proxy });
      expect(code, all).toBe(0);
      expect(stdout).toBe("comment added");
      expect(proxied.asked).toContain(`CONNECT ${proxied.host}:443`);
    } finally {
      await proxied.end();
    }
  });

  test("one on this machine is reached without it", async () => {
    const env = { GITHUB_API_URL: base, MARKER: "production", HTTP_PROXY: "http://127.0.0.1:1" };
    const { code, all, stdout } = await comment(env);
    expect(code, all).toBe(0);
    expect(stdout).toBe("comment added");
  });

  test("one without a scheme is one of http", async () => {
    const proxied = await startProxied(base);
    try {
      const env = { ...proxied.trust, GITHUB_API_URL: proxied.url, MARKER: "production" };
      const { code, all } = await comment({ ...env, HTTPS_PROXY: proxied.proxy.replace("http://", "") });
      expect(code, all).toBe(0);
      expect(proxied.asked).toContain(`CONNECT ${proxied.host}:443`);
    } finally {
      await proxied.end();
    }
  });

  test("what is no address of one is told by the variable's name alone", async () => {
    const { code, stderr } = await comment({
      GITHUB_API_URL: base,
      HTTP_PROXY: "socks5://bob:s3cret-word@x",
    });
    expect(code).toBe(1);
    expect(stderr).toBe(
      "error: HTTP_PROXY is no address of a proxy; give one like http://proxy.example:3128, or unset it",
    );
  });
});

test("a token that cannot be sent is not shown, nor are eight characters of it", async () => {
  const file = join(folder, "broken.md");
  await writeFile(file, REPORT);
  const token = "ghs_4f9c1\nb27d8e06a53";
  const env = { GITHUB_API_URL: base, GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: token, PR_NUMBER: "5" };
  const script = join(ROOT, "examples", "pipeline", "post.mjs");
  const { code, stderr } = await run(process.execPath, [script, "comment", file], { cwd: folder, env });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: GET \S+: .*\*\*\*/u);
  expect(stderr).not.toContain("\n    at ");
  for (let at = 0; at + 8 <= token.length; at += 1) expect(stderr).not.toContain(token.slice(at, at + 8));
});
