import { isAbsolute, relative, sep } from "node:path";
import type { SourcePosition } from "./allowlist.js";
import type { Message } from "./message.js";
import { shown } from "./nearest.js";

/** Whether a real path is below the real path of the project's folder. */
export function inside(root: string, real: string): boolean {
  const way = relative(root, real);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The beginning of a file: where a message about the file as a whole points. */
export function beginning(file: string): SourcePosition {
  return { file, line: 1, column: 1 };
}

/** A file or pattern that leads out of the project's folder. */
export function outside(what: string, file?: string): Message {
  return {
    code: "allowlist/outside-project",
    text: `${what} leads out of the project's folder, and is not read`,
    fix: "keep the allowlist in the project's folder, where its changes are reviewed",
    ...(file === undefined ? {} : { source: beginning(file) }),
  };
}

/** A folder that is a symbolic link, to wherever. */
export function linkedFolder(name: string, isInside: boolean): Message {
  return {
    code: "allowlist/outside-project",
    text: `the folder ${shown(name)} is a symbolic link${isInside ? "" : " out of the project's folder"}; linked folders are not read`,
    fix: "put the files into a folder of the project, or write a pattern that does not pass the link",
  };
}

/** A file or folder that the system does not let us read, or that is neither. */
export function unreadable(name: string, error: unknown): Message {
  const code = error instanceof Error && "code" in error ? String(error.code) : "it is not a regular file";
  return {
    code: "allowlist/unreadable",
    text: `${shown(name)} cannot be read: ${reasons[code] ?? code}`,
    fix: "correct its permissions, or remove it",
    source: beginning(name),
  };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "there is no such file (a link that leads nowhere?)",
  ELOOP: "its links lead in a circle",
  EISDIR: "it is a folder",
};
