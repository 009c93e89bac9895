/** The shell of a page that holds all of itself, loads nothing and runs nothing. */

import { createHash } from "node:crypto";
import { escapeHtml } from "./html-escape.js";
import { style } from "./html-style.js";

/** `body` is HTML already; `title` is text. */
export function htmlPage(title: string, body: string): string {
  const digest = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escapeHtml(title, 200)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
