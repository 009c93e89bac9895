import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { StackState } from "../engine/index.js";
import type { Trial } from "../support/trial.js";
import { ACCOUNT } from "../support/world.js";
import { callsOf, scenario, writesOf } from "./trace.js";
import { LISTED } from "./small-account.js";

const COMPONENT = "warp-registrations:index:WarpRegistrations";

/** The account as the run left it that made the state of the version before. */
function afterThatRun({ simulator }: Trial): void {
  simulator.revoke("alice-old", "carol-laptop");
  simulator.delete("bob-tablet");
  simulator.unrevoke("bob-laptop");
}

interface OldRow {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly [more: string]: unknown;
}

/**
 * Puts the state in place that the real CLI kept of that run (`state-before-component.json`): without times, of each
 * stack of calls its first frame.
 */
async function putOldState(trial: Trial): Promise<void> {
  const text = await readFile(join(__dirname, "state-before-component.json"), "utf8");
  const rows = JSON.parse(text.replaceAll("http://127.0.0.1:38891", trial.simulator.url)) as OldRow[];
  const checkpoint = join(trial.folder, "state", ".pulumi", "stacks", "trial", "trial.json");
  const real = await access(checkpoint).then(
    () => true,
    () => false,
  );
  if (real) {
    const whole = JSON.parse(await readFile(checkpoint, "utf8")) as { checkpoint: { latest: object } };
    whole.checkpoint.latest = { ...whole.checkpoint.latest, resources: rows };
    await writeFile(checkpoint, JSON.stringify(whole));
    return;
  }
  const resources = rows
    .filter(({ type }) => !type.startsWith("pulumi:providers:"))
    .map(({ urn, ...row }) => ({
      ...{ id: "", parent: "", inputs: {}, outputs: {}, dependencies: [], initErrors: [] },
      ...{ retainOnDelete: false, name: urn.split("::").slice(3).join("::"), urn },
      ...row,
    }));
  await writeFile(join(trial.folder, "rehearsal.trial.json"), JSON.stringify({ version: 1, resources }));
}

/** Type and name of each resource, as its URN has them. */
const namesOf = ({ resources }: StackState) =>
  resources.map(({ urn }) => urn.replace("urn:pulumi:trial::trial::", "")).sort();

const rowsOf = ({ resources }: StackState) => resources.filter(({ type }) => type !== COMPONENT);

scenario(
  "a state of the version before moves below the component: nothing is created, deleted or written",
  LISTED,
  async (trial) => {
    const { stack, simulator } = trial;
    afterThatRun(trial);
    await putOldState(trial);
    const old = rowsOf(await stack.state());
    expect(old).toHaveLength(4);
    const before = simulator.log().length;

    const preview = await stack.preview();
    expect(preview.exitCode, preview.output).toBe(0);
    // The component itself is all that is new; the stack and the four rows are the same.
    expect(preview.steps, preview.output).toEqual({ create: 1, same: 5 });
    expect(preview.output).toContain("in sync, no act is due");

    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode, up.output).toBe(0);
    expect(up.steps, up.output).toEqual({ create: 1, same: 5 });
    expect(writesOf(simulator, before)).toEqual([]);
    const state = await stack.state();
    expect(namesOf(state)).toEqual([
      `${COMPONENT}$pulumi-nodejs:dynamic/warp:Reconciliation::acts`,
      `${COMPONENT}$pulumi-nodejs:dynamic/warp:Revocation::alice@example.com/alice-old`,
      `${COMPONENT}$pulumi-nodejs:dynamic/warp:Revocation::carol@example.com/carol-gone`,
      `${COMPONENT}$pulumi-nodejs:dynamic/warp:Revocation::carol@example.com/carol-laptop`,
      `${COMPONENT}::warp`,
    ]);
    // What each row knows is what it knew.
    const outputs = ({ id, outputs: known }: (typeof old)[number]) => [id, known] as const;
    expect(new Map(rowsOf(state).map(outputs))).toEqual(new Map(old.map(outputs)));

    const again = await stack.preview({ expectNoChanges: true });
    expect(again.exitCode, again.output).toBe(0);
    expect(writesOf(simulator, before)).toEqual([]);
  },
);

scenario("destroy and refresh of a state of the version before work as they did", LISTED, async (trial) => {
  const { stack, simulator } = trial;
  afterThatRun(trial);
  await putOldState(trial);
  const refreshed = await stack.refresh({ skipPreview: true });
  expect(refreshed.exitCode, refreshed.output).toBe(0);
  expect(rowsOf(await stack.state())).toHaveLength(4);
  const before = simulator.log().length;
  const destroyed = await stack.destroy({ skipPreview: true });
  expect(destroyed.exitCode, destroyed.output).toBe(0);
  expect(callsOf(simulator, before)).toEqual([]);
});

