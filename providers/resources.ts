/** The resources as a Pulumi program sees them. */

import * as pulumi from "@pulumi/pulumi";
import type { AccessUserInputs } from "./access-user.js";
import type { DoneCounts, ReconciliationInputs } from "./reconciliation.js";
import type { RevocationInputs } from "./revocation.js";

/**
 * A dynamic resource without the closure compiler: this type token and the `__provider` input are what
 * `dynamic.Resource` itself boils down to. Deleting one from the state never calls the provider.
 */
abstract class DynamicResource extends pulumi.CustomResource {
  constructor(
    type: string,
    name: string,
    provider: string,
    inputs: object,
    options: pulumi.CustomResourceOptions = {},
  ) {
    super(
      `pulumi-nodejs:dynamic/warp:${type}`,
      name,
      { ...inputs, __provider: provider },
      { ...options, retainOnDelete: true },
    );
  }
}

/** All acts of one run; one for each stack. */
export class Reconciliation extends DynamicResource {
  /** The fingerprint of the plan of the last run with acts; undefined until there was one. */
  declare readonly fingerprint: pulumi.Output<string | undefined>;
  /** What that run did; undefined until there was one, and not known in a preview with acts. */
  declare readonly counts: pulumi.Output<DoneCounts | undefined>;

  constructor(name: string, inputs: ReconciliationInputs, options?: pulumi.CustomResourceOptions) {
    // An output is filled in only if the constructor names it.
    const outputs = { fingerprint: undefined, counts: undefined };
    super("Reconciliation", name, blob("reconciliation"), { ...outputs, ...inputs }, options);
  }
}

/** One live registration that must be revoked: the row of a plan that a reviewer sees. */
export class PlannedRevocation extends DynamicResource {
  constructor(name: string, inputs: RevocationInputs, options?: pulumi.CustomResourceOptions) {
    super("Revocation", name, blob("revocation"), inputs, options);
  }
}

/** One registration that must be revoked, by hand: its provider asks the account what it is, and revokes it. */
export class Revocation extends PlannedRevocation {
  constructor(
    name: string,
    inputs: Omit<RevocationInputs, "drift" | "relies" | "planned">,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(name, { ...inputs, planned: "no" }, options);
  }
}

/** One Access user who must exist: a row of a plan, not for use by hand. */
export class AccessUser extends DynamicResource {
  constructor(name: string, inputs: AccessUserInputs, options?: pulumi.CustomResourceOptions) {
    super("AccessUser", name, blob("accessUser"), inputs, options);
  }
}

/**
 * The text that Pulumi keeps as `__provider` in the state of every resource and runs in the provider's process.
 *
 * It only looks up the current code: by this package's own name from the working folder, which finds an installed
 * package and this repository alike. It must stay the same from machine to machine and from release to release:
 * `refresh` and `destroy` run the text that is in the state.
 */
export function blob(provider: "reconciliation" | "revocation" | "accessUser"): string {
  return `exports.handler = () => require("module").createRequire(process.cwd() + "/")("pulumi-warp-registrations/provider").${provider};`;
}
