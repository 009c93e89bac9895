/** Deletes Access users, and reads each back. */

import { CloudflareError, type CloudflareClient, type Outcome } from "../src/cloudflare/index.js";
import { holdsNothing } from "../src/reconcile/access-users.js";
import { stopped } from "./stop.js";

/** Milliseconds before each further reading of a user who still holds something. */
const REREAD_WAITS_MS = [1_000, 2_000, 4_000, 8_000];

/** What refuses one of them refuses all. */
const HOPELESS: readonly CloudflareError["code"][] = [
  "cloudflare/bad-token",
  "cloudflare/missing-permission",
  "cloudflare/unknown-account",
  "cloudflare/rate-limited",
  "cloudflare/stopped",
];

/** Around the calls of a kind: the ids of each before it is made, and what is known after it. */
export interface Calls {
  /** A `CloudflareError` that it throws ends them, and the call is not made. */
  readonly before: (ids: readonly string[]) => Promise<void>;
  readonly after: (known: ReadonlyMap<string, Outcome>) => void;
}

/**
 * Deletes one after the other, by id; an outcome for each. Done is who is not there any more, or whose row has neither
 * seat nor active device: the documents contradict each other on whether the row goes.
 *
 * `DELETE` and `GET /accounts/{account_id}/access/users/{user_id}`
 */
export async function deleteUsers(
  client: CloudflareClient,
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
      await client.accessUsers.delete(id);
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
      const outcome = await outcomeOf(client, id, refusals.get(id));
      outcomes.set(id, outcome);
      after(new Map([[id, outcome]]));
      if (outcome.result === "done") continue;
      // What was refused for certain will not show later.
      if (refusals.get(id)?.doubtful !== false) waiting.push(id);
    }
    pending = stopped.aborted ? [] : waiting;
  }
  return outcomes;
}

/** As it looks now; a refusal may come after the act was done all the same. */
async function outcomeOf(
  client: CloudflareClient,
  id: string,
  refusal: CloudflareError | undefined,
): Promise<Outcome> {
  const holding = await heldBy(client, id);
  if (holding === undefined) return { result: "done" };
  if (refusal?.doubtful === false) return { result: "failed", reason: refusal.summary };
  if (holding instanceof CloudflareError) {
    const sent = refusal?.summary ?? "The API accepted the call.";
    return { result: "unknown", reason: `${sent} The result could not be read back: ${holding.summary}` };
  }
  return { result: "failed", reason: refusal?.summary ?? `The deletion did not take effect: ${holding}.` };
}

/** What a user still holds; undefined where it is absent. */
async function heldBy(client: CloudflareClient, id: string): Promise<string | CloudflareError | undefined> {
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
    if (!(error instanceof CloudflareError)) throw error;
    return error.code === "cloudflare/not-found" ? undefined : error;
  }
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
