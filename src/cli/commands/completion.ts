/**
 * `warp-registrations completion`: what a shell needs to complete the commands, made from the tree that parses them.
 */

import { Argument, type Command, type Option } from "commander";
import { type CommandContext, EXIT, type ExitCode, newCommand, runs, type Surroundings } from "../command.js";

const SHELLS = ["bash", "zsh", "fish"] as const;

type Shell = (typeof SHELLS)[number];

const EXAMPLE = `
$ warp-registrations completion bash > ~/.local/share/bash-completion/completions/warp-registrations
$ warp-registrations completion zsh > "\${fpath[1]}/_warp-registrations"
$ warp-registrations completion fish > ~/.config/fish/completions/warp-registrations.fish
`;

export function completionCommand(context: CommandContext): Command {
  const command = newCommand(
    "completion",
    "Print a script that lets a shell complete commands, options and formats.",
    EXAMPLE,
  ).addArgument(new Argument("<shell>", "the shell").choices(SHELLS));
  return runs(command, context, ({ stdout }: Surroundings, shell: Shell): Promise<ExitCode> => {
    const { parent } = command;
    if (parent) stdout.write(scripts[shell](toTree(parent)));
    return Promise.resolve(EXIT.fine);
  });
}

// What there is to complete.

interface CompletedOption {
  /** `--format`. */
  readonly name: string;
  readonly description: string;
  /** What may follow the option: `any` if only the user knows it, `none` for a flag. */
  readonly value: "none" | "any" | "file" | readonly string[];
}

interface CompletedCommand {
  readonly names: readonly string[];
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** What the argument may be; `any` also if there is none. */
  readonly argument: CompletedOption["value"];
}

interface Tree {
  readonly program: string;
  readonly commands: readonly CompletedCommand[];
}

function toTree(program: Command): Tree {
  const commands = program.commands.map((command): CompletedCommand => {
    const [argument] = command.registeredArguments;
    return {
      names: [command.name(), ...command.aliases()],
      description: command.description(),
      options: [...command.createHelp().visibleOptions(command)].flatMap((option) => toOption(option)),
      argument: argument === undefined ? "any" : valueOf(argument.name(), argument.argChoices),
    };
  });
  return { program: program.name(), commands };
}

function toOption({ long, description, flags, argChoices }: Option): CompletedOption[] {
  if (long == null) return [];
  const [, value] = /<([^>]+)>/u.exec(flags) ?? [];
  return [{ name: long, description, value: value === undefined ? "none" : valueOf(value, argChoices) }];
}

/** The completion of a value, from its name in the help. */
function valueOf(name: string, choices: readonly string[] | undefined): CompletedOption["value"] {
  if (choices !== undefined) return choices;
  return /^(?:file|glob|report|run-report|dir)\b/u.test(name) ? "file" : "any";
}

const scripts: Readonly<Record<Shell, (tree: Tree) => string>> = { bash, zsh, fish };

/** Text in single quotes, as bash and zsh read them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function identifier(program: string): string {
  return `_${program.replaceAll("-", "_")}`;
}

function words(list: readonly string[]): string {
  return quoted(list.join(" "));
}

/** The bash code that sets the answers for a value. */
function reply(value: CompletedOption["value"]): string {
  if (value === "file") return `COMPREPLY=($(compgen -f -- "$cur"))`;
  return typeof value === "string" ? ":" : `COMPREPLY=($(compgen -W ${words(value)} -- "$cur"))`;
}

function bash({ program, commands }: Tree): string {
  const names = commands.flatMap((command) => command.names);
  const behind = commands.flatMap(({ names: own, options }) =>
    options.flatMap(({ name, value }) => {
      if (value === "none") return [];
      const pattern = own.map((command) => `${command}:${name}`).join("|");
      return [`    ${pattern}) ${reply(value)}; return ;;`];
    }),
  );
  const own = commands.map(
    ({ names: all, options, argument }) =>
      `    ${all.join("|")})
      case $cur in
        -*) COMPREPLY=($(compgen -W ${words(options.map(({ name }) => name))} -- "$cur")) ;;
        *) ${reply(argument)} ;;
      esac ;;`,
  );
  return `# bash completion for ${program}
${identifier(program)}() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${names.join("|")}) command=$word; break ;; esac
  done
  case $command:$prev in
${behind.join("\n")}
  esac
  case $command in
    '') COMPREPLY=($(compgen -W ${words([...names, "help", "--help", "--version"])} -- "$cur")) ;;
${own.join("\n")}
  esac
}
complete -o bashdefault -F ${identifier(program)} ${program}
`;
}

function zsh({ program, commands }: Tree): string {
  const text = (description: string) => description.replaceAll(/[[\]:\\]/gu, "\\$&");
  const values = (value: CompletedOption["value"]) =>
    value === "file"
      ? ":file:_files"
      : typeof value === "string"
        ? ":value: "
        : `:value:(${value.join(" ")})`;
  const cases = commands.map(({ names, options, argument }) => {
    const rows = options.map(({ name, description, value }) =>
      quoted(`*${name}[${text(description)}]${value === "none" ? "" : values(value)}`),
    );
    return `    ${names.join("|")}) _arguments ${[...rows, quoted(`*${values(argument)}`)].join(" \\\n      ")} ;;`;
  });
  const described = commands.flatMap(({ names, description }) =>
    names.map((name) => `    ${quoted(`${name}:${text(description)}`)}`),
  );
  return `#compdef ${program}
${identifier(program)}() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_${program}" ]; then
  ${identifier(program)} "$@"
else
  compdef ${identifier(program)} ${program}
fi
`;
}

function fish({ program, commands }: Tree): string {
  const word = (text: string) => `'${text.replaceAll(/['\\]/gu, "\\$&")}'`;
  const values = (value: CompletedOption["value"]) =>
    value === "none"
      ? ""
      : value === "file"
        ? " -r -F"
        : value === "any"
          ? " -x"
          : ` -x -a ${word(value.join(" "))}`;
  const rows = commands.flatMap(({ names, description, options, argument }) => {
    const seen = `-n ${word(`__fish_seen_subcommand_from ${names.join(" ")}`)}`;
    const more =
      argument === "file" ? " -F" : typeof argument === "string" ? "" : ` -a ${word(argument.join(" "))}`;
    return [
      ...names.map(
        (name) => `complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${word(description)}`,
      ),
      ...(more === "" ? [] : [`complete -c ${program} ${seen}${more}`]),
      ...options.map(
        ({ name, description: said, value }) =>
          `complete -c ${program} ${seen} -l ${name.slice(2)}${values(value)} -d ${word(said)}`,
      ),
    ];
  });
  return [`# fish completion for ${program}`, `complete -c ${program} -f`, ...rows, ""].join("\n");
}
