export {
  type AccessUserRecord,
  type DeviceRecord,
  readWorld,
  readWorldFile,
  type SessionRecord,
  type World,
} from "./world.js";
export type { Enrolment } from "./acts.js";
export { messageOf, SimulatorError } from "./envelope.js";
export type { Fault, FaultKind } from "./faults.js";
export { type FleetSize, generateWorld } from "./fleet.js";
export type { LogEntry, Stats } from "./simulation.js";
export {
  DEFAULT_SETTINGS,
  describeSettings,
  readSetting,
  readSettings,
  type SimulatorSettings,
} from "./settings.js";
export { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.js";
