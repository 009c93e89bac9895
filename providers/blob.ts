/**
 * The text that Pulumi keeps as `__provider` in the state of every resource and runs in the provider's process.
 *
 * It only looks up today's code: by this package's own name from the working folder, which finds an installed
 * package and this repository alike. It must stay the same from machine to machine and from release to release:
 * `refresh` and `destroy` run the text that stands in the state.
 */
export function blob(provider: "reconciliation" | "revocation" | "accessUser"): string {
  return `exports.handler = () => require("module").createRequire(process.cwd() + "/")("pulumi-warp-registrations/provider").${provider};`;
}
