/**
 * The first line of a comment, by which a pipeline finds its own again. `marker` tells several comments on one pull
 * request apart, as a stack's name does.
 */
export function commentMarker(marker = ""): string {
  const tail = marker === "" ? "" : `:${encode(marker)}`;
  return `<!-- warp-registrations${tail} -->`;
}

/** Percent-encoded, so that nothing ends the comment early: no `>`, and no two hyphens in a row. */
function encode(marker: string): string {
  return encodeURIComponent(marker.replaceAll(/\p{Cs}/gu, "\ufffd")).replaceAll(/-(?=-|$)/g, "%2D");
}
