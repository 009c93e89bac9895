/* What generated fleets are made of. */

// prettier-ignore
export const FIRST_NAMES = [
  "Aisha", "Akira", "Alice", "Amara", "Anders", "Ben", "Bruno", "Carmen", "Chen", "Chloé", "Dana", "David",
  "Elena", "Emeka", "Fatima", "Felix", "Grace", "Hana", "Henrik", "Ines", "Ivan", "Jamal", "Jana", "Jorge",
  "Kaito", "Kim", "Lars", "Leila", "Luca", "Maria", "Marek", "Mei", "Nadia", "Noah", "Nora", "Olga", "Omar",
  "Paulo", "Priya", "Quinn", "Rafael", "Rosa", "Sam", "Sara", "Tariq", "Tom", "Uma", "Vera", "Wei", "Yara", "Zoe",
] as const;

// prettier-ignore
export const LAST_NAMES = [
  "Abdi", "Almeida", "Bauer", "Becker", "Chen", "Cohen", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia",
  "Haddad", "Hansen", "Ito", "Ivanova", "Jensen", "Kaya", "Khan", "Kowalski", "Kumar", "Lee", "Lopez", "Martin",
  "Mbeki", "Meyer", "Moreau", "Müller", "Nakamura", "Nguyen", "Novak", "Okafor", "Olsen", "Park", "Patel", "Petrov",
  "Popescu", "Rossi", "Santos", "Sato", "Schmidt", "Silva", "Singh", "Smith", "Tanaka", "Torres", "Varga", "Weber",
  "Wilson", "Wong", "Yilmaz", "Zhang",
] as const;

/** A make of machine: how its devices are named and numbered. */
export interface Make {
  readonly manufacturer: string;
  readonly models: readonly [string, ...string[]];
  readonly device_type: string;
  readonly os_version: string;
  /** Before the random rest of a serial number, and its whole length. */
  readonly serial: readonly [prefix: string, length: number];
  /** Before the random rest of a machine's name; empty: the machine is named after its user. */
  readonly name: string;
}

export const MAKES: readonly [Make, ...Make[]] = [
  {
    manufacturer: "Apple Inc.",
    models: ["MacBookPro18,3", "Mac14,2", "Mac15,6"],
    device_type: "mac",
    os_version: "15.6.1",
    serial: ["C02", 12],
    name: "",
  },
  {
    manufacturer: "Dell Inc.",
    models: ["Latitude 7440", "XPS 13 9340", "Precision 5490"],
    device_type: "windows",
    os_version: "10.0.22631",
    serial: ["", 7],
    name: "DESKTOP-",
  },
  {
    manufacturer: "LENOVO",
    models: ["ThinkPad X1 Carbon Gen 11", "ThinkPad T14 Gen 4"],
    device_type: "windows",
    os_version: "10.0.22631",
    serial: ["PF", 8],
    name: "LAPTOP-",
  },
  {
    manufacturer: "HP",
    models: ["HP EliteBook 840 G10", "HP ZBook Firefly 14"],
    device_type: "linux",
    os_version: "6.8.0",
    serial: ["5CG", 10],
    name: "ws-",
  },
];
