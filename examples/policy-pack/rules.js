// What the pack refuses, as plain functions over a resource's type and inputs.

const TYPE = "pulumi-nodejs:dynamic/warp:";

/** What a resource is about to do, by kind: `acts` says it in `due`, a row by having `drift`. */
function dueOf(type, props) {
  if (type === `${TYPE}Reconciliation`) return dueOfActs(props);
  if (props.drift === undefined) return {};
  if (type === `${TYPE}Revocation`) return { revoke: { [props.registration]: props.user } };
  if (type === `${TYPE}AccessUser`) return { writeUser: { [props.email]: props.email } };
  return {};
}

/** Acts that `due` says nothing of were not made by warpRegistrations(): nobody can judge them, so none passes. */
function dueOfActs({ acts = {}, users = {}, due }) {
  if (due !== undefined) return due;
  const ids = [...Object.keys(acts), ...Object.keys(users)];
  return ids.length === 0 ? {} : { unknown: Object.fromEntries(ids.map((id) => [id, "unknown"])) };
}

/** Access users are deleted by hand, if at all. */
function deletedUsers(type, props) {
  const { deleteUser = {}, unknown = {} } = dueOf(type, props);
  return Object.values({ ...deleteUser, ...unknown });
}

/**
 * Whether something is due at a moment at which nothing may be.
 *
 * @param hours from and to in UTC, as whole hours, and days of the week, Sunday being 0
 */
function isOutsideHours(type, props, { from, to, days }, now) {
  const due = Object.values(dueOf(type, props)).some((ids) => Object.keys(ids).length > 0);
  const hour = now.getUTCHours();
  return due && !(days.includes(now.getUTCDay()) && hour >= from && hour < to);
}

module.exports = { deletedUsers, isOutsideHours };
