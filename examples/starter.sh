#!/usr/bin/env bash
# Makes a repository for an allowlist out of the examples: starter.sh FOLDER github|gitlab
#
# FOLDER is made, or is empty but for a .git. Nothing is installed, and no account is asked.
set -euo pipefail

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

examples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 2 ] || fail "usage: starter.sh FOLDER github|gitlab"
mkdir -p "$1"
[ -z "$(find "$1" -mindepth 1 -maxdepth 1 ! -name .git)" ] || fail "$1 is not empty"
case $2 in
github)
  mkdir -p "$1/.github/workflows"
  cp "$examples"/github-actions/*.yml "$1/.github/workflows/"
  ;;
gitlab) cp "$examples/gitlab-ci/.gitlab-ci.yml" "$1/" ;;
*) fail "the second word is github or gitlab" ;;
esac
cp -R "$examples/starter/." "$1/"
# npm leaves every .gitignore out of a package.
mv "$1/gitignore" "$1/.gitignore"
cp -R "$examples/pipeline" "$1/ci"
printf 'Next: cd into it, npm install, and then as its README.md says.\n'
