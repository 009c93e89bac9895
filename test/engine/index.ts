/** Runs Pulumi programs in the demo and in tests: by the real CLI, or by the rehearsal engine. */

export { chooseEngine, ENGINE_VARIABLE, type ChooseOptions } from "./choose/choose.js";
export { cliEngine } from "./cli/engine.js";
export {
  EngineError,
  type Engine,
  type Environment,
  type Operation,
  type RunOptions,
  type RunResult,
  type Stack,
  type StackState,
  type StateResource,
  type StepKind,
  type Steps,
  type Workspace,
} from "./engine.js";
export { rehearsalEngine } from "./rehearsal/engine.js";
