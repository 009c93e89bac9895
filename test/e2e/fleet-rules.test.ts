/** Rules of real fleets, from the allowlist's text to the account. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { ReportDocument } from "../../src/report/document.js";
import { LIST, LISTED, SMALL } from "./small-account.js";
import { scenario, writesOf } from "./trace.js";

const files = (text: string) => ({ ...LISTED, files: { "allowlist.yaml": text } });

scenario(
  "suspended, offboarded, ignored and the operator's own",
  files(`version: 1
policy: { unknownUsers: revoke }
guards: { self: [erin@example.com], revoke: { percent: 100 } }
ignore:
  - { serial: SN-d6, reason: kept by the MDM }
users:
  alice@example.com: { state: suspended, reason: long leave, devices: [{ serial: SN-d1 }] }
  bob@example.com: { state: offboarded }
  carol@example.com: []
`),
  async ({ stack, simulator }) => {
    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode, up.output).toBe(0);
    expect(writesOf(simulator)).toEqual([
      "POST registrations/revoke id=alice-laptop&id=alice-old&id=carol-laptop",
      "DELETE registrations id=bob-laptop&id=bob-tablet",
    ]);
    expect(up.output).toContain("its user is suspended: long leave");
    expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
  },
);

scenario(
  "a failing test of the allowlist stops everything",
  files(`${LIST}tests:
  - name: Alice's laptop may connect
    given: { user: alice@example.com, serial: SN-d1 }
    expect: keep
  - name: Bob's tablet may connect
    given: { user: bob@example.com, serial: SN-d4 }
    expect: keep
`),
  async ({ stack, simulator }) => {
    for (const run of [() => stack.preview(), () => stack.up({ skipPreview: true })]) {
      const { exitCode, output } = await run();
      expect(exitCode).not.toBe(0);
      expect(output).toContain("allowlist.yaml:14:");
      expect(output).toContain(
        `the test "Bob's tablet may connect" fails: expected keep, but it is delete (entry)`,
      );
      expect(output).not.toContain("Alice's laptop may connect");
    }
    expect(simulator.log()).toEqual([]);
  },
);

scenario(
  "an approval says by whom and why, in the log and in the report",
  files(
    LIST.replace("version: 1\n", "version: 1\nguards: { perUser: 1 }\n").replace(
      "carol@example.com: []",
      "carol@example.com: { state: offboarded }",
    ),
  ),
  async (trial) => {
    const { stack, folder } = trial;
    const env = { WARP_REPORT: join(folder, "report.json") };
    const read = async () => JSON.parse(await readFile(env.WARP_REPORT, "utf8")) as ReportDocument;
    const held = await stack.up({ skipPreview: true, env });
    expect(held.exitCode).not.toBe(0);
    expect(held.output).toContain("GUARD TRIPPED: guards.perUser: 2 due on one user, at most 1");
    expect(held.output).toContain("bob@example.com, carol@example.com");
    const approval = {
      WARP_APPROVE: (await read()).fingerprint,
      WARP_APPROVE_BY: "Grace Hopper",
      WARP_APPROVE_REASON: "CHG-1234\n::error::forged",
    };
    const up = await stack.up({ skipPreview: true, env: { ...env, ...approval } });
    expect(up.exitCode, up.output).toBe(0);
    expect(up.output).toContain("approved by Grace Hopper: CHG-1234");
    expect(up.output).not.toMatch(/^\s*::error::/mu);
    expect((await read()).approval).toEqual({ by: "Grace Hopper", reason: "CHG-1234\n::error::forged" });
  },
);

scenario(
  "another stack of the project on the same account is told where the scopes overlap",
  {
    ...LISTED,
    files: {
      "allowlist.yaml": LIST,
      "team/allowlist.yaml":
        "version: 1\nscope: { emails: [bob@example.com] }\nusers: { bob@example.com: [] }\n",
      "Pulumi.team.yaml": `config:\n  warp-registrations:accountId: ${SMALL.account_id}\n  warp-registrations:allowlist: team/allowlist.yaml\n`,
      "Pulumi.elsewhere.yaml": `config:\n  warp-registrations:accountId: ${"f".repeat(32)}\n`,
    },
  },
  async ({ stack }) => {
    const { output } = await stack.preview();
    expect(output).toContain("stack team has 2 of these registrations in its scope too");
    expect(output).not.toContain("elsewhere");
  },
);

scenario(
  "an account without revoke and unrevoke is kept in order by deleting",
  {
    account: { world: SMALL, settings: { revoke_endpoints: "410" } },
    files: {
      "allowlist.yaml": LIST.replace(
        "version: 1\n",
        "version: 1\npolicy: { unlisted: delete, listedRevoked: report }\nguards: { delete: { percent: 100 } }\n",
      ),
    },
  },
  async ({ stack, simulator }) => {
    const up = await stack.up({ skipPreview: true });
    expect(up.exitCode, up.output).toBe(0);
    expect(writesOf(simulator)).toEqual([
      "DELETE registrations id=alice-old&id=bob-tablet&id=carol-gone&id=carol-laptop",
    ]);
    expect((await stack.preview({ expectNoChanges: true })).exitCode).toBe(0);
  },
);
