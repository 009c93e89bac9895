// GitLab: notes on merge requests, and issues. GITLAB_TOKEN is a project access token (Reporter, scope `api`): the
// job's own token cannot write either.

import { caller, findIn, setting } from "./request.mjs";

export function gitlab(env) {
  const project = `/projects/${encodeURIComponent(setting(env, "CI_PROJECT_ID"))}`;
  const call = caller(setting(env, "CI_API_V4_URL"), { "private-token": setting(env, "GITLAB_TOKEN") });
  const notes = () => `${project}/merge_requests/${setting(env, "CI_MERGE_REQUEST_IID")}/notes`;
  const find = async (path, mark, text) => {
    const { id } = await call("GET", "/user");
    const found = await findIn(
      call,
      path,
      (one) => one.author?.id === id && (one[text] ?? "").startsWith(mark),
    );
    return found && { ...found, body: found[text] };
  };
  return {
    mergedBy: async () => {
      const commit = `${project}/repository/commits/${setting(env, "CI_COMMIT_SHA")}`;
      const found = await call("GET", `${commit}/merge_requests`);
      return found.find(({ state }) => state === "merged")?.iid;
    },
    findComment: (mark) => find(notes(), mark, "body"),
    addComment: (body) => call("POST", notes(), { body: inert(body) }),
    changeComment: ({ id }, body) => call("PUT", `${notes()}/${id}`, { body: inert(body) }),
    findIssue: (mark) => find(`${project}/issues?state=opened&scope=all`, mark, "description"),
    openIssue: (title, body) => call("POST", `${project}/issues`, { title, description: inert(body) }),
    changeIssue: ({ iid }, title, body) =>
      call("PUT", `${project}/issues/${iid}`, { title, description: inert(body) }),
    commentIssue: ({ iid }, body) => call("POST", `${project}/issues/${iid}/notes`, { body: inert(body) }),
    closeIssue: async ({ iid }, body) => {
      await call("POST", `${project}/issues/${iid}/notes`, { body });
      await call("PUT", `${project}/issues/${iid}`, { state_event: "close" });
    },
  };
}

/** A line that begins with a slash is a quick action, done with the rights of whoever writes it. */
function inert(body) {
  return body.replaceAll(/^(\s*)\//gmu, "$1\\/");
}
