/**
 * Before each test file of `npm run mutation`: a change of what a module computes as it is loaded (a table, a constant)
 * is seen only by a module that is loaded anew. The files share one environment, since one each would take hours.
 */

import { inject, vi } from "vitest";

const given = inject as unknown as (key: string) => unknown;
const state = globalThis as { loadedWithChange?: boolean };
const isStatic = given("mutantActivation") === "static";

if (isStatic || state.loadedWithChange === true) vi.resetModules();
state.loadedWithChange = isStatic;
