/** A program and its provider behind a proxy. */

import { expect } from "vitest";
import { startProxied } from "../support/proxied.js";
import { SMALL } from "./small-account.js";
import { scenario } from "./trace.js";

const LIST = `version: 1
policy: { unknownUsers: revoke }
guards: { revoke: { max: 100, percent: 100 } }
users: { nobody@example.com: [] }
`;

scenario(
  "both reach the account through the proxy that HTTPS_PROXY names",
  { account: { world: SMALL }, files: { "allowlist.yaml": LIST } },
  async (trial) => {
    const { simulator } = trial;
    const proxied = await startProxied(simulator.url);
    try {
      const stack = await trial.reopen({ baseUrl: proxied.url });
      const env = { ...proxied.trust, HTTPS_PROXY: proxied.proxy, CLOUDFLARE_BASE_URL: proxied.url };
      const up = await stack.up({ skipPreview: true, env });
      expect(up.exitCode, up.output).toBe(0);
      expect(proxied.asked).toContain(`CONNECT ${proxied.host}:443`);
      expect(simulator.log().some(({ method, path }) => method === "POST" && path.endsWith("/revoke"))).toBe(
        true,
      );
    } finally {
      await proxied.end();
    }
  },
);
