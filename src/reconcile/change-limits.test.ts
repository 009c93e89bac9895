import { ANN, changeSteps } from "../../test/support/change-steps.js";

const oneTest = (name: string) =>
  `  - { name: ${name}, given: { user: ann@example.com, serial: SN-d1 }, expect: keep }\n`;

changeSteps("guards and limits", [
  {
    name: "each of them, higher; and lower",
    before: `guards:\n  revoke: { max: 5, percent: 10 }\n  delete: { max: 4, percent: 9 }\n  unrevoke: { max: 3, percent: 8 }\n  perUser: 3\n  deleteUsers: 2\nlimits: { perRun: 10, maxPlanAge: 2h }\n${ANN}`,
    after: `guards:\n  revoke: { max: 6, percent: 11 }\n  delete: { max: 5, percent: 10 }\n  unrevoke: { max: 4, percent: 9 }\n  perUser: 4\n  deleteUsers: 3\nlimits: { maxPlanAge: 3h, perRun: 11 }\n${ANN}`,
    tells: [
      "loosened: the change loosens guards.revoke.max: 6 (before: 5)",
      "loosened: the change loosens guards.revoke.percent: 11 (before: 10)",
      "loosened: the change loosens guards.delete.max: 5 (before: 4)",
      "loosened: the change loosens guards.delete.percent: 10 (before: 9)",
      "loosened: the change loosens guards.unrevoke.max: 4 (before: 3)",
      "loosened: the change loosens guards.unrevoke.percent: 9 (before: 8)",
      "loosened: the change loosens guards.perUser: 4 (before: 3)",
      "loosened: the change loosens guards.deleteUsers: 3 (before: 2)",
      "loosened: the change loosens limits.perRun: 11 (before: 10)",
      "loosened: the change loosens limits.maxPlanAge: 3h (before: 2h)",
    ],
    places: [
      "3:13, before 3:13",
      "3:21, before 3:21",
      "4:13, before 4:13",
      "4:21, before 4:21",
      "5:15, before 5:15",
      "5:23, before 5:23",
      "6:3, before 6:3",
      "7:3, before 7:3",
      "8:27, before 8:11",
      "8:11, before 8:23",
    ],
    back: [],
  },
  {
    name: "limits that are there no more, and limits that there were not",
    before: `guards: { perUser: 3 }\nlimits: { perRun: 10 }\n${ANN}`,
    after: ANN,
    tells: [
      "loosened: the change loosens guards.perUser: none (before: 3)",
      "loosened: the change loosens limits.perRun: none (before: 10)",
    ],
    places: ["before 2:11", "before 3:11"],
    back: [],
  },
  {
    name: "the same as before, in other words",
    before: `guards: { revoke: { max: 50, percent: 20 }, perUser: 3, deleteUsers: 5 }\nlimits: { perRun: 10, maxPlanAge: 1d }\n${ANN}`,
    after: `guards: { perUser: 3 }\nlimits: { perRun: 10, maxPlanAge: 24h }\n${ANN}`,
    tells: [],
    back: [],
  },
]);

changeSteps("the freeze", [
  {
    name: "there is none any more; and there is one",
    before: `freeze: { until: 2026-07-01, reason: audit }\n${ANN}`,
    after: ANN,
    tells: ["loosened: the change loosens freeze: none (before: until 2026-07-02T00:00Z)"],
    places: ["before 2:1"],
    back: [],
  },
  {
    name: "it ends earlier; and later",
    before: `freeze: { until: 2026-07-01, reason: audit }\n${ANN}`,
    after: `freeze: { until: "2026-07-01T22:30:00Z", reason: audit }\n${ANN}`,
    tells: ["loosened: the change loosens freeze: until 2026-07-01T22:30Z (before: until 2026-07-02T00:00Z)"],
    places: ["2:1, before 2:1"],
    back: [],
  },
  {
    name: "it ends at the same moment, for another reason",
    before: `freeze: { until: 2026-07-01, reason: audit }\n${ANN}`,
    after: `freeze: { until: "2026-07-02T00:00:00Z", reason: holidays }\n${ANN}`,
    tells: [],
    back: [],
  },
]);

changeSteps("tests of the allowlist", [
  {
    name: "those that are gone are told by their names, those that are there are not",
    before: `tests:\n${oneTest("Ann works")}${oneTest("Ann stays")}${oneTest("Ann is in")}${ANN}`,
    after: `tests:\n${oneTest("Ann stays")}${ANN}`,
    tells: [
      'loosened: the change loosens tests: "Ann works" is gone',
      'loosened: the change loosens tests: "Ann is in" is gone',
    ],
    places: ["before 3:5", "before 5:5"],
    back: [],
  },
]);
