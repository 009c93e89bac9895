/** The live side: Cloudflare's API for WARP device registrations. */

export type {
  AccessUser,
  ActiveSession,
  ActiveSessionSummary,
  DevicePosture,
  FailedLogin,
  Identity,
} from "./access-types.js";
export type { AccessUserListParameters, AccessUsers } from "./access-users.js";
export type { Outcome } from "./bulk-run.js";
export { perform, type PerformOptions } from "./bulk.js";
export { type ClientOptions, type CloudflareClient, createClient } from "./client.js";
export { type Clock, systemClock } from "./clock.js";
export { BUDGET, type Cost, costOf, describeCost, type Workload } from "./cost.js";
export type { Listed } from "./collection.js";
export {
  type Credentials,
  credentialsFromEnvironment,
  keyCredentials,
  tokenCredentials,
} from "./credentials.js";
export {
  type ApiError,
  CloudflareError,
  type CloudflareErrorCode,
  type CloudflareErrorInit,
  type Method,
} from "./errors.js";
export type { NumberedPage } from "./numbered-pages.js";
export type { Page } from "./page.js";
export type { PhysicalDeviceListParameters, PhysicalDevices } from "./physical-devices.js";
export type { RegistrationListParameters, Registrations } from "./registrations.js";
export type { RequestNote } from "./transport.js";
export type { UserActivity } from "./user-activity.js";
export type { Act, PhysicalDevice, Registration, RegistrationPolicy, RegistrationUser } from "./types.js";
