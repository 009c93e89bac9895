/** `warp-registrations inventory`: the live account as one file. */

import type { Command } from "commander";
import { momentOf, openSource } from "./account-source.js";
import { checkOutputs } from "./check-targets.js";
import { newCommand, runs, type CommandContext } from "./command.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import { formatInventory, type InventoryFile } from "./inventory-file.js";
import { accountOptions, outputOptions, type AccountOptions } from "./options.js";
import { emit, type OutputOptions } from "./output.js";
import { redactInventory } from "./redact.js";
import type { Surroundings } from "./surroundings.js";

interface InventoryOptions extends AccountOptions, OutputOptions<"json"> {
  readonly redact?: boolean;
  readonly accessUsers?: boolean;
}

const FORMATS = ["json"] as const;

const EXAMPLE = `
$ warp-registrations inventory --output inventory.json
saved 412 registrations and 380 physical devices to inventory.json
$ warp-registrations plan --inventory inventory.json

The file names people, devices and their addresses: it is written for its owner only (mode 0600). With --redact they
are replaced, and --inventory FILE redacts a file that is there already.
`;

export function inventoryCommand(context: CommandContext): Command {
  const command = newCommand(
    "inventory",
    "Save the account (registrations and physical devices) to a file that other commands take.",
    EXAMPLE,
  );
  for (const option of [...accountOptions(), ...outputOptions(FORMATS)]) command.addOption(option);
  command.option("--redact", "replace e-mails, names, ids, serial numbers, addresses and keys by pseudonyms");
  command.option(
    "--access-users",
    "save the Access users too; the token needs Access: Audit Logs Read for that",
  );
  return runs(command, context, saveInventory);
}

async function saveInventory(surroundings: Surroundings, options: InventoryOptions): Promise<ExitCode> {
  checkOutputs(surroundings.folder, options, FORMATS, [options.inventory]);
  const source = openSource(surroundings, options);
  const { account, registrations, devices, accessUsers } = await source.listWhole({
    accessUsers: options.accessUsers === true,
  });
  const whole: InventoryFile = {
    kind: "warp-inventory",
    version: 1,
    account,
    takenAt: momentOf(surroundings, source, options).toISOString(),
    redacted: source.redacted ?? false,
    registrations,
    devices,
    ...(accessUsers && { accessUsers }),
  };
  const text = formatInventory(options.redact === true ? redactInventory(whole) : whole);
  emit(surroundings, options, FORMATS, () => text);
  if (options.output !== undefined && options.quiet !== true) {
    const files = options.output.map(({ path }) => path).join(", ");
    surroundings.stderr.write(
      `saved ${registrations.length} registrations and ${devices.length} physical devices to ${files}\n`,
    );
  }
  return EXIT.fine;
}
