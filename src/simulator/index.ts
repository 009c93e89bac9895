export type { AccessUserRecord, SessionRecord } from "./access-user-record.js";
export type { Enrolment } from "./enrol.js";
export { messageOf, SimulatorError } from "./errors.js";
export type { Fault, FaultKind } from "./faults.js";
export { generateWorld, type FleetSize } from "./fleet.js";
export type { LogEntry, Stats } from "./log.js";
export { DEFAULT_SETTINGS, describeSettings, readSetting, readSettings, type Settings } from "./settings.js";
export { startSimulator, type Simulator, type SimulatorOptions } from "./simulator.js";
export { readWorld, readWorldFile, type DeviceRecord, type World } from "./world.js";
