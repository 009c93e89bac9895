/** A small seeded generator of numbers (mulberry32): the same seed gives the same sequence on every machine. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** True in `share` of all calls. */
  chance(share: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** Characters of an alphabet. */
  text(alphabet: string, length: number): string;
  /** So many random bytes, in base64. */
  base64(bytes: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}

/** Starts a sequence. */
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
