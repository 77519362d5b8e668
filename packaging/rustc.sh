#!/bin/sh
# Cargo calls this instead of rustc for `make dist`. It remaps paths here and not in RUSTFLAGS, because cargo hashes RUSTFLAGS into
# the names of its folders, which would then depend on the folder of the build.
set -eu
for path in $DIST_PATHS; do
    set -- "$@" "--remap-path-prefix=$path"
done
exec "$@"
