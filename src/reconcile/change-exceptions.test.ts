import { ANN, changeSteps } from "../../test/support/change-steps.js";

const FOR_GOOD = "nothing is ever done about it";

changeSteps("protections", [
  {
    name: "of a user, a device, a registration, and whoever runs the tool; and none any more",
    before: ANN,
    after: `protected:\n  users: [bob@example.com]\n  devices: [d7]\n  registrations: [r7]\nguards: { self: [eve@example.com] }\n${ANN}`,
    tells: [
      `excepted: the change protects user "bob@example.com": ${FOR_GOOD}`,
      `excepted: the change protects device "d7": ${FOR_GOOD}`,
      `excepted: the change protects registration "r7": ${FOR_GOOD}`,
      `excepted: the change protects by guards.self "eve@example.com": ${FOR_GOOD}`,
    ],
    places: ["3:11", "4:13", "5:19", "6:18"],
    back: [
      'loosened: the change protects user "bob@example.com" no more',
      'loosened: the change protects device "d7" no more',
      'loosened: the change protects registration "r7" no more',
      'loosened: the change protects by guards.self "eve@example.com" no more',
    ],
    backPlaces: ["before 3:11", "before 4:13", "before 5:19", "before 6:18"],
  },
  {
    name: "those that stay are not told",
    before: `protected: { devices: [d7, d8] }\n${ANN}`,
    after: `protected: { devices: [d9, d7] }\n${ANN}`,
    tells: [
      `excepted: the change protects device "d9": ${FOR_GOOD}`,
      'loosened: the change protects device "d8" no more',
    ],
    places: ["2:24", "before 2:28"],
  },
]);

changeSteps("ignore rules", [
  {
    name: "a new one beside one that stays, in other words",
    before: `ignore:\n  - { user: bob@example.com, device: d7, reason: theirs }\n${ANN}`,
    after: `ignore:\n  - { device: d7, user: bob@example.com, reason: still theirs }\n  - { emailDomain: example.org, reason: another tool }\n${ANN}`,
    tells: [`excepted: the change ignores emailDomain "example.org": ${FOR_GOOD} (another tool)`],
    places: ["4:5"],
    back: [],
  },
]);
