/** `pulumi` for the pipelines' scripts: the real CLI where one is on the PATH, else a stand-in for it on the PATH. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { mkdir } from "node:fs/promises";
import { describe, test } from "vitest";
import { chooseEngine, ENGINE_VARIABLE, rehearsalEngine, type Environment } from "../engine/index.js";
import { findOnPath } from "../engine/choose/on-path.js";
import { writeExecutable } from "./clone.js";
import { mustRun, plainEnvironment } from "./command.js";

interface PulumiOnPath {
  /** What a pipeline's step must have in its environment. */
  readonly env: Environment;
  readonly end: () => Promise<void>;
}

/** Makes the stack `production` of the project ready; its state is kept in the folder. */
type PulumiFor = (places: { readonly project: string; readonly folder: string }) => Promise<PulumiOnPath>;

/** Whoever calls the stand-in gets the rehearsal engine of this process. It knows what warp.sh calls. */
const rehearsedPulumi: PulumiFor = async ({ project, folder }) => {
  const exporting = "stack export --non-interactive --stack production";
  const flags =
    "up --yes --skip-preview --non-interactive --color never --suppress-progress --stack production";
  const server = createServer((request, response) => {
    void (async () => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const { args, env } = JSON.parse(text) as { args: string[]; env: Record<string, string> };
      if (args.join(" ") !== flags && args.join(" ") !== exporting) {
        response.end(
          JSON.stringify({ exitCode: 2, output: `the stand-in does not know: pulumi ${args.join(" ")}` }),
        );
        return;
      }
      const stack = await rehearsalEngine("test").open({
        project,
        folder,
        stack: "production",
        config: {},
        env,
      });
      if (args.join(" ") === exporting) {
        const { resources } = await stack.state();
        const output = JSON.stringify({ version: 3, deployment: { resources } });
        response.end(JSON.stringify({ exitCode: 0, output }));
        return;
      }
      const { exitCode, output } = await stack.up({ skipPreview: true });
      response.end(JSON.stringify({ exitCode, output }));
    })().catch((error: unknown) => response.end(JSON.stringify({ exitCode: 2, output: String(error) })));
  });
  const port = await listen(server);
  const bin = join(folder, "bin");
  await mkdir(bin, { recursive: true });
  await writeExecutable(
    join(bin, "pulumi"),
    `#!${process.execPath}
fetch("http://127.0.0.1:${port}", {
  method: "POST",
  body: JSON.stringify({ args: process.argv.slice(2), env: process.env }),
})
  .then((answer) => answer.json())
  .then(({ exitCode, output }) => {
    console.log(output);
    process.exitCode = exitCode;
  });
`,
  );
  return {
    env: { PATH: [bin, process.env.PATH ?? ""].join(delimiter) },
    end: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

/** The CLI itself, with a backend, a home and a passphrase of its own. */
function realPulumi(binary: string): PulumiFor {
  return async ({ project, folder }) => {
    const state = join(folder, "state");
    await mkdir(state, { recursive: true });
    const env = {
      PATH: [dirname(binary), process.env.PATH ?? ""].join(delimiter),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "for a test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    await mustRun(binary, ["stack", "init", "production", "--non-interactive"], { cwd: project, env });
    return { env, end: () => Promise.resolve() };
  };
}

let real: Promise<PulumiFor | string> | undefined;

/** The CLI on the PATH, or why there is none. */
function findReal(): Promise<PulumiFor | string> {
  real ??= (async () => {
    const env = { ...plainEnvironment(), [ENGINE_VARIABLE]: "pulumi" };
    try {
      await chooseEngine({ env, project: __dirname, say: () => undefined });
      return realPulumi((await findOnPath(env)) ?? "");
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      console.warn(`The pipelines are not tried under the real CLI: ${why}`);
      return why;
    }
  })();
  return real;
}

/** One test for each engine; that of the real CLI is skipped, with the reason, where there is none. */
export function underEachPulumi(title: string, body: (pulumi: PulumiFor) => Promise<void>): void {
  describe(title, () => {
    test("rehearsal engine", () => body(rehearsedPulumi));
    test("real CLI", async ({ skip }) => {
      const pulumi = await findReal();
      if (typeof pulumi === "string") skip(pulumi);
      else await body(pulumi);
    });
  });
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return (server.address() as AddressInfo).port;
}
