/** Acts for which the API has no bulk call: made one after the other, each read back. */

import { CloudflareError, type CloudflareClient, type Outcome } from "../src/cloudflare/index.js";
import { holdsNothing } from "../src/reconcile/access-users.js";
import { stopped } from "./stop.js";

/** Waits, in milliseconds, before each further reading of a user who still holds something. */
const REREAD_WAITS_MS = [1_000, 2_000, 4_000, 8_000];

/** Errors that would refuse every further call as well. */
const HOPELESS: readonly CloudflareError["code"][] = [
  "cloudflare/bad-token",
  "cloudflare/missing-permission",
  "cloudflare/unknown-account",
  "cloudflare/rate-limited",
  "cloudflare/stopped",
];

/** Called around the calls of a kind: with the ids before each call, and with what is known after it. */
export interface Calls {
  /** A `CloudflareError` that it throws ends the calls, and this one is not made. */
  readonly before: (ids: readonly string[]) => Promise<void>;
  readonly after: (known: ReadonlyMap<string, Outcome>) => void;
}

/** One such act. */
interface SingleAct {
  /** Its name in a sentence: `The deletion`. */
  readonly noun: string;
  readonly call: (client: CloudflareClient, id: string) => Promise<unknown>;
  /** What shows that it has not taken effect, in words; undefined if it is done. */
  readonly remains: (client: CloudflareClient, id: string) => Promise<string | undefined>;
}

/**
 * Deletes Access users. It is done if the user is gone, or if the row has no seat and no active device: the documents
 * contradict each other on whether the row disappears.
 *
 * `DELETE` and `GET /accounts/{account_id}/access/users/{user_id}`
 */
export const deleteUsers = oneByOne({
  noun: "The deletion",
  call: (client, id) => client.accessUsers.delete(id),
  async remains(client, id) {
    try {
      const user = await client.accessUsers.get(id);
      if (holdsNothing(user)) return undefined;
      const { access_seat, gateway_seat, active_device_count } = user;
      const holds = [
        ...(access_seat === true ? ["its Access seat"] : []),
        ...(gateway_seat === true ? ["its Gateway seat"] : []),
        ...(active_device_count ? [`${active_device_count} active devices`] : []),
      ];
      return `the user still holds ${holds.join(" and ")}`;
    } catch (error) {
      if (error instanceof CloudflareError && error.code === "cloudflare/not-found") return undefined;
      throw error;
    }
  },
});

/** Makes an act on each id in turn, with an outcome for each. */
export function oneByOne(act: SingleAct) {
  return (client: CloudflareClient, ids: readonly string[], calls: Calls) =>
    makeEach(client, act, ids, calls);
}

async function makeEach(
  client: CloudflareClient,
  act: SingleAct,
  ids: readonly string[],
  { before, after }: Calls,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const refusals = new Map<string, CloudflareError>();
  let hopeless: string | undefined;
  for (const id of ids) {
    if (hopeless !== undefined) {
      outcomes.set(id, { result: "skipped", reason: hopeless });
      continue;
    }
    const refusal = await refusalOf(async () => {
      await before([id]);
      await act.call(client, id);
    });
    if (!refusal) continue;
    refusals.set(id, refusal);
    const { code, summary, doubtful } = refusal;
    const ended = code === "cloudflare/stopped";
    if (ended && !doubtful) outcomes.set(id, { result: "skipped", reason: summary });
    if (HOPELESS.includes(code)) hopeless = ended ? summary : `Not attempted: ${summary}`;
  }
  let pending = ids.filter((id) => !outcomes.has(id));
  for (const wait of [0, ...REREAD_WAITS_MS]) {
    if (pending.length === 0) break;
    if (wait > 0) await client.clock.sleep(wait);
    const waiting: string[] = [];
    for (const id of pending) {
      const outcome = await outcomeOf(() => act.remains(client, id), refusals.get(id), act.noun);
      outcomes.set(id, outcome);
      after(new Map([[id, outcome]]));
      if (outcome.result === "done") continue;
      // A definite refusal will not succeed later.
      if (refusals.get(id)?.doubtful !== false) waiting.push(id);
    }
    pending = stopped.aborted ? [] : waiting;
  }
  return outcomes;
}

/** The outcome as the account shows it now: an act may have been done although its call failed. */
async function outcomeOf(
  look: () => Promise<string | undefined>,
  refusal: CloudflareError | undefined,
  noun: string,
): Promise<Outcome> {
  let remains: string | undefined;
  const unread = await refusalOf(async () => {
    remains = await look();
  });
  if (!unread && remains === undefined) return { result: "done" };
  if (refusal?.doubtful === false) return { result: "failed", reason: refusal.summary };
  if (unread) {
    const sent = refusal?.summary ?? "The API accepted the call.";
    return { result: "unknown", reason: `${sent} The result could not be read back: ${unread.summary}` };
  }
  return { result: "failed", reason: refusal?.summary ?? `${noun} did not take effect: ${remains}.` };
}

async function refusalOf(act: () => Promise<void>): Promise<CloudflareError | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof CloudflareError) return error;
    throw error;
  }
}
