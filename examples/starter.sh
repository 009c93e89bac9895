#!/usr/bin/env bash
# Makes a repository for an allowlist out of the examples: starter.sh FOLDER github|gitlab
#
# FOLDER is made, or is empty but for a .git. The package comes along in FOLDER/vendor, packed from here: package.json
# names that file, and `npm ci` in a pipeline takes it from there. With STARTER_FROM=registry package.json names the
# release in npm's registry instead. In FOLDER nothing is installed, and no account is asked.
set -euo pipefail

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

examples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
package=$(dirname "$examples")
[ $# -eq 2 ] || fail "usage: starter.sh FOLDER github|gitlab"
case ${STARTER_FROM:=vendor} in
vendor | registry) ;;
*) fail "STARTER_FROM is vendor or registry" ;;
esac
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
if [ "$STARTER_FROM" = vendor ]; then
  mkdir "$1/vendor"
  vendor=$(cd "$1/vendor" && pwd)
  # A clone is made ready first; an installed package is compiled already.
  [ ! -e "$package/scripts/ready.mjs" ] ||
    (cd "$package" && node --input-type=module -e 'const { ready } = await import("./scripts/ready.mjs"); ready();')
  (cd "$package" && npm pack --silent --ignore-scripts --pack-destination "$vendor") >/dev/null
  packed=$(cd "$vendor" && ls)
  (cd "$1" && npm pkg set "dependencies.pulumi-warp-registrations=file:vendor/$packed")
fi
printf 'Next: cd into it, npm install, and then as its README.md says.\n'
