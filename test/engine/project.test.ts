import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readProject, scriptOf } from "./project.js";
import { inFolder } from "./scenario.js";

test("main moves the working folder", () =>
  inFolder(async (root) => {
    const read = async (yaml: string) => {
      await writeFile(join(root, "Pulumi.yaml"), yaml);
      return readProject(root);
    };
    await mkdir(join(root, "sub"));
    expect(await read("name: a")).toMatchObject({ name: "a", root, folder: root, program: "." });
    expect(await read("name: a\nmain: sub")).toMatchObject({ folder: join(root, "sub"), program: "." });
    expect(await read("name: a\nmain: sub/x.js")).toMatchObject({
      folder: join(root, "sub"),
      program: "x.js",
    });
    await expect(read("runtime: nodejs")).rejects.toThrow("names no project");
  }));

test("a project without the SDK is refused", () =>
  inFolder((folder) => {
    const project = { name: "a", root: folder, folder, program: ".", config: new Map() };
    expect(() => scriptOf(project, "run")).toThrow("has no @pulumi/pulumi");
    return Promise.resolve();
  }));

test("a folder without Pulumi.yaml is refused", () =>
  inFolder((root) => expect(readProject(root)).rejects.toThrow("cannot be read")));
