import { createHmac, randomBytes } from "node:crypto";

/** What a value is, so that its pseudonym has the same shape. */
export type PseudonymKind = keyof typeof SHAPES;

/** 256 bits of a keyed hash, as hexadecimal digits, made into something of the right shape. */
const SHAPES = {
  account: (hash: string) => hash.slice(0, 32),
  uuid: (hash: string) =>
    [
      hash.slice(0, 8),
      hash.slice(8, 12),
      `4${hash.slice(13, 16)}`,
      `8${hash.slice(17, 20)}`,
      hash.slice(20, 32),
    ].join("-"),
  local: (hash: string) => `user-${hash.slice(0, 10)}`,
  domain: (hash: string) => `${hash.slice(0, 8)}.example`,
  person: (hash: string) => `Person ${hash.slice(0, 8)}`,
  device: (hash: string) => `device-${hash.slice(0, 10)}`,
  profile: (hash: string) => `profile-${hash.slice(0, 8)}`,
  serial: (hash: string) => `SN${hash.slice(0, 12).toUpperCase()}`,
  hardwareId: (hash: string) => `HW${hash.slice(0, 20)}`,
  key: (hash: string) => `key-${hash.slice(0, 40)}`,
  /** Locally administered: no vendor's. */
  mac: (hash: string) => `02:${(hash.slice(0, 10).match(/../gu) ?? []).join(":")}`,
  ipv4: (hash: string) =>
    `10.${[0, 2, 4].map((at) => Number.parseInt(hash.slice(at, at + 2), 16)).join(".")}`,
  ipv6: (hash: string) => `fd00:${(hash.slice(0, 28).match(/..../gu) ?? []).join(":")}`,
} as const;

/**
 * Replaces values so that equal ones stay equal, different ones stay different, and nobody can tell which was which:
 * the key is drawn for each of these, and kept nowhere, so that trying all e-mails of a company leads nowhere either.
 */
export class Pseudonyms {
  readonly #key = randomBytes(32);
  readonly #known = new Map<string, string>();
  readonly #taken = new Set<string>();

  of(kind: PseudonymKind, value: string): string {
    const name = `${kind}\n${value}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // Short shapes can meet; then the next one is tried.
    for (let attempt = 0; ; attempt++) {
      const made = SHAPES[kind](createHmac("sha256", this.#key).update(`${attempt}\n${name}`).digest("hex"));
      if (this.#taken.has(made)) continue;
      this.#taken.add(made);
      this.#known.set(name, made);
      return made;
    }
  }
}
