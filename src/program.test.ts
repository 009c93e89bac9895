import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ACCOUNT, registration } from "../test/support/world.js";
import { WarpRegistrations } from "./program.js";
import { type Simulator, startSimulator } from "./simulator/index.js";

let folder: string;
let simulator: Simulator;
let registered: Registered[];
const kept = { ...process.env };

/** What the program asks the engine for. */
interface Registered {
  readonly name: string;
  readonly parent: string;
  readonly protect: boolean;
  readonly dependencies: readonly string[];
  /** How many calls the account had got by then. */
  readonly calls: number;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Where it was made, as the state keeps it. */
  readonly position: string | undefined;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "warp-program-"));
  await writeFile(
    join(folder, "allowlist.yaml"),
    "version: 1\nguards: { revoke: { max: 100, percent: 100 } }\nusers:\n  a@example.com: []\n",
  );
  simulator = await startSimulator({
    world: {
      account_id: ACCOUNT,
      registrations: [registration({ id: "a-1", email: "a@example.com" })],
      physical_devices: [],
    },
  });
  registered = [];
  Object.assign(process.env, { CLOUDFLARE_API_TOKEN: "any", CLOUDFLARE_BASE_URL: simulator.url });
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs as Record<string, unknown>,
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }),
    },
    "project",
    "stack",
    false,
  );
  watchMonitor();
});
afterEach(async () => {
  // In place: a later file of this worker needs the process's own.
  for (const name of Object.keys(process.env)) if (!(name in kept)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, kept);
  vi.restoreAllMocks();
  pulumi.runtime.setAllConfig({});
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** The SDK's mocks tell little of a request, so it is looked at where it arrives. */
function watchMonitor(): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource: (request: RegisterResourceRequest, ...more: unknown[]) => unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...more) => {
    registered.push({
      ...{ name: request.getName(), calls: simulator.log().length },
      ...{ parent: request.getParent(), protect: request.getProtect() ?? false },
      dependencies: request.getDependenciesList(),
      inputs: request.getObject()?.toJavaScript() ?? {},
      position: request.getSourceposition()?.getUri(),
    });
    return register(request, ...more);
  };
}

/** Runs a program to its end, below a stack as Pulumi makes one. */
async function run(program: () => WarpRegistrations): Promise<void> {
  await pulumi.runtime.runInPulumiStack(async () => {
    await program().known;
  });
}

class Team extends pulumi.ComponentResource {
  constructor(options?: pulumi.ComponentResourceOptions) {
    super("our:index:Team", "team", {}, options);
  }
}

class Thing extends pulumi.CustomResource {
  constructor(options?: pulumi.CustomResourceOptions) {
    super("our:index:Thing", "thing", {}, options);
  }
}

/** The last part of a URN. */
const nameOf = (urn: string) => urn.split("::").at(-1);
const args = () => ({ accountId: ACCOUNT, folder });
const find = (name: string) => registered.find((one) => one.name === name);

