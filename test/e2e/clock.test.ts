/** A program and its provider on a machine whose clock is wrong. */

import { expect } from "vitest";
import { ACCOUNT, registration } from "../support/world.js";
import { scenario, writesOf } from "./trace.js";

const BOB = "bob@example.com";
const NOW = "2026-06-01T12:00:00Z";
const WORLD = {
  account_id: ACCOUNT,
  registrations: [
    registration({ id: "seen", email: BOB, device: "d1", lastSeen: "2026-05-31T12:00:00Z" }),
    registration({ id: "new", email: BOB, device: "d2", created: "2026-06-01T11:00:00Z" }),
    registration({ id: "old", email: BOB, device: "d3", created: "2026-01-01T11:00:00Z" }),
  ],
  physical_devices: [],
};
const LIST = `version: 1
policy: { unlisted: revoke, grace: 24h, stale: { after: 60d, action: delete, includeListed: true } }
guards: { revoke: { max: 100, percent: 100 }, delete: { max: 100, percent: 100 } }
users: { ${BOB}: [{ device: d1 }] }
`;

for (const [wrong, machineNow, shown] of [
  ["100 days ahead", "2026-09-09T12:00:00Z", "2026-09-09T12:0"],
  ["400 days behind", "2025-04-27T12:00:00Z", "2025-04-27T12:0"],
] as const)
  scenario(
    `${wrong}: the account's clock counts for what is due, both are named, and what is due is done`,
    { account: { world: WORLD, now: NOW }, machineNow, files: { "allowlist.yaml": LIST } },
    async ({ stack, simulator }) => {
      const preview = await stack.preview();
      const text = preview.output.replaceAll(/\s+/gu, " ");
      expect(text).toContain("as of 2026-06-01T12:00Z");
      expect(text).toContain(`this machine's clock is more than five minutes off; it says ${shown}`);
      expect(text).toContain("and the account's clock, which the run uses, says 2026-06-01T12:00Z");
      const up = await stack.up({ skipPreview: true });
      expect(up.exitCode, up.output).toBe(0);
      // What was seen yesterday is not stale, and an hour of grace is not over; what has had its grace is cut off.
      expect(writesOf(simulator)).toEqual(["POST registrations/revoke id=old"]);
      expect(simulator.registration("old")?.revoked_at).toMatch(/^2026-06-01T12:00:00/u);
    },
  );

scenario(
  "a machine whose clock agrees: nothing is said of it",
  { account: { world: WORLD, now: NOW }, files: { "allowlist.yaml": LIST } },
  async ({ stack }) => {
    const preview = await stack.preview();
    expect(preview.output.replaceAll(/\s+/gu, " ")).toContain("as of 2026-06-01T12:0");
    expect(preview.output).not.toContain("clock");
  },
);
