import { expect, test } from "vitest";
import { originOf } from "./to-document.js";

const GITHUB = {
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "acme/warp",
  GITHUB_SHA: "5d35baa0",
  GITHUB_RUN_ID: "98765",
  GITHUB_REF: "refs/pull/12/merge",
};

const GITLAB = {
  CI_COMMIT_SHA: "47b6b2d0",
  CI_PROJECT_URL: "https://gitlab.com/acme/warp",
  CI_MERGE_REQUEST_PROJECT_URL: "https://gitlab.com/acme/upstream",
  CI_MERGE_REQUEST_IID: "7",
  CI_JOB_URL: "https://gitlab.com/acme/warp/-/jobs/1",
};

test("GitHub Actions says where a run is by itself", () => {
  expect(originOf(GITHUB)).toEqual({
    commit: "5d35baa0",
    pullRequest: "12",
    pullRequestUrl: "https://github.com/acme/warp/pull/12",
    runUrl: "https://github.com/acme/warp/actions/runs/98765",
  });
});

test("GitLab CI does so too, with the project of the merge request", () => {
  expect(originOf(GITLAB)).toEqual({
    commit: "47b6b2d0",
    pullRequest: "7",
    pullRequestUrl: "https://gitlab.com/acme/upstream/-/merge_requests/7",
    runUrl: "https://gitlab.com/acme/warp/-/jobs/1",
  });
});

test("after a merge no pull request is known, and the pipeline may say its number or its address", () => {
  const merged = { ...GITHUB, GITHUB_REF: "refs/heads/main" };
  expect(Object.keys(originOf(merged) ?? {})).toEqual(["commit", "runUrl"]);
  expect(originOf({ ...merged, WARP_PULL_REQUEST: "31" })).toMatchObject({
    pullRequest: "31",
    pullRequestUrl: "https://github.com/acme/warp/pull/31",
  });
  const address = "https://git.example/x/pulls/31/";
  expect(originOf({ ...merged, WARP_PULL_REQUEST: address })).toMatchObject({
    pullRequest: "31",
    pullRequestUrl: address,
  });
});

test("what is said for this tool goes before what the forge says; empty values say nothing", () => {
  expect(originOf({ ...GITHUB, WARP_COMMIT: "abc", WARP_RUN_URL: "https://ci.example/1" })).toMatchObject({
    commit: "abc",
    runUrl: "https://ci.example/1",
  });
  expect(
    originOf({ WARP_COMMIT: " ", GITHUB_SHA: "", GITHUB_SERVER_URL: "https://github.com" }),
  ).toBeUndefined();
});
