// Pulumi would run what package.json exports as ".", and that is the client; so Pulumi.yaml names this file.
// It stands here and not in dist/ because its folder becomes the program's working folder.
module.exports = require("./dist/src/main.js");
