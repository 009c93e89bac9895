// GitHub: comments on pull requests, and issues. GITHUB_TOKEN, and for a comment PR_NUMBER, are given by the workflow.

import { caller, findIn, setting } from "./request.mjs";

export function github(env) {
  const repository = `/repos/${setting(env, "GITHUB_REPOSITORY")}`;
  const call = caller(env.GITHUB_API_URL ?? "https://api.github.com", {
    authorization: `Bearer ${setting(env, "GITHUB_TOKEN")}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
  });
  // Whose the workflow's own token is. With another token, say whose in WARP_BOT.
  const me = env.WARP_BOT ?? "github-actions[bot]";
  const ours = (mark) => (one) => one.user?.login === me && (one.body ?? "").startsWith(mark);
  const comments = (number) => `${repository}/issues/${number}/comments`;
  return {
    mergedBy: async () => {
      const found = await call("GET", `${repository}/commits/${setting(env, "GITHUB_SHA")}/pulls`);
      return found.find(({ merged_at: merged }) => typeof merged === "string")?.number;
    },
    findComment: (mark) => findIn(call, comments(setting(env, "PR_NUMBER")), ours(mark)),
    addComment: (body) => call("POST", comments(setting(env, "PR_NUMBER")), { body }),
    changeComment: ({ id }, body) => call("PATCH", `${repository}/issues/comments/${id}`, { body }),
    findIssue: (mark) =>
      findIn(
        call,
        `${repository}/issues?state=open`,
        (one) => one.pull_request === undefined && ours(mark)(one),
      ),
    openIssue: (title, body) => call("POST", `${repository}/issues`, { title, body }),
    changeIssue: ({ number }, title, body) =>
      call("PATCH", `${repository}/issues/${number}`, { title, body }),
    commentIssue: ({ number }, body) => call("POST", comments(number), { body }),
    closeIssue: async ({ number }, body) => {
      await call("POST", comments(number), { body });
      await call("PATCH", `${repository}/issues/${number}`, { state: "closed", state_reason: "completed" });
    },
  };
}
