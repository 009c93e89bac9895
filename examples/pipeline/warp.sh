#!/usr/bin/env bash
# The steps that every pipeline has in common. GitHub Actions and GitLab CI call them; so can any other CI.
#
#   ci/warp.sh validate [FOLDER]   checks the allowlist in FOLDER, without network and credentials
#   ci/warp.sh plan [FOLDER]       compares it with the account: plan.json, plan.md, plan.txt, plan.xml (JUnit)
#   ci/warp.sh apply PLAN.JSON     does what that plan says, and nothing else: run.json, run.html, and own.json for later plans
#   ci/warp.sh drift               compares, for a schedule: drift.json, drift.md, drift.html, drift.txt, drift.xml
#
# They run in the folder with Pulumi.yaml, after `npm ci`. FOLDER is this one where it is not given; where it was made
# by propose.sh, the plan says what the change itself does. Files go into WARP_OUT (else `out`).
#
#   WARP_FORMAT             how `validate` prints: text, or github for annotations
#   CLOUDFLARE_ACCOUNT_ID   the account, and CLOUDFLARE_API_TOKEN: Zero Trust Read, for `apply` Zero Trust Write
#   PULUMI_STACK            the stack
#   WARP_ALLOWLIST          where the stack has its own files: their glob, as in its config (`allowlist/emea/*.yaml`)
#   WARP_BASE_REF           for a plan after the merge: the commit before it, so that the plan says what the change did
#   WARP_APPROVE            lets exactly the plan with this fingerprint pass a guard that tripped
#
# They end with 0; with 3 where a guard holds the plan; else with another number. `plan` and `drift` leave one word in
# WARP_OUT/outcome, and in GITHUB_OUTPUT where there is one: in-sync, waiting, due or held.
set -euo pipefail

root=$PWD
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tool=$root/node_modules/.bin/warp-registrations
mkdir -p "${WARP_OUT:=out}"
out=$(cd "$WARP_OUT" && pwd)

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

# Runs a command whose output holds names that others chose. GitHub would take a line `::…::` for a command of ours.
quoted() {
  local code=0 mark
  if [ -z "${GITHUB_ACTIONS:-}" ]; then
    "$@"
    return
  fi
  mark=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$mark"
  "$@" || code=$?
  printf '::%s::\n' "$mark"
  return "$code"
}

# The report, and then what the tool had to say about it.
show() {
  [ ! -s "$1" ] || cat "$1"
  cat "$2" >&2
}

