#!/usr/bin/env node
import { Command } from "commander";
import { SimulatorError } from "../simulator/index.js";
import { simulateCommand } from "./simulate.js";

const program = new Command("warp-registrations")
  .description("Cloudflare WARP device registrations: a stand-in account to try things on.")
  .addCommand(simulateCommand());

program.parseAsync().catch((thrown: unknown) => {
  process.exitCode = 1;
  // Only a bug shows where it is.
  if (!(thrown instanceof SimulatorError)) throw thrown;
  process.stderr.write(`error: ${thrown.message}\n`);
});
