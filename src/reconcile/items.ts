/** The kinds of items that a plan decides about besides registrations: one row each, and what they have in common. */

import type { Allowlist, Guards } from "../allowlist/model.js";
import type { AccessUser, Act, Registration } from "../cloudflare/types.js";
import { type AccessUserDecision, decideAccessUsers } from "./access-users.js";
import { type DecidedItems, isAgreed, type Item, keyOf, type ReviewedItem } from "./decision.js";
import { identityOfAct } from "./findings/finding.js";

/** The part of the live account that items are compared with. What is not needed is left out. */
export interface ListedItems {
  readonly registrations: readonly Registration[];
  /** Every Access user. */
  readonly accessUsers?: readonly AccessUser[] | undefined;
}

/** The guards that count acts on items, one act each. */
export type ItemGuard = Exclude<keyof Guards, Act | "perUser" | "self">;

/** One act on a kind of item. */
interface ActRow {
  /** Before its line in a text report. */
  readonly sign: string;
  /** The guard that counts it. A fingerprint covers what a guard counts, since an approval is about nothing else. */
  readonly guard?: ItemGuard;
  /** Its name if it cannot be undone. Reports show it early, and say if a reviewed one is no longer due. */
  readonly final?: string;
}

/** Everything about one kind of item. Methods take the kind's own decision. */
export interface KindOfItem {
  /** In the singular; with an `s` in the plural. */
  readonly noun: string;
  /** In names of rules (`access-user/delete`); in the plural, in the names of its section and its page. */
  readonly slug: string;
  /** The head of a column of such items. */
  readonly head: string;
  /** In the identity of its acts from one run to the next: `act-user-delete`. */
  readonly identity: string;
  /** Says that one will be changed: a sentence without its full stop. */
  readonly meaning: string;
  /** The field of a run's report that has the results of its acts. */
  readonly results: string;
  /** The acts on one, in the order of reports. */
  readonly acts: Readonly<Record<string, ActRow>>;
  decide(allowlist: Allowlist, listed: ListedItems): DecidedItems;
  /** What else has changed since the review, if the act is the same; undefined if nothing has. */
  changed(item: Item, then: ReviewedItem): string | undefined;
  /** What a fingerprint covers of one item: no times, since they may change by themselves. */
  facts(item: Item): readonly unknown[];
}

/** The items of a plan, by kind. */
export interface Items {
  /** One for each user of `accessUsers`, in the order of e-mails; an act that waits says why. */
  readonly accessUsers: readonly AccessUserDecision[];
}

/** A kind, by its field in plans and reports. */
export type ItemKind = keyof Items;

/** One row for each kind. */
const ITEM_KINDS = {
  accessUsers: {
    noun: "Access user",
    head: "User",
    slug: "access-user",
    identity: "user",
    meaning: "An Access user will be changed",
    results: "accessUserResults",
    acts: {
      // A guard of its own: each user takes along seats, and devices that are not visible here.
      delete: { sign: "x", guard: "deleteUsers", final: "deletion" },
      create: { sign: "+" },
      rename: { sign: "~" },
    },
    decide: (allowlist, { accessUsers, registrations }) =>
      decideAccessUsers(allowlist, accessUsers, registrations),
    changed({ action, user, name }: AccessUserDecision, then) {
      if (action === "delete")
        return then.id === user?.id ? undefined : "it was another user with that address";
      return then.name === name ? undefined : "its new name was different";
    },
    // The registrations that may go with a user, but no times: every sign-in may change them.
    facts: ({ email, user, registrations }: AccessUserDecision) => [
      user?.id,
      email,
      user?.access_seat === true,
      user?.gateway_seat === true,
      registrations,
    ],
  },
} as const satisfies Readonly<Record<ItemKind, KindOfItem>>;

export const itemKinds = Object.keys(ITEM_KINDS) as readonly ItemKind[];

/** The fields of a report that have the results of acts on items. */
export type ItemResults = (typeof ITEM_KINDS)[ItemKind]["results"];

/** The fields of a report that have items, or the results of acts on them. */
export const itemFields = itemKinds.flatMap((kind) => [kind, ITEM_KINDS[kind].results]);

export function aboutItems(kind: ItemKind): KindOfItem & { readonly results: ItemResults } {
  return ITEM_KINDS[kind];
}

/** The kind whose acts a guard counts; undefined for a guard that counts acts on registrations. */
export function countedKind(guard: string): KindOfItem | undefined {
  const counts = (kind: ItemKind) => Object.values(aboutItems(kind).acts).some((one) => one.guard === guard);
  const kind = itemKinds.find(counts);
  return kind && aboutItems(kind);
}

function collectItems(itemsOf: (kind: ItemKind) => readonly Item[]): Items {
  const all: Readonly<Record<string, readonly Item[]>> = Object.fromEntries(
    itemKinds.map((kind) => [kind, itemsOf(kind)]),
  );
  return all as unknown as Items;
}

/** The items, each as `change` returns it. `change` must keep the kind. */
export function mapItems(items: Items, change: (item: Item, kind: ItemKind) => Item): Items {
  return collectItems((kind) => items[kind].map((one) => change(one, kind)));
}

/** The decisions of every kind, with problems and findings. */
export function decideItems(
  allowlist: Allowlist,
  listed: ListedItems,
): Omit<DecidedItems, "decisions"> & { readonly items: Items } {
  const decided = new Map(itemKinds.map((kind) => [kind, aboutItems(kind).decide(allowlist, listed)]));
  const all = [...decided.values()];
  return {
    items: collectItems((kind) => decided.get(kind)?.decisions ?? []),
    problems: all.flatMap(({ problems }) => problems),
    findings: all.flatMap(({ findings }) => findings),
  };
}

/** Identifies the act on an item from one run to the next. */
export function identityOfItem(kind: ItemKind, item: Item, key = keyOf(item)): string {
  return identityOfAct(`${aboutItems(kind).identity}-${item.action}`, key);
}

/**
 * What a fingerprint covers, kind by kind: the acts that guards count. The first kind has no name there, so that
 * approvals from before there were other kinds still match.
 */
export function factsOf(items: Partial<Items>): readonly (readonly unknown[])[] {
  return itemKinds.flatMap((kind, index) => {
    const about = aboutItems(kind);
    const all: readonly Item[] = items[kind] ?? [];
    const rows = all
      .filter((one) => isAgreed(one) && about.acts[one.action]?.guard)
      .map((one) => about.facts(one));
    if (rows.length === 0) return [];
    return [index === 0 ? rows : [kind, ...rows]];
  });
}