summarise() {
  [ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$1" >>"$GITHUB_STEP_SUMMARY"
}

validate() {
  local options=()
  [ -z "${WARP_ALLOWLIST:-}" ] || options+=(--allowlist "$WARP_ALLOWLIST")
  cd "${1:-$root}"
  "$tool" validate ${options[@]+"${options[@]}"} --format "${WARP_FORMAT:-text}" --output "junit=$out/validate.xml"
}

# compare NAME FOLDER OPTION…: makes the reports of a plan, and answers as the tool did.
compare() {
  local name=$1 folder=$2 code=0 outcome
  shift 2
  # An earlier plan must not be mistaken for this one.
  rm -f "$out/$name".* "$out/outcome"
  # Whoever calls this asks for its code, and so `set -e` does not hold in here.
  cd "$folder" || return 1
  [ -z "${WARP_ALLOWLIST:-}" ] || set -- "$@" --allowlist "$WARP_ALLOWLIST"
  "$tool" "$@" --quiet --output "json=$out/$name.json" "markdown=$out/$name.md" "html=$out/$name.html" \
    "text=$out/$name.txt" "junit=$out/$name.xml" 2>"$out/$name.log" || code=$?
  quoted show "$out/$name.txt" "$out/$name.log"
  [ -s "$out/$name.json" ] || return "$code"
  summarise "$out/$name.md"
  outcome=$(node "$here/outcome.mjs" "$out/$name.json") || return 1
  printf '%s\n' "$outcome" >"$out/outcome"
  [ -z "${GITHUB_OUTPUT:-}" ] || printf 'outcome=%s\n' "$outcome" >>"$GITHUB_OUTPUT"
  return "$code"
}

# The patterns of an allowlist, those alone that match something: a first allowlist has nothing before it.
patterns_in() {
  local file
  if [ -n "${WARP_ALLOWLIST:-}" ]; then
    (cd "$1" && compgen -G "$WARP_ALLOWLIST" >/dev/null) && printf '%s\n' "$WARP_ALLOWLIST"
    return 0
  fi
  [ ! -e "$1/allowlist.yaml" ] || printf 'allowlist.yaml\n'
  for file in yaml yml; do
    [ -z "$(find "$1" -path '*/allowlist/*' -name "*.$file" | head -n 1)" ] || printf 'allowlist/**/*.%s\n' "$file"
  done
}

# What the stack revoked itself, as the last `apply` left it in WARP_OUT/own.json; without it plans say of whoever they let
# in again that nobody knows who revoked them. Since when each line stands needs a clone with its whole history.
known() {
  [ ! -s "$out/own.json" ] || options+=(--own "$out/own.json")
  [ "$(git -C "$root" rev-parse --is-shallow-repository 2>/dev/null)" != false ] || options+=(--blame)
}

# What the last `drift` left in WARP_OUT/history.json: which devices have used up their grace.
remember() {
  [ ! -s "$out/history.json" ] || export WARP_HISTORY=$out/history.json
}

plan() {
  local folder=${1:-$root} code=0 pattern options=() base=()
  remember
  [ -z "${PULUMI_STACK:-}" ] || options+=(--marker "$PULUMI_STACK")
  if [ "$(basename "$folder")" = proposal ]; then
    while IFS= read -r pattern; do options+=(--base "../base/$pattern"); done < <(patterns_in "$folder/../base")
    [ ! -s "$out/own.json" ] || options+=(--own "$out/own.json")
  else
    [ -z "${PULUMI_STACK:-}" ] || options+=(--stack "$PULUMI_STACK")
    known
    git -C "$root" cat-file -e "${WARP_BASE_REF:-}^{commit}" 2>/dev/null && base=(--base-ref "$WARP_BASE_REF")
  fi
  compare plan "$folder" plan ${options[@]+"${options[@]}"} ${base[@]+"${base[@]}"} || code=$?
  # A change may be what mends an allowlist that could not be used.
  if [ "$code" -ne 0 ] && [ ! -s "$out/plan.json" ] && [ ${#base[@]} -gt 0 ]; then
    code=0
    compare plan "$folder" plan ${options[@]+"${options[@]}"} || code=$?
  fi
  return "$code"
}

# Of the state what tells which registrations the stack revoked, and when: ids and moments.
keep_own() {
  if pulumi stack export --non-interactive --stack "$PULUMI_STACK" 2>/dev/null |
    node "$here/outcome.mjs" - --own >"$out/own.new"; then
    mv "$out/own.new" "$out/own.json"
  else
    rm -f "$out/own.new"
    printf 'warning: the state could not be read, so that later plans do not know what this run revoked\n' >&2
  fi
}

apply() {
  local code=0
  [ -s "${1:-}" ] || fail "apply needs the plan that was reviewed: ci/warp.sh apply PLAN.JSON"
  [ -n "${PULUMI_STACK:-}" ] || fail "which stack? Set PULUMI_STACK"
  remember
  WARP_EXPECT_PLAN=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
  export WARP_EXPECT_PLAN WARP_REPORT=$out/run.json
  rm -f "$WARP_REPORT"
  cd "$root"
  quoted pulumi up --yes --skip-preview --non-interactive --color never --suppress-progress \
    --stack "$PULUMI_STACK" || code=$?
  keep_own
  if [ -s "$WARP_REPORT" ]; then
    node "$here/outcome.mjs" "$WARP_REPORT" --results >"$out/run.txt"
    cat "$out/run.txt"
    "$tool" show "$WARP_REPORT" --quiet --output "html=$out/run.html"
    summarise "$out/run.txt"
  fi
  return "$code"
}

drift() {
  local code=0 options=(--exit-code --history "$out/history.json")
  [ -z "${PULUMI_STACK:-}" ] || options+=(--stack "$PULUMI_STACK" --marker "$PULUMI_STACK")
  known
  [ ! -e drift-baseline.yaml ] || options+=(--baseline drift-baseline.yaml)
  compare drift "$root" drift "${options[@]}" || code=$?
  # Drift is what was asked for, and no failure.
  case $code in 2 | 3) return 0 ;; *) return "$code" ;; esac
}

step=${1:-}
case $step in
validate | plan | apply | drift) shift ;;
*) fail "usage: warp.sh validate|plan|apply|drift" ;;
esac
"$step" "$@"
