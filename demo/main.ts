/** `npm run demo`: the whole story, against a simulated account, under the engine that can be had. */

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { chooseEngine } from "../test/engine/index.js";
import { readWorldFile, startSimulator } from "../src/simulator/index.js";
import { say, title } from "./say.js";
import { playStory } from "./story.js";

/** Where everything of the demo lives; git ignores it. */
const FOLDER = ".demo";

/** Tells the story in the clone at `root`; stops all that it started, also on Ctrl-C. */
export function main(root: string): void {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());
  run(root, stop.signal).then(
    (ended) => {
      process.exitCode = ended ? 0 : 1;
    },
    (error: unknown) => {
      if (!stop.signal.aborted) console.error(error instanceof Error ? error.message : error);
      else say("Stopped; nothing is left running.");
      process.exitCode = stop.signal.aborted ? 130 : 1;
    },
  );
}

async function run(root: string, signal: AbortSignal): Promise<boolean> {
  const folder = join(root, FOLDER);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const engine = await chooseEngine({ env: process.env, project: root, say, signal });
  const simulator = await startSimulator({
    world: readWorldFile(join(root, "examples/quickstart/world.json")),
  });
  try {
    title("A simulated Cloudflare account");
    say(`Engine: ${engine.why}.`);
    say(
      `Account ${simulator.accountId} at ${simulator.url}, with ${simulator.world().registrations.length} registrations.`,
    );
    const stack = await engine.open({
      project: root,
      folder,
      stack: "demo",
      config: {
        "warp-registrations:accountId": simulator.accountId,
        "warp-registrations:allowlist": "examples/quickstart/allowlist/*.yaml",
        "warp-registrations:baseUrl": simulator.url,
      },
      env: { CLOUDFLARE_API_TOKEN: "simulated-token" },
    });
    return await playStory({ stack, simulator, signal, folder });
  } finally {
    await simulator.close();
  }
}
