#!/bin/sh
# Cargo calls this in place of rustc for `make dist`. Paths are renamed here and not in RUSTFLAGS, which cargo
# hashes into the names of its folders: those would then tell in which folder the binary was built.
set -eu
for path in $DIST_PATHS; do
    set -- "$@" "--remap-path-prefix=$path"
done
exec "$@"
