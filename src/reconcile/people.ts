/**
 * The nouns of a plan. An allowlist is about people and their devices; the account has registrations. Both are joined
 * here, once, over the whole account, before scope, time or any rule applies.
 */

import type { Registration } from "../cloudflare/types.js";
import { compare } from "../text/words.js";
import { type ComparedHardware, type HardwareIndex, valueKeys } from "./hardware.js";
import { isNoUser, userOf } from "./scope.js";

/** The owner of registrations, with all of them, in scope or not. */
export interface Person {
  /** Normalised; empty if the API sends none. */
  readonly email: string;
  /** Whether these are connectors and service tokens, which register without a person. */
  readonly isNobody: boolean;
  /** In the order of ids. */
  readonly devices: readonly Device[];
  /** Pairs of registrations that may or may not be one machine; usually none. */
  readonly doubts: readonly Doubt[];
}

/** One machine of one person and one registration type: one or more registrations. */
export interface Device {
  readonly person: Person;
  /** `warp` or `browser_extension`: a client and an extension on one machine are two, and both are in use. */
  readonly type: string;
  /** The newest first. */
  readonly registrations: readonly [Candidate, ...Candidate[]];
}

/** One registration, with everything known about it before it is decided. */
export interface Candidate {
  readonly registration: Registration;
  /** Its place in the order of ids, over the whole account. */
  readonly place: number;
  readonly hardware: ComparedHardware | undefined;
  readonly device: Device;
}

/** Two registrations that report one serial or hardware id, but are, or may be, two machines. */
interface Doubt {
  readonly pair: readonly [older: Candidate, newer: Candidate];
  /** What both report, in the form in which it is compared: `serial PF3TQ9ZX`. */
  readonly values: readonly string[];
  /** `serials`: they report different ones; `in-use`: the older was seen after the newer had enrolled. */
  readonly why: "serials" | "in-use";
}

/** Two uses this close together do not count as an overlap: a device's last report may arrive while it enrols again. */
export const OVERLAP_MS = 3_600_000;

type Building<T> = { -readonly [Key in keyof T]: T[Key] };

/** Everyone who has a registration, with their devices. Deleted registrations are left out. */
export function formDevices(
  registrations: readonly Registration[],
  hardware?: HardwareIndex,
): ReadonlyMap<string, Person> {
  const own = new Map<string, Candidate[]>();
  // In the order of addresses and ids, so that the order of a listing never matters. Listings come in the order of ids.
  const byId = inOrder(registrations);
  for (const [place, registration] of byId.entries()) {
    if (registration.deleted_at != null) continue;
    const email = userOf(registration);
    const candidate = {
      registration,
      place,
      hardware: hardware?.get(registration.device.id),
      device: undefined as unknown as Device,
    };
    const list = own.get(email);
    if (list) list.push(candidate);
    else own.set(email, [candidate]);
  }
  const people = new Map<string, Person>();
  for (const email of [...own.keys()].sort()) people.set(email, formPerson(email, own.get(email) ?? []));
  return people;
}

function inOrder(registrations: readonly Registration[]): readonly Registration[] {
  const isSorted = registrations.every(({ id }, at) => at === 0 || (registrations[at - 1]?.id ?? "") <= id);
  return isSorted ? registrations : [...registrations].sort((a, b) => compare(a.id, b.id));
}

/** One person from candidates in the order of ids. Sets the device of each candidate. */
export function formPerson(email: string, candidates: readonly Candidate[]): Person {
  const person: Building<Person> = { email, isNobody: isNoUser(email), devices: [], doubts: NONE };
  if (areApart(candidates)) {
    person.devices = candidates.map((one) => toDevice(person, [one]));
    return person;
  }
  const { groups, doubts } = group(candidates, person.isNobody);
  person.devices = groups.map((one) => toDevice(person, one));
  person.doubts = doubts;
  return person;
}

const NONE: readonly never[] = [];

function toDevice(person: Person, members: readonly [Candidate, ...Candidate[]]): Device {
  const registrations = members.length === 1 ? members : sorted(members);
  const device: Device = { person, type: typeOf(registrations[0]), registrations };
  for (const member of members) (member as Building<Candidate>).device = device;
  return device;
}

