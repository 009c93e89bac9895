/** The calls about Access users and what is known of them. */

import { all, type Pair } from "./official-client-pair.js";
import { FAILED, NONCE, SEEN } from "./official-client-world.js";

const USERS = "/accounts/{account_id}/access/users";

/* Parameters in the order of this client, as with devices. */
export const USER_CALLS: readonly Pair[] = [
  {
    name: "Access users: list, all of them on many pages",
    endpoint: `GET ${USERS}`,
    official: (client, account_id) => all(client.zeroTrust.access.users.list({ account_id, per_page: 12 })),
    ours: (client) => all(client.accessUsers.list({ per_page: 12 })),
  },
  {
    name: "Access users: list, every parameter",
    endpoint: `GET ${USERS}`,
    official: (client, account_id) =>
      all(
        client.zeroTrust.access.users.list({
          account_id,
          name: SEEN.name ?? "",
          email: SEEN.email ?? "",
          search: "e",
          per_page: 5,
          page: 1,
        }),
      ),
    ours: (client) =>
      all(
        client.accessUsers.list({
          name: SEEN.name ?? "",
          email: SEEN.email ?? "",
          search: "e",
          per_page: 5,
          page: 1,
        }),
      ),
  },
  {
    name: "Access users: get",
    endpoint: `GET ${USERS}/{user_id}`,
    official: (client, account_id) => client.zeroTrust.access.users.get(SEEN.id, { account_id }),
    ours: (client) => client.accessUsers.get(SEEN.id),
  },
  {
    name: "Access users: create",
    endpoint: `POST ${USERS}`,
    official: (client, account_id) =>
      client.zeroTrust.access.users.create({ account_id, email: "new@example.com", name: "Zoë N." }),
    ours: (client) => client.accessUsers.create({ email: "new@example.com", name: "Zoë N." }),
  },
  {
    name: "Access users: update",
    endpoint: `PUT ${USERS}/{user_id}`,
    official: (client, account_id) =>
      client.zeroTrust.access.users.update(SEEN.id, { account_id, email: SEEN.email ?? "", name: "Other" }),
    ours: (client) => client.accessUsers.update(SEEN.id, { email: SEEN.email ?? "", name: "Other" }),
  },
  {
    name: "Access users: delete",
    endpoint: `DELETE ${USERS}/{user_id}`,
    official: (client, account_id) => client.zeroTrust.access.users.delete(SEEN.id, { account_id }),
    ours: (client) => client.accessUsers.delete(SEEN.id),
  },
  {
    name: "active sessions: list",
    endpoint: `GET ${USERS}/{user_id}/active_sessions`,
    official: (client, account_id) =>
      all(client.zeroTrust.access.users.activeSessions.list(SEEN.id, { account_id })),
    ours: (client) => client.accessUsers.activeSessions.list(SEEN.id),
  },
  {
    name: "active sessions: get",
    endpoint: `GET ${USERS}/{user_id}/active_sessions/{nonce}`,
    official: (client, account_id) =>
      client.zeroTrust.access.users.activeSessions.get(NONCE, { account_id, user_id: SEEN.id }),
    ours: (client) => client.accessUsers.activeSessions.get(SEEN.id, NONCE),
  },
  {
    name: "last seen identity",
    endpoint: `GET ${USERS}/{user_id}/last_seen_identity`,
    official: (client, account_id) =>
      client.zeroTrust.access.users.lastSeenIdentity.get(SEEN.id, { account_id }),
    ours: (client) => client.accessUsers.lastSeenIdentity(SEEN.id),
  },
  {
    name: "failed logins",
    endpoint: `GET ${USERS}/{user_id}/failed_logins`,
    official: (client, account_id) =>
      all(client.zeroTrust.access.users.failedLogins.list(FAILED.id, { account_id })),
    ours: (client) => client.accessUsers.failedLogins(FAILED.id),
  },
];