describe("the component's options", () => {
  test("it stands where `parent` says, and its rows stand below it", async () => {
    await run(() => new WarpRegistrations("warp", args(), { parent: new Team() }));
    expect(registered.map(({ name, parent }) => [name, nameOf(parent)])).toEqual([
      ["project-stack", ""],
      ["team", "project-stack"],
      ["warp", "team"],
      ["acts", "warp"],
      ["a@example.com/a-1", "warp"],
    ]);
    // Nothing that differs from machine to machine is kept of it.
    expect(find("warp")?.inputs).toEqual({});
  });

  test("`protect` holds for it and for acts; rows come and go", async () => {
    await run(() => new WarpRegistrations("warp", args(), { protect: true }));
    const names = registered.filter(({ protect }) => protect).map(({ name }) => name);
    expect(names).toEqual(["warp", "acts"]);
    expect(find("a@example.com/a-1")).toMatchObject({ protect: false });
  });

  test("`dependsOn`: the account is listed once that is made", async () => {
    let made: (none: pulumi.Resource[]) => void = () => undefined;
    const dependsOn = new Promise<pulumi.Resource[]>((resolve) => (made = resolve));
    const first = () => new Thing({ dependsOn });
    const running = run(() => new WarpRegistrations("warp", args(), { dependsOn: first() }));
    await expect
      .poll(() => registered.map(({ name }) => name), { timeout: 20_000 })
      .toEqual(["project-stack"]);
    // Longer than it takes to list the account, for whoever does not wait.
    await new Promise((later) => setTimeout(later, 1500));
    expect(simulator.log()).toEqual([]);
    made([]);
    await running;
    expect(find("warp")).toMatchObject({ calls: 0 });
    expect(find("warp")?.dependencies.map(nameOf)).toEqual(["thing"]);
    expect(find("acts")?.calls).toBeGreaterThan(0);
  });

  test("a transformation sees the component and each of its rows", async () => {
    const seen: string[] = [];
    const transformation: pulumi.ResourceTransformation = ({ name }) => {
      seen.push(name);
      return undefined;
    };
    await run(() => new WarpRegistrations("warp", args(), { transformations: [transformation] }));
    expect(seen).toEqual(["warp", "acts", "a@example.com/a-1"]);
  });

  test.each(["provider", "providers"] as const)("`%s` is refused with what to do", (option) => {
    const make = () => new WarpRegistrations("warp", args(), { [option]: {} });
    expect(make).toThrow(pulumi.RunError);
    expect(make).toThrow(`takes no \`${option}\`: it reads CLOUDFLARE_API_TOKEN from the environment`);
  });

  test("says how far the listing is, once a second at most", async () => {
    pulumi.runtime.setAllConfig({ "warp-registrations:perPage": "1" });
    for (let index = 2; index <= 40; index += 1) {
      simulator.enrol({ email: "a@example.com", device_id: `d-${index}` });
    }
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 100));
    const log = vi.spyOn(pulumi.log, "info");
    await run(() => new WarpRegistrations("warp", args()));
    clock.mockRestore();
    const said = log.mock.calls.filter(([, , , ephemeral]) => ephemeral).map(([line]) => line);
    expect(said.length).toBeGreaterThan(1);
    expect(said.length).toBeLessThanOrEqual(now / 1_000);
    for (const line of said)
      expect(line).toMatch(/^WARP registrations: listing the account, \d+ answers so far$/u);
  });

  test("counts what was answered, not what was asked", async () => {
    let clock = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (clock += 2_000));
    const log = vi.spyOn(pulumi.log, "info");
    process.env.CLOUDFLARE_BASE_URL = "http://127.0.0.1:9/client/v4";
    await pulumi.runtime.runInPulumiStack(async () => {
      await expect(new WarpRegistrations("warp", args()).known).rejects.toThrow("cannot be reached");
    });
    const said = log.mock.calls.filter(([, , , ephemeral]) => ephemeral).map(([line]) => line);
    expect(new Set(said)).toEqual(new Set(["WARP registrations: listing the account, 0 answers so far"]));
  });

  test.each<[string, unknown, string]>([
    ["a mistyped one", { accountID: ACCOUNT }, "there is no argument `accountID`; did you mean `accountId`?"],
    [
      "an output",
      { accountId: pulumi.output(ACCOUNT) },
      "the argument `accountId` is an output, which may not be known",
    ],
    ["a promise", { allowlist: Promise.resolve("a") }, "it must be a string or a list of strings"],
    ["a number", { accountId: 5 }, "the argument `accountId` must be a string"],
    [
      "a list of numbers",
      { allowlist: [5] },
      "the argument `allowlist` must be a string or a list of strings",
    ],
    ["an empty list", { allowlist: [] }, "the argument `allowlist` is an empty list"],
    ["a list as folder", { folder: ["."] }, "the argument `folder` must be a string"],
    ["a text", "allowlist.yaml", "the arguments must be an object"],
    ["nothing", null, "the arguments must be an object"],
  ])("arguments that a program without types gets wrong: %s", async (_, wrong, message) => {
    const given = typeof wrong === "object" && wrong !== null ? { ...args(), ...wrong } : wrong;
    await pulumi.runtime.runInPulumiStack(async () => {
      const { known } = new WarpRegistrations("warp", given as never);
      await expect(known).rejects.toThrow(message);
      await expect(known).rejects.toThrow(pulumi.RunError);
    });
    expect(simulator.log()).toEqual([]);
  });

  test("what ends the run is told once, to whoever waits for it", async () => {
    await writeFile(join(folder, "allowlist.yaml"), "version: 9\n");
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", note);
    await pulumi.runtime.runInPulumiStack(async () => {
      await expect(new WarpRegistrations("warp", args()).known).rejects.toThrow("allowlist.yaml:1:10");
    });
    await new Promise((later) => setTimeout(later, 20));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("no piece of the token reaches an input, whatever a device is called", async () => {
    const token = "v1Kq8ZrT3mXw9LpB6nYc2HdG5sJf7QaE0uRiOk4V";
    process.env.CLOUDFLARE_API_TOKEN = token;
    simulator.rename({ id: "a-1" }, `PC ${token.slice(3, 19)}`);
    await run(() => new WarpRegistrations("warp", args()));
    expect(find("a@example.com/a-1")?.inputs.device).toBe("PC [API token]");
    expect(JSON.stringify(find("acts")?.inputs)).toContain("PC [API token]");
    expect(JSON.stringify(registered.map(({ inputs }) => inputs))).not.toContain(token.slice(3, 11));
  });

  test("a row says where it was made, and no promise that the SDK makes for it keeps a stack", async () => {
    const { stackTraceLimit } = Error;
    const taken = vi.spyOn(Error, "prepareStackTrace");
    await run(() => new WarpRegistrations("warp", args()));
    const files = taken.mock.calls.map(([, frames]) => frames.map((frame) => frame.getFileName() ?? ""));
    const ofRows = files.filter((all) => all.some((file) => file.includes("providers/resources")));
    expect(ofRows).not.toEqual([]);
    expect(ofRows.filter(([file = ""]) => file.includes("debuggable"))).toEqual([]);
    expect(find("a@example.com/a-1")?.position).toContain("resources.ts");
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });

  test("a second one in a stack is refused, and in another run it is not", async () => {
    const make = (name: string) => new WarpRegistrations(name, args());
    await run(() => make("warp"));
    await run(() => make("warp"));
    registered = [];
    await pulumi.runtime.runInPulumiStack(async () => {
      const first = make("warp");
      expect(() => make("other")).toThrow("there are two WarpRegistrations in this stack");
      // Nor does the first one go on, even where the program does.
      await expect(first.known).rejects.toThrow("nothing was done, since the program has failed");
    });
    expect(registered.map(({ name }) => name)).toEqual(["project-stack", "warp"]);
  });
});
