import { CloudflareError } from "./errors.js";

/** A number from 1, or `cloudflare/bad-setting`; `unit` is `ms` for times, which need not be whole. */
export function atLeastOne(name: string, value: number, unit: "count" | "ms"): number {
  if (value >= 1 && (unit === "ms" ? Number.isFinite(value) : Number.isInteger(value))) return value;
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: `${name} is ${value}.`,
    advice: unit === "ms" ? "Give a number of milliseconds from 1." : "Give a whole number from 1.",
  });
}

/** A whole number from 1 in a variable of the environment, undefined where it is not set; `cloudflare/bad-setting` else. */
export function countFrom(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): number | undefined {
  const text = env[name]?.trim() ?? "";
  if (text === "") return undefined;
  if (/^\d+$/.test(text)) return atLeastOne(name, Number(text), "count");
  // What it is may be a secret that went into the wrong variable.
  throw new CloudflareError({
    code: "cloudflare/bad-setting",
    what: `${name} is no whole number.`,
    advice: "Give a whole number from 1, in digits alone.",
  });
}
