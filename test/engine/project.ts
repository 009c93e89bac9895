/** What Pulumi.yaml says about a project. */

import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { readDeclared, type DeclaredConfig } from "./config.js";
import { EngineError } from "./engine.js";

export interface Project {
  readonly name: string;
  /** The folder of Pulumi.yaml. */
  readonly root: string;
  /** The working folder of the program and its providers. */
  readonly folder: string;
  /** The program, relative to its folder; `.` where package.json says it. */
  readonly program: string;
  readonly config: DeclaredConfig;
}

/** Reads Pulumi.yaml. As in the CLI, a `main` in it moves the working folder to that file's folder. */
export async function readProject(folder: string): Promise<Project> {
  const root = resolve(folder);
  const document: unknown = parse(await readProjectFile(join(root, "Pulumi.yaml")));
  const name = field(document, "name");
  if (name === undefined) throw new EngineError(`${join(root, "Pulumi.yaml")} names no project: add a name`);
  const config = readDeclared(name, (document as { config?: unknown }).config);
  return { name, root, config, ...(await place(root, field(document, "main"))) };
}

async function place(root: string, main: string | undefined): Promise<Pick<Project, "folder" | "program">> {
  if (main === undefined) return { folder: root, program: "." };
  const path = join(root, main);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? { folder: path, program: "." } : { folder: dirname(path), program: basename(path) };
}

const ROOT = dirname(require.resolve("pulumi-warp-registrations/package.json"));

/** Node's own arguments for a script of the SDK in a rehearsed run: `lazy.cjs` says what for. */
export const LATE = ["--require", join(ROOT, "test", "engine", "rehearsal", "lazy.cjs")];

/** A script of the project's own Pulumi SDK, as the CLI would start it. */
export function scriptOf({ folder }: Project, name: "run" | "dynamic-provider"): string {
  try {
    return createRequire(join(folder, "-")).resolve(`@pulumi/pulumi/cmd/${name}`);
  } catch {
    throw new EngineError(`${folder} has no @pulumi/pulumi: install the project's dependencies`);
  }
}

async function readProjectFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    throw new EngineError(`${path} cannot be read: a workspace's project is the folder with Pulumi.yaml`);
  }
}

function field(document: unknown, key: string): string | undefined {
  if (typeof document !== "object" || document === null) return undefined;
  const value = (document as Record<string, unknown>)[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}
