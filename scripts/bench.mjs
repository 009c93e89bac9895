// `npm run bench`: makes the clone ready, then measures and prints a table.

import { createRequire } from "node:module";
import { ready, root } from "./ready.mjs";

ready();
createRequire(import.meta.url)("../dist/bench/main.js").main(root);
