/** What can run a Pulumi program: the real CLI, or the rehearsal engine where no CLI can be had. */

export interface Engine {
  /** As a user reads it: `Pulumi CLI v3.260.0 (on the PATH)`, `rehearsal engine`. */
  readonly name: string;
  /** False for the rehearsal. */
  readonly real: boolean;
  /** One line: which engine this is, and why this one. */
  readonly why: string;
  /** Makes the stack ready; an existing state in the folder is kept, the config is set anew. */
  open(workspace: Workspace): Promise<Stack>;
}

export interface Workspace {
  /** The folder with Pulumi.yaml. Nothing is written to it. */
  readonly project: string;
  /** State, config and passphrase live here and nowhere else. */
  readonly folder: string;
  readonly stack: string;
  /** By full key: `warp-registrations:accountId`. No secrets: they would stand in the folder in clear. */
  readonly config: Readonly<Record<string, string>>;
  /** For the program and its providers, over the variables of this process. */
  readonly env?: Environment;
}

/** Variables of a process; `undefined` takes one away. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One stack of one project. Runs are made one after the other. */
export interface Stack {
  preview(options?: RunOptions): Promise<RunResult>;
  /** A preview and, where that succeeds, the update. */
  up(options?: RunOptions): Promise<RunResult>;
  refresh(options?: RunOptions): Promise<RunResult>;
  destroy(options?: RunOptions): Promise<RunResult>;
  state(): Promise<StackState>;
}

/** The operations of a stack. */
export type Operation = "preview" | "up" | "refresh" | "destroy";

export interface RunOptions {
  readonly skipPreview?: boolean;
  /** Exit code 7 where something changes, after it was done. Not for `destroy`. */
  readonly expectNoChanges?: boolean;
  /** Read every resource first. */
  readonly refresh?: boolean;
  /** Names of resources; all others are left as they are. */
  readonly targets?: readonly string[];
  readonly continueOnError?: boolean;
  /** Show the inputs that differ. */
  readonly diff?: boolean;
  /** How many creates, updates, reads or deletes run at once; else `PULUMI_PARALLEL`, else 4 a core. */
  readonly parallel?: number | undefined;
  /** Folders of policy packs, and a file with the config of each. The rehearsal engine runs none, and refuses. */
  readonly policyPacks?: readonly { readonly folder: string; readonly config: string }[];
  /** For this run, over those of the workspace. */
  readonly env?: Environment;
  /** Called with each line of output as it comes. */
  readonly onLine?: (line: string) => void;
  /** Ends the run: no step begins any more, and no process is left. */
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** 0 done, 7 changes where none were expected, else a failure. */
  readonly exitCode: number;
  readonly output: string;
  /** How many resources of each kind of step, as the last summary says; the stack itself counts as one. */
  readonly steps: Steps;
}

/** `failed` counts resources that could not be done. */
export type StepKind = "create" | "update" | "delete" | "replace" | "same" | "failed";
export type Steps = Readonly<Partial<Record<StepKind, number>>>;

export interface StackState {
  /** The program's resources, without the stack itself and Pulumi's own providers. */
  readonly resources: readonly StateResource[];
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The user's or the machine's fault, in one line: no stack is worth showing. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
