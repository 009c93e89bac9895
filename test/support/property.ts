/** How many cases a property is held against, and from which seed. */

import fc from "fast-check";

/** Few by default, so that a run of all tests stays short; `npm run test:long` asks for many. */
export const CASES = Number(process.env.WARP_TEST_CASES ?? 500);

/** A short run tries the same cases each time; a long one new ones. */
const SEED = Number(
  process.env.WARP_TEST_SEED ?? (CASES <= 500 ? 20_261_129 : Math.floor(Math.random() * 0x7fffffff)),
);

/** Says from which seed the properties of this file are made, so that a failure can be had again. */
export function announceSeed(): void {
  console.log(`fast-check: ${CASES} cases each; the same again with WARP_TEST_SEED=${SEED}`);
}

/** Holds a property against all cases, or so many of them; fast-check shrinks and prints what fails. */
export function holds<T>(arbitrary: fc.Arbitrary<T>, check: (world: T) => void, most = CASES): void {
  fc.assert(fc.property(arbitrary, check), { numRuns: Math.min(CASES, most), seed: SEED });
}
