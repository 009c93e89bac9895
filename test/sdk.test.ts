/** The resources against the SDKs at both ends of the peer range: what they take over from `dynamic.Resource`. */

import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { underEachEngine } from "./engine/scenario.js";
import { mustRun } from "./pipelines/command.js";
import { ROOT, writePackage } from "./pipelines/package-folder.js";
import { npmInstall } from "./starter/source.js";
import { startTrial } from "./support/trial.js";
import { LISTED } from "./e2e/small-account.js";

/** The oldest of the peer range, the one that is pinned here, and the newest that was tried. */
const SDKS = ["3.216.0", "3.248.0", "3.276.0"];

const { peerDependencies, devDependencies } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
) as Record<"peerDependencies" | "devDependencies", Readonly<Record<string, string>>>;

test("the range that package.json states begins at the oldest that is tried here", () => {
  expect(peerDependencies["@pulumi/pulumi"]).toBe(`>=${SDKS[0] ?? ""} <4`);
  expect(SDKS).toContain(devDependencies["@pulumi/pulumi"]);
});

/** Prints what each of two registrations asks of the engine: the SDK's own dynamic resource, and ours. */
const SCRIPT = `const pulumi = require("@pulumi/pulumi");
const { PlannedRevocation } = require("pulumi-warp-registrations/resources");
const thin = { check: async (olds, inputs) => ({ inputs }), create: async () => ({ id: "x" }) };
const inputs = () => ({ account: "a", registration: "r", user: "u", device: "d" });
class Dynamic extends pulumi.dynamic.Resource {
  constructor() { super(thin, "row", inputs(), { retainOnDelete: true }, "warp", "Revocation"); }
}
async function main() {
  await pulumi.runtime.setMocks({ call: (args) => args.inputs, newResource: ({ inputs: state }) => ({ id: "x", state }) });
  const monitor = pulumi.runtime.getMonitor();
  const register = monitor.registerResource.bind(monitor);
  const asked = [];
  monitor.registerResource = (request, ...more) => { asked.push(request); return register(request, ...more); };
  for (const make of [() => new Dynamic(), () => new PlannedRevocation("row", inputs())]) {
    await new Promise((known) => make().urn.apply(known));
  }
  process.stdout.write(JSON.stringify(asked.map((request) => ({
    type: request.getType(), custom: request.getCustom(), name: request.getName(),
    retain: request.getRetainondelete(), provider: request.getProvider(), version: request.getVersion(),
    remote: request.getRemote(), secrets: request.getAcceptsecrets(),
    properties: request.getObject().toJavaScript(),
  }))));
}
main();
`;

interface Asked {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

describe.each(SDKS)("@pulumi/pulumi %s", (version) => {
  let base: string;
  let missing: string | undefined;

  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), "warp-sdk-"));
    const manifest = { private: true, dependencies: { "@pulumi/pulumi": version } };
    await writeFile(join(base, "package.json"), JSON.stringify(manifest));
    missing = await npmInstall(base);
    if (missing !== undefined) return;
    const modules = join(base, "node_modules");
    await writePackage(join(modules, "pulumi-warp-registrations"));
    const there = new Set(await readdir(modules));
    for (const name of await readdir(join(ROOT, "node_modules"))) {
      if (!there.has(name) && !name.startsWith("."))
        await symlink(join(ROOT, "node_modules", name), join(modules, name));
    }
  });
  afterAll(() => rm(base, { recursive: true, force: true }));
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });

  test("a row is to the engine what a dynamic.Resource of the same module and type is", async () => {
    await writeFile(join(base, "ask.cjs"), SCRIPT);
    const said = await mustRun(process.execPath, ["ask.cjs"], { cwd: base });
    const [dynamic, own] = JSON.parse(said) as [Asked, Asked];
    const { __provider: serialised, ...theirs } = dynamic.properties;
    const { __provider: text, ...ours } = own.properties;
    expect({ ...own, properties: ours }).toEqual({ ...dynamic, properties: theirs });
    expect(own.type).toBe("pulumi-nodejs:dynamic/warp:Revocation");
    // Both are a text that the provider's process runs and calls \`handler\` of.
    expect([typeof serialised, typeof text]).toEqual(["string", "string"]);
    for (const one of [serialised, text]) expect(one).toMatch(/^exports\.handler = /u);
  });

  underEachEngine("preview, up, refresh and in sync", async (engine) => {
    const trial = await startTrial({
      engine,
      ...LISTED,
      account: { now: "2026-06-01T12:00:00Z", ...LISTED.account },
    });
    try {
      const modules = join(trial.project, "node_modules");
      await rm(modules, { recursive: true });
      await symlink(join(base, "node_modules"), modules, "junction");
      const sdk = JSON.parse(await readFile(join(modules, "@pulumi/pulumi/package.json"), "utf8")) as {
        version: string;
      };
      expect(sdk.version).toBe(version);
      const up = await trial.stack.up();
      expect(up.exitCode, up.output).toBe(0);
      expect(up.steps, up.output).toEqual({ create: 6 });
      const refreshed = await trial.stack.refresh({ skipPreview: true, expectNoChanges: true });
      expect(refreshed.exitCode, refreshed.output).toBe(0);
      const quiet = await trial.stack.preview({ expectNoChanges: true });
      expect(quiet.exitCode, quiet.output).toBe(0);
    } finally {
      await trial.end();
    }
  });
});
