#!/usr/bin/env bash
# The allowlist as it would be once HEAD is merged into BASE, and the one before it:
#
#   ci/propose.sh BASE HEAD FOLDER
#
# writes FOLDER/proposal and FOLDER/base. BASE is a commit that is here, HEAD a commit's full id, fetched from origin
# where it is not here. Whoever made HEAD is not trusted. So no file of it is checked out, only the contents of
# allowlist.yaml and allowlist/**/*.{yaml,yml} are written, and a link, a submodule or any other kind of file there is
# an error.
set -euo pipefail

MOST_FILES=2000
MOST_BYTES=4194304

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

# What git says holds what HEAD's author wrote. A CI runner obeys `::command::` at the beginning of a line and
# `##[command]` wherever it stands, and a terminal obeys control characters.
git() {
  local code=0
  command git "$@" 2>"$said" || code=$?
  [ ! -s "$said" ] || tr -c '\n -~' '?' <"$said" |
    sed -e :a -e 's/::/:\\:/' -e ta -e :b -e 's/##/#\\#/' -e tb -e 's/^/git: /' >&2
  return "$code"
}

# The commit's tree merged into BASE's, as an object of git's own: nothing is written to a work tree.
merged_tree() {
  local base=$1 head=$2 tree
  git cat-file -e "$head^{commit}" 2>/dev/null ||
    git -c fetch.fsckObjects=true fetch --quiet --no-tags --no-recurse-submodules origin "$head" ||
    fail "commit $head cannot be fetched from origin"
  git merge-base "$base" "$head" >/dev/null ||
    fail "commit $head has no commit in common with the base branch; is the clone a shallow one?"
  # The first line is the tree; what follows in case of a conflict are names that HEAD chose.
  tree=$(git merge-tree --write-tree --no-messages "$base" "$head") ||
    fail "commit $head conflicts with the base branch: merge or rebase it first"
  printf '%s\n' "$tree"
}

# Writes the allowlist of a tree into a new folder.
write_allowlist() {
  local tree=$1 folder=$2 entry mode object path files=0
  mkdir -p "$folder"
  git ls-tree -r -z --full-tree "$tree" -- allowlist.yaml allowlist >"$folder.entries"
  while IFS= read -r -d '' entry; do
    mode=${entry%% *}
    path=${entry#*$'\t'}
    object=${entry%%$'\t'*}
    object=${object##* }
    check_path "$path"
    case $mode in
    100644 | 100755) ;;
    120000) fail "$path is a link; only regular files may stand there" ;;
    *) fail "$path is no regular file" ;;
    esac
    files=$((files + 1))
    [ "$files" -le "$MOST_FILES" ] || fail "the allowlist has more than $MOST_FILES files"
    [ "$(git cat-file -s "$object")" -le "$MOST_BYTES" ] || fail "$path is larger than $MOST_BYTES bytes"
    mkdir -p "$folder/$(dirname "$path")"
    git cat-file blob "$object" >"$folder/$path"
  done <"$folder.entries"
  rm -f "$folder.entries"
}

# Plain names: nothing hidden, nothing that leads out, nothing that a log or a glob would read in another way.
check_path() {
  local plain='^[A-Za-z0-9_@+][A-Za-z0-9_@+. -]*(/[A-Za-z0-9_@+][A-Za-z0-9_@+. -]*)*$'
  [[ $1 =~ $plain ]] ||
    fail "a file below allowlist/ has a name with characters other than letters, digits, space and _@+.-"
  case $1 in
  *.yaml | *.yml) ;;
  *) fail "$1 is neither .yaml nor .yml; nothing else may stand below allowlist/" ;;
  esac
}

[ $# -eq 3 ] || fail "usage: propose.sh BASE HEAD FOLDER"
# A name of a branch could read as an option, or be another commit a moment later.
[[ $2 =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]] || fail "HEAD must be a commit's full id"
export LC_ALL=C
said=$(mktemp)
trap 'rm -f "$said"' EXIT
# What an earlier run left must not be mistaken for what this one was asked for.
rm -rf "$3/proposal" "$3/base"
base=$(git rev-parse --verify --quiet --end-of-options "$1^{commit}") || fail "BASE is not a commit that is here"
tree=$(merged_tree "$base" "$2")
mkdir -p "$3"
write_allowlist "$base" "$3/base"
write_allowlist "$tree" "$3/proposal"
others=$(git diff --no-ext-diff --name-only -z "$base" "$tree" -- . ':(exclude)allowlist.yaml' ':(exclude)allowlist' |
  tr -dc '\0' | wc -c)
[ "$others" -eq 0 ] || printf 'note: files outside the allowlist change as well: %d; they are not used here\n' "$others"
