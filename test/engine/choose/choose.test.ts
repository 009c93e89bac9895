import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { chooseEngine } from "../index.js";
import { expectGone, inFolder } from "../scenario.js";
import type { Pause } from "./progress.js";

const posix = process.platform !== "win32";
const VERSION = "#!/bin/sh\necho v3.260.0\n";

async function executable(path: string, script: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, script);
  await chmod(path, 0o755);
}

/** A folder with a CLI and its language host. */
async function cli(folder: string, script = VERSION): Promise<string> {
  await executable(join(folder, "pulumi"), script);
  await executable(join(folder, "pulumi-language-nodejs"), "#!/bin/sh\n");
  return folder;
}

/** A project with an npm package `pulumi` whose launcher does this. */
async function launcher(root: string, script: string): Promise<void> {
  const folder = join(root, "node_modules", "pulumi");
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ version: "3.265.0", bin: { pulumi: "run.js" } }),
  );
  await writeFile(join(folder, "run.js"), script);
}

/** Chooses from these folders, with nothing of the machine's but the shell's own commands. */
async function choose(
  root: string,
  path: readonly string[],
  more: Readonly<Record<string, string>> = {},
  pause?: Pause,
) {
  const said: string[] = [];
  const env = { PATH: [...path, "/usr/bin", "/bin"].join(delimiter), HOME: join(root, "home"), ...more };
  const say = (line: string) => said.push(line);
  const engine = await chooseEngine({ env, project: root, say, patience: 1000, pause });
  return { ...engine, said };
}

/** Waits for another beat that the launcher has left in a file, however long that takes it. */
function beats(file: string): Pause {
  let last = "";
  return async (_milliseconds, signal) => {
    let now = last;
    while (now === last && !signal.aborted) {
      await sleep(10);
      now = await readFile(file, "utf8").catch(() => "");
    }
    last = now;
  };
}

describe.runIf(posix)("on the PATH", () => {
  test("a CLI is taken, but not from node_modules/.bin", () =>
    inFolder(async (root) => {
      const bin = await cli(join(root, "other", "node_modules", ".bin"), "#!/bin/sh\necho v9.9.9\n");
      const real = await cli(join(root, "a folder"));
      const engine = await choose(root, [bin, `${bin}/`, real]);
      expect([engine.real, engine.name]).toEqual([true, "Pulumi CLI v3.260.0 (on the PATH)"]);
    }));

  test("a link to the npm package is no CLI, wherever it stands", () =>
    inFolder(async (root) => {
      const target = await cli(join(root, "lib", "node_modules", "pulumi"));
      const bin = join(root, "bin");
      await mkdir(bin);
      await symlink(join(target, "pulumi"), join(bin, "pulumi"));
      expect((await choose(root, [bin])).real).toBe(false);
    }));

  test.each([
    ["does not answer `pulumi version`", "#!/bin/sh\nexit 1\n"],
    ["does not answer `pulumi version`", "#!/bin/sh\necho hello\n"],
    ["is v3.100.0, older than v3.216", "#!/bin/sh\necho v3.100.0\n"],
  ])("one that %s is of no use", (problem, script) =>
    inFolder(async (root) => {
      const bin = await cli(join(root, "bin"), script);
      const engine = await choose(root, [bin]);
      expect(engine.name).toBe("rehearsal engine");
      expect(engine.why).toBe(
        `rehearsal engine: the pulumi on the PATH (${join(bin, "pulumi")}) ${problem}, and the npm package pulumi is not installed`,
      );
    }),
  );

  test("one without its language host is of no use", () =>
    inFolder(async (root) => {
      const bin = await cli(join(root, "bin"));
      await rm(join(bin, "pulumi-language-nodejs"));
      expect((await choose(root, [bin])).why).toContain("has no pulumi-language-nodejs");
    }));
});

describe("forced", () => {
  test("an engine that cannot be had is an error", () =>
    inFolder(async (root) => {
      const force = (name: string) => choose(root, [], { WARP_ENGINE: name });
      await expect(force("pulumi")).rejects.toThrow(
        "WARP_ENGINE=pulumi cannot be had: no pulumi on the PATH",
      );
      await expect(force("npm")).rejects.toThrow("the npm package pulumi is not installed");
      await expect(force("magic")).rejects.toThrow("say pulumi, npm or rehearsal");
      expect((await force("rehearsal")).why).toBe("rehearsal engine (WARP_ENGINE=rehearsal)");
    }));
});

describe.runIf(posix)("the npm package", () => {
  test("is given up when nothing moves, with all that it started, and is not tried again soon", () =>
    inFolder(async (root) => {
      const pids = join(root, "pids");
      // Redraws a progress bar all the time, as a download that stands still does.
      const script = `
        const child = require("child_process").spawn("sleep", ["600"], { detached: true });
        require("fs").writeFileSync(${JSON.stringify(pids)}, process.pid + " " + child.pid);
        setInterval(() => process.stderr.write("\\r 0%"), 20);`;
      await launcher(root, script);
      const started = () => expect.poll(() => readFile(pids, "utf8").catch(() => "")).not.toBe("");
      const first = await choose(root, [], {}, started);
      expect(first.why).toBe(
        "rehearsal engine: no pulumi on the PATH, and the npm package pulumi could not download the CLI (no progress for 1 s)",
      );
      expect(first.said).toHaveLength(1);
      await expectGone((await readFile(pids, "utf8")).split(" ").map(Number));

      await rm(pids);
      const second = await choose(root, []);
      expect(second.why).toContain("(no progress for 1 s; tried just now, WARP_ENGINE=npm tries again)");
      expect(second.said).toEqual([]);
      await expect(readFile(pids, "utf8"), "nothing was started").rejects.toThrow("ENOENT");
    }));

  test("is given up at once when it fails", () =>
    inFolder(async (root) => {
      await launcher(root, `process.stderr.write("pulumi: fetch failed\\n"); process.exitCode = 1;`);
      const engine = await choose(root, []);
      expect(engine.why).toContain("could not download the CLI (fetch failed)");
      await expect(choose(root, [], { WARP_ENGINE: "npm" })).rejects.toThrow("(fetch failed)");
    }));

  test("may take its time as long as something grows", () =>
    inFolder(async (root) => {
      const file = join(root, "beats");
      const script = `
        const fs = require("fs"), path = require("path");
        const bin = path.join(process.env.PULUMI_HOME, "versions", "3.265.0", "bin");
        fs.mkdirSync(bin, { recursive: true });
        let beats = 0;
        const timer = setInterval(() => {
          fs.appendFileSync(path.join(process.env.TMPDIR, "archive"), "bytes");
          if (++beats === 8) clearInterval(timer);
          if (beats === 8) for (const name of ["pulumi", "pulumi-language-nodejs"]) {
            fs.writeFileSync(path.join(bin, name), "#!/bin/sh\\necho v3.265.0\\n", { mode: 0o755 });
          }
          fs.writeFileSync(${JSON.stringify(file)}, String(beats));
        }, 200);`;
      await launcher(root, script);
      const first = await choose(root, [], {}, beats(file));
      expect([first.real, first.name]).toEqual([true, "Pulumi CLI v3.265.0 (npm package pulumi)"]);
      expect(first.said[0]).toContain("downloads the Pulumi CLI v3.265.0");
      const second = await choose(root, []);
      expect([second.name, second.said]).toEqual([first.name, []]);
    }));
});
