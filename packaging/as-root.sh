#!/usr/bin/env bash
# Prints the option that runs the tests which need root and immutable files, if both are available.
set -euo pipefail
mkdir -p target
probe=$(mktemp -p target immutable.XXXXXX)
trap 'rm -f "$probe"' EXIT
if test "$(id -u)" = 0 && chattr +i "$probe" 2>/dev/null; then
  chattr -i "$probe"
  echo "--include-ignored"
else
  echo "==> Skipping tests of read-only files and of files of other users: they need root, and chattr on a file system like ext4." >&2
fi
