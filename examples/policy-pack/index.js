const { PolicyPack } = require("@pulumi/policy");
const { deletedUsers, isOutsideHours } = require("./rules.js");

new PolicyPack("warp-registrations", {
  policies: [
    {
      name: "no-access-user-deletion",
      description: "No run deletes an Access user.",
      enforcementLevel: "mandatory",
      validateResource({ type, props }, report) {
        const emails = deletedUsers(type, props);
        if (emails.length > 0) report(`would delete the Access users ${emails.join(", ")}`);
      },
    },
    {
      name: "acts-in-hours",
      description: "Nothing is done outside the hours in which somebody is there to undo it.",
      enforcementLevel: "mandatory",
      configSchema: {
        properties: {
          from: { type: "number", default: 7 },
          to: { type: "number", default: 17 },
          days: { type: "array", items: { type: "number" }, default: [1, 2, 3, 4, 5] },
        },
      },
      validateResource(args, report) {
        const { from, to, days } = args.getConfig();
        if (isOutsideHours(args.type, args.props, { from, to, days }, new Date()))
          report(`acts wait for ${from} to ${to} o'clock UTC on the days ${days.join(", ")}`);
      },
    },
  ],
});
