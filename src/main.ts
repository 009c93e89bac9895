/** The program of this repository's own Pulumi.yaml. */

import { warpRegistrations } from "./program.js";

export = () => warpRegistrations();
