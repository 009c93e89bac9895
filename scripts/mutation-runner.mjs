// Runs the core's tests for `npm run mutation`: in one process, loaded once, the tests that noticed similar changes
// first. Vitest would start again for each of thousands of changes, and take hours.
import { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { INSTRUMENTER_CONSTANTS as NAMES } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
} from "@stryker-mutator/api/test-runner";

/** The output of `buildCommand`, in the copy of the project that has the changes. A runner works in that copy. */
const built = () => join(process.cwd(), "dist");

const require = createRequire(import.meta.url);
const Module = require("node:module");

/** What the instrumented code reads: which change is active, and where to count what a test reaches. */
const state = (globalThis[NAMES.NAMESPACE] ??= {});

class CoreRunner {
  /** By file of the change: how often each test noticed one. */
  #noticed = new Map();
  #tests;

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    // Tests print how to run their cases again. Nobody reads that here.
    for (const name of ["log", "info", "warn", "error"]) console[name] = () => undefined;
    await takeVitestsPlace();
  }

  async dryRun() {
    state[NAMES.MUTATION_COVERAGE_OBJECT] = { static: {}, perTest: {} };
    const tests = [];
    for (const test of loadTests()) {
      state[NAMES.CURRENT_TEST_ID] = test.id;
      const begun = performance.now();
      const failureMessage = await failureOf(test);
      state[NAMES.CURRENT_TEST_ID] = undefined;
      const timeSpentMs = performance.now() - begun;
      const status = failureMessage === undefined ? TestStatus.Success : TestStatus.Failed;
      tests.push({ id: test.id, name: test.name, timeSpentMs, status, failureMessage });
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: state[NAMES.MUTATION_COVERAGE_OBJECT] };
  }

  async mutantRun({ activeMutant: { id, fileName }, testFilter, mutantActivation, hitLimit }) {
    state[NAMES.HIT_LIMIT] = hitLimit;
    this.#tests ??= loadTests();
    const result = await this.#run(id, fileName, testFilter && new Set(testFilter));
    if (mutantActivation === "runtime" || result.status !== MutantRunStatus.Survived) return result;
    // Values computed while a file loads show a change only if the change is active then.
    state[NAMES.ACTIVE_MUTANT] = id;
    try {
      this.#tests = loadTests();
    } catch (error) {
      return {
        status: MutantRunStatus.Killed,
        killedBy: ["load"],
        failureMessage: String(error),
        nrOfTests: 0,
      };
    } finally {
      state[NAMES.ACTIVE_MUTANT] = undefined;
    }
    const loaded = await this.#run(id, fileName);
    this.#tests = undefined;
    return loaded;
  }

  async #run(id, fileName, wanted) {
    const noticed = this.#noticed.get(fileName) ?? new Map();
    this.#noticed.set(fileName, noticed);
    const times = (test) => noticed.get(test.id) ?? 0;
    const tests = this.#tests
      .filter((test) => !wanted || wanted.has(test.id))
      .sort((a, b) => times(b) - times(a));
    state[NAMES.HIT_COUNT] = 0;
    state[NAMES.ACTIVE_MUTANT] = id;
    try {
      for (const [at, test] of tests.entries()) {
        const failureMessage = await failureOf(test);
        const endless = determineHitLimitReached(state[NAMES.HIT_COUNT], state[NAMES.HIT_LIMIT]);
        if (endless) return endless;
        if (failureMessage === undefined) continue;
        noticed.set(test.id, times(test) + 1);
        return { status: MutantRunStatus.Killed, killedBy: [test.id], failureMessage, nrOfTests: at + 1 };
      }
      return { status: MutantRunStatus.Survived, nrOfTests: tests.length };
    } finally {
      state[NAMES.ACTIVE_MUTANT] = undefined;
    }
  }
}

async function failureOf(test) {
  try {
    for (const before of test.befores) await before();
    await test.run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The test file that is being loaded, with its tests so far. */
let loading;

/** Every test of the core, from files that are loaded again. */
function loadTests() {
  for (const path of Object.keys(require.cache)) if (path.startsWith(built())) delete require.cache[path];
  const folder = join(built(), "src", "reconcile");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".test.js"))
    .flatMap((name) => {
      loading = { name, titles: [], befores: [], tests: [] };
      require(join(folder, name));
      return loading.tests;
    });
}

/** Replaces Vitest with as much of it as the core's tests use. Expectations are still Vitest's own. */
async function takeVitestsPlace() {
  const vitest = createRequire(require.resolve("vitest/package.json"));
  const compare = await import(pathToFileURL(vitest.resolve("@vitest/expect")));
  const { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } = compare;
  for (const plugin of [JestChaiExpect, JestExtend, JestAsymmetricMatchers]) chai.use(plugin);
  const expect = Object.assign((value, message) => chai.expect(value, message), chai.expect, {
    fail: (message) => {
      throw new Error(message);
    },
  });
  globalThis[compare.GLOBAL_EXPECT] = expect;
  compare.setState({ assertionCalls: 0, suppressedErrors: [] }, expect);

  const bodyOf = (args) => args.find((one) => typeof one === "function");
  const test = (title, ...args) => {
    const { name, titles, befores, tests } = loading;
    const id = `${name} ${tests.length}`;
    tests.push({
      id,
      name: `${id} ${[...titles, title].join(" > ")}`,
      befores: [...befores],
      run: bodyOf(args),
    });
  };
  const describe = (title, body) => {
    const { titles, befores } = loading;
    loading = { ...loading, titles: [...titles, title], befores: [...befores] };
    body();
    loading = { ...loading, titles, befores };
  };
  const each = (make) => (rows) => (title, body) => {
    for (const row of rows) make(title, () => (Array.isArray(row) ? body(...row) : body(row)));
  };
  const once = (body) => {
    let made;
    return () => (made ??= Promise.resolve(body()));
  };
  const beforeAll = (body) => loading.befores.push(once(body));
  const vi = { setConfig: () => undefined };
  const shown = {
    expect,
    test: Object.assign(test, { each: each(test) }),
    describe: Object.assign(describe, { each: each(describe) }),
    beforeAll,
    vi,
  };
  const load = Module._load;
  Module._load = function (request, ...more) {
    return request === "vitest" ? shown : load.call(this, request, ...more);
  };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "core", CoreRunner)];
