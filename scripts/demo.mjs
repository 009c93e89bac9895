// `npm run demo`: makes the clone ready, then shows the demo against a simulated account.

import { createRequire } from "node:module";
import { ready, root } from "./ready.mjs";

ready();
createRequire(import.meta.url)("../dist/demo/main.js").main(root);
