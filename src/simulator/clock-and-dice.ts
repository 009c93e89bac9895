import { SimulatorError } from "./envelope.js";

/** RFC 3339 with any number of fractional digits. */
const RFC_3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * A time as the API writes it: in UTC with microseconds and `Z`, so that the order of texts is the order of times.
 * Undefined if the text is not an RFC 3339 time.
 */
export function instant(text: string): string | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = "", time = "", fraction = "", zone = ""] = match;
  // Date would turn a day that the month does not have into one of the next month.
  if (Number(day) > 28 && Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) {
    return undefined;
  }
  const micros = fraction.length === 6 ? fraction : fraction.padEnd(6, "0").slice(0, 6);
  if (zone === "Z" || zone === "z") return `${year}-${month}-${day}T${time}.${micros}Z`;
  const seconds = new Date(`${year}-${month}-${day}T${time}${zone}`);
  return Number.isNaN(seconds.getTime()) ? undefined : `${seconds.toISOString().slice(0, 19)}.${micros}Z`;
}

/** The time that the simulator writes into records: the real time, or a fixed one. */
export class SimulatedClock {
  #fixed: string | undefined;
  #last = 0;

  /** @throws SimulatorError if `now` is not an RFC 3339 time */
  constructor(now?: string) {
    this.set(now);
  }

  /**
   * Stops the clock at a time. Without one, the clock follows the machine's.
   *
   * @throws SimulatorError if `now` is not an RFC 3339 time
   */
  set(now: string | undefined): void {
    if (now === undefined) {
      this.#fixed = undefined;
      return;
    }
    const fixed = instant(now);
    if (fixed === undefined) {
      throw new SimulatorError(`now: expected an RFC 3339 time such as 2026-10-01T09:30:00Z, got "${now}"`);
    }
    this.#fixed = fixed;
  }

  /**
   * The present time. A running clock never returns the same time twice, so that the records show the order of acts.
   */
  now(): string {
    if (this.#fixed !== undefined) return this.#fixed;
    this.#last = Math.max(this.#last + 1, Date.now() * 1000);
    const whole = new Date(Math.floor(this.#last / 1000)).toISOString().slice(0, 23);
    return `${whole}${String(this.#last % 1000).padStart(3, "0")}Z`;
  }
}

/** A small seeded generator of numbers (mulberry32). The same seed gives the same sequence on every machine. */
export interface Random {
  /** A whole number from 0 up to but not including `below`. */
  below(below: number): number;
  /** True for `share` of all calls. */
  chance(share: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** Characters of an alphabet. */
  text(alphabet: string, length: number): string;
  /** Random bytes, in base64. */
  base64(bytes: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}

/** Starts the sequence of a seed. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
  function below(limit: number): number {
    return Math.floor((next() / 0x1_0000_0000) * limit);
  }
  return {
    below,
    chance: (share) => next() / 0x1_0000_0000 < share,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    text(alphabet, length) {
      let text = "";
      while (text.length < length) text += alphabet.charAt(below(alphabet.length));
      return text;
    },
    base64(bytes) {
      const words = Uint32Array.from({ length: Math.ceil(bytes / 4) }, next);
      return Buffer.from(words.buffer, 0, bytes).toString("base64");
    },
    uuid() {
      const [a, b, c, d] = [next(), next(), next(), next()];
      const middle = `${hex(b >>> 16, 4)}-4${hex(b & 0xfff, 3)}-${hex(0x8000 | (c & 0x3fff), 4)}`;
      return `${hex(a, 8)}-${middle}-${hex(c >>> 16, 4)}${hex(d, 8)}`;
    },
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
