const { warpRegistrations } = require("pulumi-warp-registrations/program");
module.exports = () => warpRegistrations();
