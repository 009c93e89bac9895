/** What the provider's process loads: by the text in the state, as `pulumi-warp-registrations/provider`. */

export { reconciliation, type ReconciliationInputs } from "./reconciliation.js";
export { revocation, type RevocationInputs, type RevocationOutputs } from "./revocation.js";
