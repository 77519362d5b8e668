#!/usr/bin/env bash
# Prints the option of the test harness that runs the tests which need root and immutable files, where both are there.
set -euo pipefail
mkdir -p target
probe=$(mktemp -p target immutable.XXXXXX)
trap 'rm -f "$probe"' EXIT
if test "$(id -u)" = 0 && chattr +i "$probe" 2>/dev/null; then
  chattr -i "$probe"
  echo "--include-ignored"
else
  echo "==> Not tested: read-only files, and files of other users. That needs root, and chattr on a file system like ext4." >&2
fi
