import { ANN, BOB, changeSteps } from "../../test/support/change-steps.js";

changeSteps("a change", [
  {
    name: "in other words only",
    before: ANN + BOB,
    after: `# in other words\n${ANN}${BOB}`,
    tells: [],
    back: [],
  },
  {
    name: "of everything: who stays, what is let in, what is excepted, then which brakes hold less",
    before: `limits: { perRun: 10 }\n${ANN}${BOB}`,
    after: `policy: { grace: 1d }\nprotected: { devices: [d9] }\n${ANN}    - serial: SN-d7\n`,
    tells: [
      /^dropped: the change drops bob@example.com from the allowlist/,
      /^widened: serial "SN-d7" of ann@example.com is new/,
      /^excepted: the change protects device "d9"/,
      /^loosened: the change loosens policy.grace/,
      /^loosened: the change loosens limits.perRun/,
    ],
    places: ["1:1, before 6:3, b1", "7:7", "3:24", "2:11", "before 2:11"],
    back: [/^widened: the change adds the user bob/, /^loosened: the change protects device "d9" no more/],
  },
]);
