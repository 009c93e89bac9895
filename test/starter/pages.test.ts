/** What the pages tell a new user to type, typed: from a clone to the first preview. */

import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSimulator } from "../../src/simulator/index.js";
import { SMALL } from "../e2e/small-account.js";
import { findOnPath } from "../engine/choose/on-path.js";
import { ENGINE_VARIABLE, rehearsalEngine } from "../engine/index.js";
import { realEngine } from "../engine/scenario.js";
import { writeExecutable } from "../pipelines/clone.js";
import { plainEnvironment, run } from "../pipelines/command.js";
import { listen } from "../pipelines/engines.js";
import { ROOT } from "../pipelines/package-folder.js";
import { TOKEN } from "../support/trial.js";
import { copySource, NPM, whyUnreachable } from "./source.js";

let base: string;
/** One for all pages: whoever is first builds it. */
let source: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "a stranger's folder "));
  source = join(base, "pulumi-warp-registrations");
  await copySource(source);
});
afterAll(() => rm(base, { recursive: true, force: true }));

/** The shell blocks of a page, or of those of its sections whose headings begin so. */
async function shellOf(page: string, headings: readonly string[]): Promise<string> {
  const sections = (await readFile(join(ROOT, page), "utf8")).split(/^## /mu);
  const wanted = sections.filter((text) => headings.some((heading) => text.startsWith(heading)));
  expect(wanted, page).toHaveLength(headings.length);
  const blocks = wanted.flatMap((text) => [...text.matchAll(/^( *)```sh\n(.*?)^\1```$/gmsu)]);
  return blocks.map(([, , block = ""]) => block).join("\n");
}

const PAGES: readonly (readonly [string, () => Promise<string>])[] = [
  ["README.md", () => shellOf("README.md", ["On a real account"])],
  ["docs/getting-started.md", () => shellOf("docs/getting-started.md", ["1.", "2.", "3.", "4."])],
  [
    "the starter's README.md",
    async () =>
      `examples/starter.sh ../our-warp gitlab\ncd ../our-warp\n${await shellOf("examples/starter/README.md", ["Once"])}`,
  ],
];

interface Pulumi {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly end: () => void;
}

/** Knows what the pages say of `pulumi`, refuses all else, and previews under the rehearsal engine. */
async function rehearsed(folder: string): Promise<Pulumi> {
  const config: Record<string, string> = {};
  let state: string | undefined;
  let stack: string | undefined;
  const answer = async (args: readonly string[], cwd: string, env: Record<string, string>) => {
    const [command, ...rest] = args;
    if (command === "login" && rest[0]?.startsWith("file://")) state = rest[0].slice("file://".length);
    else if (state === undefined) return "not logged in";
    else if (env.PULUMI_CONFIG_PASSPHRASE === undefined) return "passphrase must be set";
    else if (command === "stack" && rest[0] === "init") stack = rest[1];
    else if (stack === undefined) return "no stack selected";
    else if (command === "config" && rest[0] === "set" && rest.length === 3)
      config[rest[1] ?? ""] = rest[2] ?? "";
    else if (command === "preview") {
      const opened = await rehearsalEngine("test").open({ project: cwd, folder: state, stack, config, env });
      const { exitCode, output } = await opened.preview();
      return exitCode === 0 ? { output } : output;
    } else return `the stand-in does not know: pulumi ${args.join(" ")}`;
    return { output: "" };
  };
  const server = createServer((request, response) => {
    void (async () => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const { args, cwd, env } = JSON.parse(text) as Parameters<typeof asked>[0];
      response.end(JSON.stringify(await asked({ args, cwd, env })));
    })();
  });
  const asked = async (call: { args: string[]; cwd: string; env: Record<string, string> }) => {
    const said = await answer(call.args, call.cwd, call.env).catch(String);
    return typeof said === "string" ? { exitCode: 1, output: said } : { exitCode: 0, ...said };
  };
  const port = await listen(server);
  await mkdir(folder, { recursive: true });
  await writeExecutable(
    join(folder, "pulumi"),
    `#!${process.execPath}
fetch("http://127.0.0.1:${port}", {
  method: "POST",
  body: JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), env: process.env }),
})
  .then((answer) => answer.json())
  .then(({ exitCode, output }) => {
    console.log(output);
    process.exitCode = exitCode;
  });
`,
  );
  return { path: folder, env: {}, end: () => void server.close() };
}

async function real(folder: string): Promise<Pulumi | string> {
  const engine = await realEngine();
  if (typeof engine === "string") return engine;
  const binary = (await findOnPath({ ...plainEnvironment(), [ENGINE_VARIABLE]: "pulumi" })) ?? "";
  const env = { PULUMI_HOME: join(folder, "home"), PULUMI_SKIP_UPDATE_CHECK: "true" };
  return { path: dirname(binary), env, end: () => undefined };
}

/**
 * Types all of it into one shell, with the values that the pages leave open, and no keyboard to answer a question. Says why
 * it cannot be done where there is no network.
 */
async function follow(commands: string, pulumi: Pulumi): Promise<string | undefined> {
  const simulator = await startSimulator({ world: SMALL, token: TOKEN });
  const made = join(base, "our-warp");
  try {
    const values: Readonly<Record<string, string>> = {
      "YOUR-ACCOUNT-ID": simulator.accountId,
      "YOUR-TOKEN": TOKEN,
      "ANY-PASSPHRASE": "for a test",
    };
    const typed = commands.replace(
      /(?<==)(?:YOUR-ACCOUNT-ID|YOUR-TOKEN|ANY-PASSPHRASE)/gu,
      (name) => `'${values[name] ?? ""}'`,
    );
    expect(typed, "every value has been filled in").not.toMatch(/…|YOUR-|ANY-/u);
    const { code, all, stdout } = await run("bash", ["-euo", "pipefail", "-c", typed], {
      cwd: source,
      env: {
        ...{ ...NPM, ...pulumi.env, CLOUDFLARE_BASE_URL: simulator.url },
        PATH: [pulumi.path, process.env.PATH ?? ""].join(delimiter),
      },
    });
    const unreachable = code === 0 ? undefined : whyUnreachable(all);
    if (unreachable !== undefined) return unreachable;
    expect(code, all).toBe(0);
    // An export of what is live leaves nothing to do.
    expect(stdout).toContain("in sync");
    const writes = simulator.log().filter(({ method }) => method !== "GET");
    expect(writes).toEqual([]);
    expect(await readFile(join(made, "allowlist.yaml"), "utf8")).toContain("version: 1");
    if (pulumi.env.PULUMI_HOME !== undefined)
      expect(await readFile(join(made, "Pulumi.production.yaml"), "utf8")).toContain(simulator.accountId);
    return undefined;
  } finally {
    await simulator.close();
    pulumi.end();
    for (const folder of [made, `${made}-state`]) await rm(folder, { recursive: true, force: true });
  }
}

describe.each(PAGES)("the commands of %s lead from a clone to the first preview", (_page, commands) => {
  test("rehearsal engine", async ({ skip }) => {
    const missing = await follow(await commands(), await rehearsed(await mkdtemp(join(base, "bin "))));
    if (missing !== undefined) skip(missing);
  });
  test("real CLI", async ({ skip }) => {
    const pulumi = await real(await mkdtemp(join(base, "pulumi ")));
    if (typeof pulumi === "string") return skip(pulumi);
    const missing = await follow(await commands(), pulumi);
    if (missing !== undefined) skip(missing);
  });
});
