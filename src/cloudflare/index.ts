/** The live side: Cloudflare's API for WARP device registrations. */

export type {
  AccessUser,
  Act,
  ActiveSession,
  ActiveSessionSummary,
  DevicePosture,
  FailedLogin,
  Identity,
  PhysicalDevice,
  Registration,
  RegistrationPolicy,
  RegistrationUser,
} from "./types.js";
export type { AccessUserListParameters, AccessUsers, UserActivity } from "./access-users.js";
export { type Outcome, perform, type PerformOptions } from "./bulk.js";
export { type ClientOptions, type CloudflareClient, createClient } from "./client.js";
export { BUDGET, type Clock, type Cost, costOf, describeCost, systemClock, type Workload } from "./pace.js";
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
export type { NumberedPage } from "./numbered-listing.js";
export type { Page } from "./listing.js";
export type { PhysicalDeviceListParameters, PhysicalDevices } from "./physical-devices.js";
export type { RegistrationListParameters, Registrations } from "./registrations.js";
export type { RequestNote } from "./transport.js";
