/** A TypeScript program of somebody's own: what the package exports resolves with its types. */

import { mkdtemp, rm, symlink, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../pipelines/command.js";
import { ROOT } from "../pipelines/package-folder.js";

const PROGRAM = `import * as pulumi from "@pulumi/pulumi";
import { WarpRegistrations, warpRegistrations, type DoneCounts, type ProgramOptions } from "pulumi-warp-registrations/program";
import { Revocation } from "pulumi-warp-registrations/resources";
const options: ProgramOptions = { accountId: "0" };
const warp = new WarpRegistrations("warp", options, { protect: true });
export const counts: pulumi.Output<DoneCounts | undefined> = warp.counts;
export const row = new Revocation("x", { account: "a", registration: "r", user: "u", device: "d" });
// @ts-expect-error an account is text
void warpRegistrations({ accountId: 1 });
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warp-types-"));
  await mkdir(join(folder, "node_modules"));
  const link = (name: string, target: string) =>
    symlink(target, join(folder, "node_modules", name), "junction");
  await link("pulumi-warp-registrations", ROOT);
  await link("@pulumi", join(ROOT, "node_modules", "@pulumi"));
  await link("@types", join(ROOT, "node_modules", "@types"));
  await writeFile(join(folder, "index.ts"), PROGRAM);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
  ["commonjs", "node10"],
])("module %s, resolved as %s", async (module, resolution) => {
  const strict = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--types", "node"];
  // TypeScript 6 calls node10 deprecated, and Pulumi's own templates still ask for it.
  const old = resolution === "node10" ? ["--ignoreDeprecations", "6.0"] : [];
  const how = ["--module", module, "--moduleResolution", resolution, ...old];
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const { code, all } = await run(process.execPath, [tsc, ...strict, ...how, "index.ts"], { cwd: folder });
  expect(code, all).toBe(0);
});