/** The newest first. */
function sorted(members: readonly [Candidate, ...Candidate[]]): [Candidate, ...Candidate[]] {
  return [...members].sort((a, b) => (isNewer(a, b) ? -1 : 1)) as unknown as [Candidate, ...Candidate[]];
}

function typeOf({ registration }: Pick<Candidate, "registration">): string {
  return registration.registration_type ?? "warp";
}

/** By the moment of creation, then by id, so that the order of a listing never matters. */
export function isNewer(
  { registration: a }: Pick<Candidate, "registration">,
  { registration: b }: Pick<Candidate, "registration">,
): boolean {
  return (compareTimes(a.created_at, b.created_at) || compare(a.id, b.id)) > 0;
}

/** The order of two RFC 3339 times. JavaScript counts milliseconds only; the API sends microseconds. */
export function compareTimes(a: string, b: string): number {
  if (a === b) return 0;
  const difference = Date.parse(a) - Date.parse(b);
  if (difference !== 0) return difference;
  const [x, y] = [fraction(a), fraction(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function fraction(time: string): string {
  return (/\.(\d+)/.exec(time)?.[1] ?? "").padEnd(9, "0");
}

/**
 * When a registration last showed a sign of life: it enrolled, or it was seen. A time that cannot be read does not
 * count.
 */
export function lastSign({ registration }: Pick<Candidate, "registration">): number {
  const created = Date.parse(registration.created_at);
  const seen = Date.parse(registration.last_seen_at ?? registration.created_at);
  return Number.isNaN(seen) || seen < created ? created : seen;
}

interface Groups {
  readonly groups: readonly (readonly [Candidate, ...Candidate[]])[];
  readonly doubts: readonly Doubt[];
}

/** At most this many doubts of one registration are kept: a farm of clones must not cost more than its size. */
const MOST_DOUBTS = 8;

/**
 * Registrations of one type belong to one device if they share its id, or a value that identifies it, and nothing
 * contradicts that. This is transitive: a third registration that joins two must never set one of them free.
 */
function group(candidates: readonly Candidate[], byIdOnly: boolean): Groups {
  const sets = new Map<Candidate, List<Candidate>>();
  const byId = new Map<string, List<Candidate>>();
  const byValue = new Map<string, List<Candidate>>();
  for (const candidate of candidates) {
    sets.set(candidate, [candidate]);
    const type = typeOf(candidate);
    merge(sets, share(byId, `${type} ${candidate.registration.device.id}`, candidate), candidate);
    if (byIdOnly) continue;
    for (const value of valueKeys(candidate.hardware)) share(byValue, `${type} ${value}`, candidate);
  }
  const doubts = new Doubts();
  for (const members of byValue.values()) {
    const seen = sorted(members)
      .reverse()
      .map((one) => ({ one, sign: lastSign(one) }));
    for (const { one: newer } of seen) {
      const enrolled = Date.parse(newer.registration.created_at);
      for (const { one: older, sign } of seen) {
        if (older === newer) break;
        if (older.registration.device.id === newer.registration.device.id) continue;
        if (haveTwoSerials(older, newer)) doubts.add([older, newer], "serials");
        else if (sign - enrolled > OVERLAP_MS) doubts.add([older, newer], "in-use");
        else merge(sets, older, newer);
      }
    }
  }
  return { groups: [...new Set(sets.values())], doubts: doubts.all };
}

/** Regroups registrations of a device into devices as if only these were left, the newest of each first. */
export function regroup(
  candidates: readonly Candidate[],
  byIdOnly: boolean,
): readonly (readonly [Candidate, ...Candidate[]])[] {
  return group(candidates, byIdOnly).groups.map(sorted);
}

class Doubts {
  #all: Doubt[] | undefined;
  readonly #counts = new Map<Candidate, number>();
  readonly #known = new Set<string>();

  get all(): readonly Doubt[] {
    return this.#all ?? NONE;
  }

  /** A pair that shares two values comes up twice. */
  add(pair: Doubt["pair"], why: Doubt["why"]): void {
    const [older, newer] = pair;
    const [one, other] = [this.#counts.get(older) ?? 0, this.#counts.get(newer) ?? 0];
    const key = `${older.registration.id}\n${newer.registration.id}`;
    if ((one >= MOST_DOUBTS && other >= MOST_DOUBTS) || this.#known.has(key)) return;
    this.#known.add(key);
    this.#counts.set(older, one + 1).set(newer, other + 1);
    const newerValues = valueKeys(newer.hardware);
    const values = valueKeys(older.hardware).filter((value) => newerValues.includes(value));
    (this.#all ??= []).push({ pair, values, why });
  }
}

/** Whether both report a serial, but not the same one. */
export function haveTwoSerials(one: Candidate, other: Candidate): boolean {
  return differ(one.hardware?.serialKey, other.hardware?.serialKey);
}

/**
 * Whether both report the same serial and the same hardware id: a doubt about another registration does not concern
 * them.
 */
export function agree(one: Candidate, other: Candidate): boolean {
  const [own, others] = [valueKeys(one.hardware), valueKeys(other.hardware)];
  return own.length === 2 && own.every((value) => others.includes(value));
}

/** Whether both report a hardware id, but not the same one. */
export function haveTwoHardwareIds(one: Candidate, other: Candidate): boolean {
  return differ(one.hardware?.hardwareIdKey, other.hardware?.hardwareIdKey);
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a === b;
}

type List<T> = [T, ...T[]];

/** Adds a value to the list of a key; returns the first value of that list. */
function share<T>(lists: Map<string, List<T>>, key: string, value: T): T {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
  return list ? list[0] : value;
}

/** The smaller set moves into the larger. */
function merge<T>(sets: Map<T, List<T>>, a: T, b: T): void {
  const [one, other] = [sets.get(a), sets.get(b)];
  if (!one || !other || one === other) return;
  const [small, large] = one.length < other.length ? [one, other] : [other, one];
  for (const value of small) {
    large.push(value);
    sets.set(value, large);
  }
}

/** The doubts that a registration is part of. */
export function doubtsOf(candidate: Candidate): readonly Doubt[] {
  return candidate.device.person.doubts.filter(({ pair }) => pair.includes(candidate));
}

/**
 * A person's devices, grouped by the machine that they may be, regardless of type and doubts. For rules that count or
 * follow machines: devices in doubt count once.
 */
export function machinesOf({ devices, isNobody }: Person): readonly (readonly Device[])[] {
  const machines = new Map<Device, List<Device>>();
  const byKey = new Map<string, List<Device>>();
  for (const device of devices) {
    machines.set(device, [device]);
    for (const { registration, hardware } of device.registrations) {
      const values = isNobody ? NONE : valueKeys(hardware);
      for (const key of [`device ${registration.device.id}`, ...values]) {
        merge(machines, share(byKey, key, device), device);
      }
    }
  }
  return [...new Set(machines.values())];
}

/** Up to this many registrations, comparing each pair is faster than grouping them by what they report. */
const FEW = 6;

/** Whether no two of a few registrations share anything, as for nearly everyone. */
function areApart(candidates: readonly Candidate[]): boolean {
  if (candidates.length > FEW) return false;
  for (const one of candidates) {
    for (const other of candidates) {
      if (other === one) break;
      if (sharesAnything(one, other)) return false;
    }
  }
  return true;
}

function sharesAnything(
  { registration: a, hardware: x }: Candidate,
  { registration: b, hardware: y }: Candidate,
): boolean {
  return (
    a.device.id === b.device.id ||
    isSame(x?.serialKey, y?.serialKey) ||
    isSame(x?.hardwareIdKey, y?.hardwareIdKey)
  );
}

/** All registrations of some devices, device by device. */
export function registrationsOf(devices: readonly Device[]): Candidate[] {
  return devices.flatMap(({ registrations }) => registrations);
}

/** All registrations of a person, in the order of ids. */
export function candidatesOf({ devices }: Person): Candidate[] {
  return registrationsOf(devices).sort((a, b) => a.place - b.place);
}

/** Whether any registration reports a value that identifies the machine. */
export function isIdentified({ registrations }: Device): boolean {
  return registrations.some(
    ({ hardware }) => hardware?.serial !== undefined || hardware?.hardwareId !== undefined,
  );
}

export function newestOf([first, ...rest]: readonly [Candidate, ...Candidate[]]): Candidate {
  return rest.reduce((newest, one) => (isNewer(one, newest) ? one : newest), first);
}
