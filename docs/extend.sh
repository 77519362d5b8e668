#!/usr/bin/env bash
# Called by `make extend`. Applies each diff of extend.md to a copy of the tree, and compiles and lints the copy for the server and
# the browser. Fails when a diff does not apply, or is too long.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
copy=$CARGO_TARGET_DIR/extend
longest=19

rm -rf "$copy"
mkdir -p "$copy/diffs"
tar -c --exclude=target --exclude=.git --exclude=node_modules --exclude=.venv --exclude='*.png' . | tar -x -m -C "$copy"
awk -v folder="$copy/diffs" '
  /^```diff$/ { file = sprintf("%s/%d.diff", folder, ++count); next }
  /^```$/ { file = "" }
  file { print > file }
' docs/extend.md

cd "$copy"
# Outside a repository, `git apply` works on plain files.
export GIT_CEILING_DIRECTORIES=$CARGO_TARGET_DIR
test "$(ls diffs | wc -l)" -ge 4 || { echo "error: docs/extend.md has fewer than four diffs" >&2; exit 1; }
for diff in diffs/*; do
  lines=$(grep -E '^[-+]' "$diff" | grep -cvE '^(---|\+\+\+) ')
  test "$lines" -le "$longest" \
    || { echo "error: $diff of docs/extend.md changes $lines lines; show it in at most $longest" >&2; exit 1; }
  git apply "$diff" || { echo "error: $diff of docs/extend.md does not apply:" >&2; cat "$diff" >&2; exit 1; }
done
# A new page must belong to an existing chunk: a new chunk would be downloaded for this page only.
chunks() { grep -rhoE '^ +[a-z_]+: pub.* -> Filled' "$1/app/src" | sed -E 's/^ +([a-z_]+):.*/\1/' | sort -u; }
test "$(chunks .)" = "$(chunks "$OLDPWD")" || { echo "error: a diff of docs/extend.md adds a chunk" >&2; exit 1; }
# The copy reuses compiled dependencies. Its version differs, so that cargo does not confuse it with the original, which it identifies
# by name, version and place in the workspace.
sed 's/^version = "\(.*\)"$/version = "\1-extended"/' Cargo.toml >Cargo.toml.new && mv Cargo.toml.new Cargo.toml
cargo fmt --all --check
# Unquoted, since each is a list of options (those of `make lint`).
cargo clippy --quiet $NATIVE --all-targets -- --deny warnings
cargo clippy --quiet $WEB -- --deny warnings
rm -rf "$copy"
