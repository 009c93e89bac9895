/** A small seeded generator of numbers (mulberry32): the same seed gives the same sequence on every machine. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** True in `share` of all calls. */
  chance(share: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** Characters of an alphabet. */
  text(alphabet: string, length: number): string;
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
    uuid() {
      const words = [next(), next(), next(), next()].map((word) => word.toString(16).padStart(8, "0"));
      const digits = words.join("");
      const variant = "89ab".charAt(below(4));
      return [
        digits.slice(0, 8),
        digits.slice(8, 12),
        `4${digits.slice(13, 16)}`,
        `${variant}${digits.slice(17, 20)}`,
        digits.slice(20),
      ].join("-");
    },
  };
}
