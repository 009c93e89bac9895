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
  return text === "" ? undefined : atLeastOne(name, /^\d+$/.test(text) ? Number(text) : NaN, "count");
}
