#!/usr/bin/env bash
# Tells a chat what a report says: `CHAT_WEBHOOK=https://… send.sh out/drift.json`.
#
# For webhooks that take {"text": "…"}, as those of Slack, Mattermost, Rocket.Chat and Google Chat do. Says nothing
# where nothing is due and nothing was found. Needs jq and curl.
set -euo pipefail

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

[ -s "${1:-}" ] || fail "usage: send.sh REPORT.json, as WARP_REPORT, plan or drift write it"
case ${CHAT_WEBHOOK:-} in
*[\"\\[:space:]]*) fail "CHAT_WEBHOOK holds a quote, a backslash or a space" ;;
https://* | http://127.0.0.1:*) ;;
*) fail "CHAT_WEBHOOK must be an https address" ;;
esac

message=$(jq --from-file "$(dirname "${BASH_SOURCE[0]}")/message.jq" "$1")
[ -n "$message" ] || exit 0
# The address is a secret, and a process's arguments are not: so it goes in by standard input, the message by a file.
file=$(mktemp)
trap 'rm -f "$file"' EXIT
printf '%s\n' "$message" >"$file"
printf 'url = "%s"\n' "$CHAT_WEBHOOK" |
  curl --config - --silent --show-error --fail --max-time 30 --output /dev/null \
    --header 'Content-Type: application/json' --data-binary "@$file"
