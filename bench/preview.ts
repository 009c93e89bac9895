/** A preview of a large account, compared with a bare Pulumi program with as many rows. */

import type { Engine } from "../test/engine/index.js";
import { startTrial, type Trial } from "../test/support/trial.js";
import { allowlistOf, fleet, NO_LIMITS } from "./fleet.js";
import { succeed } from "./runs.js";
import type { Row } from "./table.js";
import { measured } from "./usage.js";

const ROUNDS = 3;
const ROWS = 1_000;

/** 100,000 registrations with 1,000 revoked, against 1,000 trivial dynamic resources, by turns. */
export async function measurePreview(engine: Engine): Promise<Row[]> {
  const world = fleet(100_000, 30_000, ROWS);
  const revoked = new Set(
    world.registrations.filter(({ revoked_at }) => revoked_at != null).map(({ id }) => id),
  );
  const trial = await startTrial({
    engine,
    account: { world, settings: { rate_limit: 0 } },
    files: { "allowlist.yaml": allowlistOf(world, revoked, NO_LIMITS) },
  });
  const bare = await startTrial({
    engine,
    account: {},
    files: { "index.js": BARE },
  });
  try {
    const ratios: number[] = [];
    const seconds: number[] = [];
    const processor: number[] = [];
    let megabytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const ours = await timed(trial);
      const theirs = await timed(bare);
      ratios.push(ours.seconds / theirs.seconds);
      seconds.push(ours.seconds);
      processor.push(ours.processorSeconds / theirs.processorSeconds);
      megabytes = Math.max(megabytes, ours.megabytes);
    }
    const ratio = median(ratios);
    const wanted = "at most 1.5 ×, 600 MB";
    return [
      {
        what: `preview: 100,000 registrations, ${revoked.size} revoked, against a bare program with ${ROWS} rows`,
        measured: `${ratio.toFixed(2)} × (${median(seconds).toFixed(1)} s; the program's processor ${median(processor).toFixed(1)} ×), ${Math.round(megabytes)} MB`,
        wanted: engine.real ? wanted : `${wanted} (under the real CLI)`,
        reached: engine.real ? ratio <= 1.5 && megabytes <= 600 : undefined,
      },
    ];
  } finally {
    await trial.end();
    await bare.end();
  }
}

const BARE = `const pulumi = require("@pulumi/pulumi");
const provider = { async create(inputs) { return { id: inputs.name, outs: inputs }; } };
for (let i = 0; i < ${ROWS}; i++) new pulumi.dynamic.Resource(provider, "row-" + i, { name: "row-" + i }, {}, "bare", "Row");
`;

interface Figure {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly megabytes: number;
}

/** One preview. Processor time and memory are those of its largest process, which is the program's. */
async function timed({ stack }: Trial): Promise<Figure> {
  const { seconds, usages } = await measured(async (env) => succeed(await stack.preview({ env })));
  const program = usages.reduce((most, one) => (one.megabytes > most.megabytes ? one : most));
  return { seconds, processorSeconds: program.processorSeconds, megabytes: program.megabytes };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
