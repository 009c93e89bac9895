import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { startSimulator, type Fault } from "../../src/simulator/index.js";
import type { ReportDocument } from "../../src/report/document.js";
import { TOKEN } from "../support/trial.js";
import { ACCOUNT } from "../support/world.js";
import { LISTED, SMALL } from "./small-account.js";
import { scenario, writesOf } from "./trace.js";

/** The API refuses whatever call names this id. */
const refuse = (method: string, id: string): Fault => ({
  kind: "status",
  status: 400,
  code: 2004,
  message: `no such registration ${id}`,
  match: { method, query: `id=${id}` },
  times: 100,
});

const STACK_TRACE = /\n\s+at .*\.[jt]s:\d/u;

scenario("a revoke that fails fails its own row, and all others are done", LISTED, async (trial) => {
  const { stack, simulator, folder } = trial;
  simulator.addFaults(refuse("POST", "alice-old"));
  const env = { WARP_REPORT: join(folder, "report.json") };
  const up = await stack.up({ skipPreview: true, continueOnError: true, env });
  expect(up.exitCode).not.toBe(0);
  expect(up.output).toMatch(
    /revoke alice@example\.com ALICE-OLD \(alice-old\).*no such registration alice-old/u,
  );
  expect(up.output).not.toMatch(STACK_TRACE);
  const live = new Map(simulator.world().registrations.map((one) => [one.id, one.revoked_at]));
  expect(live.get("carol-laptop")).toBeTruthy();
  expect(live.get("bob-laptop")).toBeFalsy();
  expect(live.has("bob-tablet")).toBe(false);
  expect(live.get("alice-old")).toBeFalsy();
  const { results } = JSON.parse(await readFile(env.WARP_REPORT, "utf8")) as ReportDocument;
  expect(results?.map(({ registration, result }) => `${registration} ${result}`).sort()).toEqual([
    "alice-old failed",
    "bob-laptop done",
    "bob-tablet done",
    "carol-laptop done",
  ]);
  expect(results?.find(({ registration }) => registration === "alice-old")?.reason).toContain(
    "no such registration",
  );
  expect((await stack.state()).resources.map(({ name }) => name)).not.toContain(
    "alice@example.com/alice-old",
  );

  simulator.reset();
  expect((await stack.up({ skipPreview: true })).exitCode).toBe(0);
  expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
});

scenario("a delete or unrevoke that fails fails the acts, by name", LISTED, async ({ stack, simulator }) => {
  simulator.addFaults(refuse("DELETE", "bob-tablet"), refuse("POST", "bob-laptop"));
  const up = await stack.up({ skipPreview: true });
  expect(up.exitCode).not.toBe(0);
  expect(up.output).toMatch(
    /delete bob@example\.com bob-ipad.*\(bob-tablet\).*no such registration bob-tablet/u,
  );
  expect(up.output).toMatch(
    /unrevoke bob@example\.com BOB-THINKPAD.*\(bob-laptop\).*no such registration bob-laptop/u,
  );
  expect(up.output).not.toMatch(STACK_TRACE);
  const revoked = simulator
    .world()
    .registrations.filter((one) => one.revoked_at != null)
    .map(({ id }) => id);
  expect(revoked.sort()).toEqual(["alice-old", "bob-laptop", "carol-gone", "carol-laptop"]);

  simulator.reset();
  const again = await stack.up({ skipPreview: true });
  expect(again.exitCode, again.output).toBe(0);
  expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
});

scenario(
  "a run that fails says of no act that it is done, whatever the state has of the run before",
  LISTED,
  async ({ stack, simulator }) => {
    simulator.addFaults(refuse("DELETE", "bob-tablet"), refuse("POST", "bob-laptop"));
    for (const continueOnError of [true, false, true]) {
      const up = await stack.up({ skipPreview: true, continueOnError });
      expect(up.exitCode).not.toBe(0);
      expect(up.output).toContain("no such registration bob-tablet");
      expect(up.output).not.toMatch(/Results:|(?:delete|unrevoke) done/u);
    }
  },
);

scenario("an account that changes is refused by name", LISTED, async (trial) => {
  const { stack, simulator } = trial;
  await stack.up({ skipPreview: true });
  const before = simulator.log().length;
  const other = "f".repeat(32);
  const second = await startSimulator({ world: { ...SMALL, account_id: other }, token: TOKEN });
  try {
    const moved = await trial.reopen({ accountId: other, baseUrl: second.url });
    const up = await moved.up({ skipPreview: true });
    expect(up.exitCode).not.toBe(0);
    expect(up.output).toContain(`this stack belongs to account ${ACCOUNT} and cannot change to ${other}`);
    expect(up.output).not.toMatch(STACK_TRACE);
    expect(second.log().filter(({ method }) => method !== "GET")).toEqual([]);
    expect(writesOf(simulator, before)).toEqual([]);
  } finally {
    await second.close();
  }
});

scenario("refresh without a token: one clear message, and no stack", LISTED, async ({ stack }) => {
  await stack.up({ skipPreview: true });
  const refreshed = await stack.refresh({ skipPreview: true, env: { CLOUDFLARE_API_TOKEN: undefined } });
  expect(refreshed.exitCode).not.toBe(0);
  expect(refreshed.output).toContain("Set CLOUDFLARE_API_TOKEN");
  expect(refreshed.output).not.toMatch(STACK_TRACE);
});

