import { expect, test } from "vitest";
import { blob } from "./resources.js";

// States in the field hold this text: changing it breaks their refresh and destroy. It is never to be changed.
test.each(["reconciliation", "revocation", "accessUser"] as const)(
  "the text in the state for %s is what it always was",
  (name) => {
    expect(blob(name)).toBe(
      `exports.handler = () => require("module").createRequire(process.cwd() + "/")("pulumi-warp-registrations/provider").${name};`,
    );
  },
);
