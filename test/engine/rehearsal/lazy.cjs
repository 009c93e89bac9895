/**
 * Preloaded into the processes of a rehearsed run. Pulumi's SDK loads two large packages at its start and uses them
 * to serialise functions alone, of which there are none here: they are loaded on their first use, which halves what
 * the start of a process costs.
 */

const Module = require("node:module");

const LATE = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;

Module._load = function (request, ...rest) {
  if (!LATE.has(request)) return load.call(this, request, ...rest);
  let loaded;
  const real = () => (loaded ??= load.call(this, request, ...rest));
  const get = (_target, name) => {
    // Else an `import *` would copy every property, and so load it.
    if (name === "__esModule") return true;
    return name === "default" ? (real().default ?? real()) : real()[name];
  };
  return new Proxy({}, { get });
};
