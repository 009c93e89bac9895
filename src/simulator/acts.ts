import type { Registration } from "../cloudflare/types.js";
import type { Account } from "./account.js";
import type { Change, Row } from "./store.js";

/** What can be done to registrations in bulk. */
export type Act = "revoke" | "unrevoke" | "delete";

/** The rows of ids, each once, and the ids that the account does not have (any more). */
export function findRegistrations(
  account: Account,
  ids: readonly string[],
): { readonly found: readonly Row<Registration>[]; readonly unknown: readonly string[] } {
  const found: Row<Registration>[] = [];
  const unknown: string[] = [];
  for (const id of new Set(ids)) {
    const row = account.store.registrations.get(id);
    if (row === undefined || row.live.deleted_at != null) unknown.push(id);
    else found.push(row);
  }
  return { found, unknown };
}

/**
 * Does one act to some registrations, all at the same time. What is so already stays untouched, times and all.
 */
export function apply(account: Account, act: Act, rows: readonly Row<Registration>[]): void {
  const now = account.clock.now();
  const changes = rows.flatMap((row) => {
    const next = after(act, row.live, now);
    return next === undefined ? [] : [{ row, next }];
  });
  if (changes.length > 0) account.store.write({ registrations: changes });
}

function after(act: Act, live: Registration, now: string): Registration | undefined {
  switch (act) {
    case "revoke":
      return live.revoked_at == null ? { ...live, revoked_at: now, updated_at: now } : undefined;
    case "unrevoke":
      return live.revoked_at == null ? undefined : { ...live, revoked_at: null, updated_at: now };
    case "delete":
      return { ...live, deleted_at: now, updated_at: now };
  }
}

/** Gives a device another name, in its own record and in its registrations. */
export function renameDevice(account: Account, deviceId: string, name: string): void {
  const { store, clock } = account;
  const now = clock.now();
  const registrations = store
    .ofDevice(deviceId)
    .filter(({ live }) => live.deleted_at == null)
    .map((row) => {
      const { live } = row;
      return { row, next: { ...live, device: { ...live.device, name }, updated_at: now } };
    });
  const row = store.devices.get(deviceId);
  const devices = row === undefined ? [] : [{ row, next: { ...row.live, name, updated_at: now } }];
  store.write({ registrations, devices });
}

/** Deletes a device with its registrations. No document says whether those go too; the record they belong to does. */
export function deleteDevice(account: Account, deviceId: string): void {
  const { store, clock } = account;
  const now = clock.now();
  const row = store.devices.get(deviceId);
  if (row === undefined) return;
  const registrations: Change<Registration>[] = store
    .ofDevice(deviceId)
    .filter(({ live }) => live.deleted_at == null)
    .map((of) => ({ row: of, next: { ...of.live, deleted_at: now, updated_at: now } }));
  store.write({
    registrations,
    devices: [{ row, next: { ...row.live, deleted_at: now, updated_at: now } }],
  });
}
