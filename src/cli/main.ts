#!/usr/bin/env node
import { runCommandLine } from "./command-line.js";
import { ownSurroundings } from "./command.js";

// The reader may stop reading: `warp-registrations plan | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}

void runCommandLine(process.argv.slice(2), ownSurroundings()).then((code) => {
  process.exitCode = code;
});
