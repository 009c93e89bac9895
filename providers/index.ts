/** What the provider's process loads, through the text in the state, as `pulumi-warp-registrations/provider`. */

export { accessUser, type AccessUserInputs, type AccessUserOutputs } from "./access-user.js";
export { reconciliation, type ReconciliationInputs } from "./reconciliation.js";
export { revocation, type RevocationInputs, type RevocationOutputs } from "./revocation.js";
