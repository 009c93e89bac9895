import { join } from "node:path";
import { expect } from "vitest";
import { identityOfTrace } from "../../src/reconcile/findings/finding.js";
import { LIST, LISTED } from "./small-account.js";
import { scenario, writesOf } from "./trace.js";

/** Alice's old laptop is listed, too. */
const AGAIN = LIST.replace("    - serial: SN-d1\n", "    - serial: SN-d1\n    - serial: SN-d2\n");
const ours = (list: string) => list.replace("version: 1\n", "version: 1\npolicy: { listedRevoked: ours }\n");

scenario(
  "with `listedRevoked: ours` a device comes back that this stack revoked, and none that was revoked in the dashboard",
  LISTED,
  async (trial) => {
    const { stack, simulator } = trial;
    const rows = (output: string) => /Rows: of .*? no call\./u.exec(output.replaceAll(/\s+/gu, " "))?.[0];
    expect(rows((await stack.preview()).output)).toBe(
      "Rows: of 3 rows `Revocation` below, 1 only records what is revoked already, and makes no call.",
    );
    const first = await stack.up({ skipPreview: true });
    expect(first.exitCode, first.output).toBe(0);
    expect(first.output).toContain("LETS IN AGAIN 1 revoked outside this stack");
    expect(first.output).toMatch(/BOB-THINKPAD .*revoked outside this stack\s+on\s+2026-05-10/u);

    const said = first.output.replaceAll(/\s+/gu, " ");
    // The last words are what was done, by name.
    expect(said.slice(said.lastIndexOf("Results:"))).toMatch(
      /^Results: 4 acts done, 0 failed, 0 not attempted revoke done 2: ALICE-OLD of alice@example\.com; CAROL-MBA of carol@example\.com delete done 1: bob-ipad of bob@example\.com unrevoke done 1: BOB-THINKPAD of bob@example\.com/u,
    );
    expect(said).not.toContain("Next: pulumi up");

    // What is recorded already is not told again.
    expect(rows((await stack.preview()).output)).toBeUndefined();
    simulator.revoke("alice-laptop");
    await trial.write("allowlist.yaml", ours(AGAIN));
    const before = simulator.log().length;
    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode, up.output).toBe(0);
    expect(writesOf(simulator, before)).toEqual(["POST registrations/unrevoke id=alice-old"]);
    expect(up.output).not.toMatch(/LETS? IN AGAIN/u);
    expect(up.output.replaceAll(/\s+/gu, " ")).toMatch(/ALICE-MBP .*revoked outside this stack on /u);
    expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
  },
);

scenario(
  "what this stack revoked stays known as its own while letting it in has to wait",
  LISTED,
  async (trial) => {
    const { stack, simulator } = trial;
    expect((await stack.up({ skipPreview: true })).exitCode).toBe(0);
    const frozen = ours(AGAIN).replace("users:", 'freeze: { until: 2099-01-01, reason: "audit" }\nusers:');
    await trial.write("allowlist.yaml", frozen);
    expect((await stack.up({ skipPreview: true })).exitCode).toBe(0);
    await trial.write("allowlist.yaml", ours(AGAIN));
    const before = simulator.log().length;
    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode, up.output).toBe(0);
    expect(writesOf(simulator, before)).toEqual(["POST registrations/unrevoke id=alice-old"]);
  },
);

scenario(
  "a history takes the grace from who had one: `up` plans what `drift` reports",
  LISTED,
  async (trial) => {
    const { stack, simulator } = trial;
    const grace = "policy: { unlisted: delete, listedRevoked: report, grace: 72h }\n";
    const scope = "scope: { emails: [carol@example.com] }\nusers: { carol@example.com: [] }\n";
    await trial.write(
      "allowlist.yaml",
      `version: 1\n${grace}${scope}guards: { delete: { max: 9, percent: 100 } }\n`,
    );
    simulator.setNow("2026-06-01T12:00:00Z");
    const enrolled = simulator.enrol({
      email: "carol@example.com",
      device_name: "SPARE",
      serial_number: "SN-SPARE",
    });
    const history = join(trial.project, "history.json");
    const of = { kind: "warp-history", version: 1, since: {}, asOf: "2026-05-01T00:00:00Z" };
    const remember = (account: string) =>
      trial.write(
        "history.json",
        JSON.stringify({
          ...of,
          account,
          enrolled: {
            [identityOfTrace("carol@example.com\nserial SN-SPARE")]: {
              first: "2026-04-01T00:00:00Z",
              seen: "2026-04-02T00:00:00Z",
            },
          },
        }),
      );
    await remember("f".repeat(32));
    const asked = simulator.log().length;
    const other = await stack.preview({ env: { WARP_HISTORY: history } });
    expect(other.exitCode).not.toBe(0);
    expect(other.output).toContain("history.json is not a history of account");
    expect(simulator.log()).toHaveLength(asked);

    await remember(simulator.accountId);
    const without = await stack.up({ skipPreview: true });
    expect(without.exitCode, without.output).toBe(0);
    expect(writesOf(simulator)).toEqual(["DELETE registrations id=carol-gone&id=carol-laptop"]);
    const up = await stack.up({ skipPreview: true, env: { WARP_HISTORY: history } });
    expect(up.exitCode, up.output).toBe(0);
    expect(writesOf(simulator).slice(1)).toEqual([`DELETE registrations id=${enrolled.id}`]);
  },
);
