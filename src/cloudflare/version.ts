/** The version in package.json, which a test holds equal: a program bundled into one file has no package.json. */
export const VERSION = "0.1.0";