const OUTPUTS = `const { WarpRegistrations } = require("pulumi-warp-registrations/program");
const warp = new WarpRegistrations("warp");
exports.fingerprint = warp.fingerprint;
exports.counts = warp.counts;
`;

/** What the component itself tells. */
async function outputsOf({ stack }: Trial): Promise<unknown> {
  const { resources } = await stack.state();
  return resources.find(({ type }) => type === COMPONENT)?.outputs;
}

scenario(
  "the component's outputs change with an act, and with nothing else",
  { ...LISTED, files: { ...LISTED.files, "index.js": OUTPUTS } },
  async (trial) => {
    const { stack, simulator } = trial;
    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode, up.output).toBe(0);
    const [, fingerprint = "none"] = /Fingerprint: (\w+)/u.exec(up.output) ?? [];
    const first = { fingerprint, counts: { active: 1, revoked: 2, deleted: 1, usersDeleted: 0 } };
    expect(await outputsOf(trial)).toEqual(first);

    // Somebody enrols, a device is seen, the state is refreshed, and nothing is due.
    simulator.delete("alice-old");
    expect((await stack.refresh({ skipPreview: true })).exitCode).toBe(0);
    const quiet = await stack.up({ skipPreview: true });
    expect(quiet.exitCode, quiet.output).toBe(0);
    expect(quiet.output).toContain("in sync, no act is due");
    expect(await outputsOf(trial)).toEqual(first);

    simulator.unrevoke("carol-gone");
    const second = await stack.up({ skipPreview: true });
    expect(second.exitCode, second.output).toBe(0);
    const counts = { active: 0, revoked: 1, deleted: 0, usersDeleted: 0 };
    const now = await outputsOf(trial);
    expect(now).toMatchObject({ counts });
    expect(now).not.toMatchObject({ fingerprint });
    // The same as with the function, so a program may change from one to the other.
    await trial.write(
      "index.js",
      `const { warpRegistrations } = require("pulumi-warp-registrations/program");
module.exports = () => warpRegistrations();
`,
    );
    const other = await stack.up({ skipPreview: true });
    expect(other.steps, other.output).toMatchObject({ same: 5 });
    expect(other.steps).not.toHaveProperty("create");
    expect(other.steps).not.toHaveProperty("delete");
  },
);

const BY_HAND = `const { Revocation } = require("pulumi-warp-registrations/resources");
const row = (name, registration) =>
  new Revocation(name, { account: "${ACCOUNT}", registration, user: "carol@example.com", device: "a laptop" });
row("lost", "carol-laptop");
row("known", "carol-gone");
`;

scenario(
  "a row by hand revokes what is not revoked, and again what a refresh has seen let in",
  { ...LISTED, files: { "index.js": BY_HAND } },
  async (trial) => {
    const { stack, simulator } = trial;
    const revoke = ["POST registrations/revoke id=carol-laptop"];
    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode, up.output).toBe(0);
    expect(writesOf(simulator)).toEqual(revoke);
    const first = simulator.log().length;
    const quiet = await stack.preview({ expectNoChanges: true });
    expect(quiet.exitCode, quiet.output).toBe(0);

    simulator.unrevoke("carol-laptop");
    expect((await stack.refresh({ skipPreview: true })).exitCode).toBe(0);
    const again = await stack.up({ skipPreview: true });
    expect(again.exitCode, again.output).toBe(0);
    expect(writesOf(simulator, first)).toEqual(revoke);

    // Beside a component, whose plan has nothing to do with the row.
    const both = `require("pulumi-warp-registrations/program").warpRegistrations();\n${BY_HAND}`;
    await trial.write("index.js", both);
    await trial.write("allowlist.yaml", "version: 1\nusers: { bob@example.com: [{ name: bob-ipad }] }\n");
    simulator.unrevoke("carol-gone");
    expect((await stack.refresh({ skipPreview: true })).exitCode).toBe(0);
    const before = simulator.log().length;
    const beside = await stack.up({ skipPreview: true });
    expect(beside.exitCode, beside.output).toBe(0);
    expect(writesOf(simulator, before)).toEqual(["POST registrations/revoke id=carol-gone"]);

    await trial.write("index.js", `${BY_HAND}row("mistyped", "carol-laptpo");\n`);
    const wrong = await stack.up({ skipPreview: true });
    expect(wrong.exitCode, wrong.output).not.toBe(0);
    expect(wrong.output).toContain(
      `revoke carol@example.com a laptop (carol-laptpo): no registration of account ${ACCOUNT} has this id`,
    );
  },
);
