/** Names of resources, as Pulumi makes them. */

/** The type of the resource that stands for the stack itself. */
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** `urn:pulumi:<stack>::<project>::<parent types$type>::<name>`; the stack is left out of the parents. */
export function urnOf(
  where: { readonly stack: string; readonly project: string },
  type: string,
  name: string,
  parent: string,
): string {
  const above = parent.split("::")[2] ?? STACK_TYPE;
  const types = above === STACK_TYPE ? type : `${above}$${type}`;
  return `urn:pulumi:${where.stack}::${where.project}::${types}::${name}`;
}

/** The last part of a URN; a name may have `::` in it. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** `warp:Revocation` for `pulumi-nodejs:dynamic/warp:Revocation`. */
export function shortType(type: string): string {
  return type.replace("pulumi-nodejs:dynamic/", "");
}
