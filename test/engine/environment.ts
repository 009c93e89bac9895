/** The variables that a run gets: the caller's, without what would lead to a login or a stack of the user. */

import type { Environment } from "./engine.js";

/** The only variables of Pulumi's own that are passed on: they choose how fast a run is, and nothing else. */
const KEPT = new Set(["PULUMI_PARALLEL"]);

/** The variables of this process without Pulumi's own, and over them those given, later ones first. */
export function environment(base: Environment, ...over: readonly (Environment | undefined)[]): Environment {
  const kept = Object.entries(base).filter(([name]) => !/^pulumi_/iu.test(name) || KEPT.has(name));
  return Object.assign({}, Object.fromEntries(kept), ...over) as Environment;
}

/** How many steps run at once: as asked for, else as `PULUMI_PARALLEL` says, else undefined. */
export function parallelOf(asked: number | undefined, env: Environment): number | undefined {
  const said = asked ?? Number(env.PULUMI_PARALLEL);
  return Number.isInteger(said) && said > 0 ? said : undefined;
}
