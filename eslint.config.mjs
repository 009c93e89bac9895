import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Rooms import one way: text → allowlist, cloudflare → reconcile → report → run → providers, program, cli. */
const pulumi = { regex: "^@pulumi/", message: "Only providers/, src/run/ and src/program.ts know Pulumi." };
const rooms = (names) =>
  names.map((name) => ({
    regex: `^(\\.\\./)+(src/)?${name}/`,
    message: `This room does not import ${name}/.`,
  }));
const mayNotImport = (files, names, more = []) => ({
  files: files.flatMap((file) => [file]),
  rules: { "no-restricted-imports": ["error", { patterns: [...rooms(names), ...more] }] },
});
const console = [{ regex: "^(node:)?console$", message: "The core returns data." }];
const impure = {
  regex: "^(node:)?(fs|http|https|net|process|child_process|os|timers)(/|$)",
  message: "The core is pure: data in, data out.",
};

export default defineConfig(
  { ignores: ["dist/", "node_modules/", "coverage/", ".demo/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.mts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "max-lines": ["error", { max: 450, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["**/*.test.ts"],
    rules: { "max-lines": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", URL: "readonly", setTimeout: "readonly" },
    },
  },
  {
    files: ["**/*.js", "**/*.cjs"],
    languageOptions: { sourceType: "commonjs", globals: { module: "readonly", require: "readonly" } },
  },
  mayNotImport(
    ["src/text/**"],
    ["allowlist", "cloudflare", "reconcile", "report", "run", "cli", "simulator", "providers"],
    [pulumi],
  ),
  mayNotImport(
    ["src/allowlist/**"],
    ["cloudflare", "reconcile", "report", "run", "cli", "simulator", "providers"],
    [pulumi],
  ),
  mayNotImport(
    ["src/cloudflare/**"],
    ["allowlist", "reconcile", "report", "run", "cli", "simulator", "providers"],
    [pulumi],
  ),
  mayNotImport(
    ["src/reconcile/**"],
    ["report", "run", "cli", "simulator", "providers"],
    [pulumi, impure, ...console],
  ),
  {
    files: ["src/reconcile/**"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-globals": ["error", "console", "process", "fetch", "setTimeout", "setInterval"],
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: "The core has no clock: take `now`.",
        },
        {
          selector: "MemberExpression[object.name='Date'][property.name='now']",
          message: "The core has no clock: take `now`.",
        },
      ],
    },
  },
  mayNotImport(["src/report/**"], ["run", "cli", "simulator", "providers"], [pulumi]),
  mayNotImport(["src/run/**/!(*.test).ts"], ["cli", "simulator", "providers"]),
  mayNotImport(
    ["src/simulator/**"],
    ["allowlist", "reconcile", "report", "run", "cli", "providers"],
    [pulumi],
  ),
  mayNotImport(["src/cli/**"], ["providers"], [pulumi]),
);