scenario("a listing that repeats itself is an error, and no act", LISTED, async ({ stack, simulator }) => {
  simulator.addFaults({ kind: "repeat-cursor", match: { path: "registrations$" }, times: 100 });
  simulator.set({ per_page_maximum: 2 });
  const up = await stack.up({ skipPreview: true });
  expect(up.exitCode).not.toBe(0);
  expect(up.output).toContain("came twice");
  expect(up.output).not.toMatch(STACK_TRACE);
  expect(writesOf(simulator)).toEqual([]);
});

scenario(
  "an allowlist that is not valid: all messages at once, no call",
  {
    ...LISTED,
    files: { "allowlist.yaml": "version: 1\npolcy: {}\nusers:\n  a@example.com:\n    - serial: 0012345\n" },
  },
  async ({ stack, simulator }) => {
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain("allowlist.yaml:2:1");
    expect(preview.output).toContain('quote it: serial: "0012345"');
    expect(preview.output).not.toMatch(STACK_TRACE);
    expect(simulator.log()).toEqual([]);
  },
);

scenario("without a token: one clear message, no call", LISTED, async ({ stack, simulator }) => {
  const preview = await stack.preview({ env: { CLOUDFLARE_API_TOKEN: undefined } });
  expect(preview.exitCode).not.toBe(0);
  expect(preview.output).toContain("Set CLOUDFLARE_API_TOKEN");
  expect(preview.output).not.toMatch(STACK_TRACE);
  expect(simulator.log()).toEqual([]);
});

scenario(
  "config that is none of ours: a token and a mistyped key are refused at once, the token unseen, no call",
  { ...LISTED, config: { apiToken: "leaked-4711", allowlst: "people/*.yaml" } },
  async ({ stack, simulator }) => {
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain("did you mean `allowlist`?");
    expect(preview.output).toContain("the API token is only read from the environment");
    for (const key of ["allowlst", "apiToken"])
      expect(preview.output).toContain(`pulumi config rm warp-registrations:${key}`);
    expect(preview.output).not.toContain("leaked-4711");
    expect(preview.output).not.toMatch(STACK_TRACE);
    expect(simulator.log()).toEqual([]);
  },
);

scenario(
  "config in the project's own namespace: an error with the right commands, no call",
  { ...LISTED, config: { "trial:allowlist": "people/*.yaml" } },
  async ({ stack, simulator }) => {
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain("the config has trial:allowlist, which is not read");
    expect(preview.output).toContain("pulumi config set warp-registrations:allowlist <value>");
    expect(preview.output).toContain("pulumi config rm trial:allowlist");
    expect(preview.output).not.toMatch(STACK_TRACE);
    expect(simulator.log()).toEqual([]);
  },
);

scenario(
  "a list of allowlist files in the config is taken",
  {
    ...LISTED,
    files: {
      "people/a.yaml": LISTED.files["allowlist.yaml"],
      "people/b.yaml": "users: { zoe@example.com: [] }\n",
    },
    config: { allowlist: '["people/a.yaml","people/b.yaml"]' },
  },
  async ({ stack }) => {
    const preview = await stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    expect(preview.output).toContain("people/a.yaml:");
  },
);

scenario(
  "an account id of a template and an address that is not Cloudflare's are refused, no call",
  LISTED,
  async (trial) => {
    const { simulator } = trial;
    for (const [config, says] of [
      [{ accountId: "YOUR-ACCOUNT-ID" }, 'the account is "YOUR-ACCOUNT-ID", which is not an account id'],
      [{ baseUrl: "https://collect.example/client/v4" }, "would send the credentials to collect.example"],
      [
        { baseUrl: "https://api.cloudflare.com.collect.example" },
        "would send the credentials to api.cloudflare.com.collect.example",
      ],
    ] as const) {
      const preview = await (await trial.reopen(config)).preview();
      expect(preview.exitCode).not.toBe(0);
      expect(preview.output).toContain(says);
      expect(preview.output).not.toMatch(STACK_TRACE);
    }
    expect(simulator.log()).toEqual([]);
  },
);

scenario(
  "the allowlist of another account: refused before anything is listed",
  {
    ...LISTED,
    files: {
      "allowlist.yaml": LISTED.files["allowlist.yaml"].replace(
        "version: 1",
        `version: 1\naccount: ${"f".repeat(32)}`,
      ),
    },
  },
  async ({ stack, simulator }) => {
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain("[allowlist/other-account]");
    expect(simulator.log()).toEqual([]);
  },
);

const PROGRAM_FAILS = `const { WarpRegistrations } = require("pulumi-warp-registrations/program");
module.exports = () => {
  new WarpRegistrations("warp");
  throw new Error("the rest of the program is wrong");
};
`;

scenario(
  "a program that fails beside the component changes nothing in the account",
  { ...LISTED, files: { ...LISTED.files, "index.js": PROGRAM_FAILS } },
  async ({ stack, simulator }) => {
    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode, up.output).not.toBe(0);
    expect(up.output).toContain("the rest of the program is wrong");
    expect(up.output).toContain("nothing was done, since the program has failed");
    expect(writesOf(simulator)).toEqual([]);
    expect((await stack.state()).resources.map(({ name }) => name)).not.toContain("acts");
  },
);
