#!/usr/bin/env bash
# `make dist`: a tarball with the binary, which contains the site and the migrations, the documentation and all licences, and a
# checksum. The same commit gives the same bytes in any folder.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "error: $1" >&2; exit 1; }
say() { echo "==> $1"; }

[[ $PWD != *[[:space:]=]* ]] || fail "make dist cannot rename paths that contain a space or '='; clone into another folder"
version=$(awk -F '"' '/^version = / { print $2; exit }' Cargo.toml)
host=$(rustc -vV | awk '/^host: / { print $2 }')
commit=$(rustc -vV | awk '/^commit-hash: / { print $2 }')
name=hallpass-$version-$host
folder=$PWD/target/dist

say "Downloading the dependencies"
cargo fetch --locked

# The binary contains no path and no time of this machine.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null) || fail "make dist needs the git history for the date of the files"
DIST_PATHS="$(rustc --print sysroot)/lib/rustlib/src/rust=/rustc/$commit $PWD=hallpass"
for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    DIST_PATHS+=" $registry=registry"
done
CFLAGS=
for path in $DIST_PATHS; do
    CFLAGS+=" -ffile-prefix-map=$path"
done
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
export SOURCE_DATE_EPOCH DIST_PATHS CFLAGS CXXFLAGS=$CFLAGS
export RUSTC_WRAPPER=$PWD/packaging/rustc.sh CARGO_TARGET_DIR=$folder/build
export CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_STRIP=debuginfo CARGO_PROFILE_RELEASE_LTO=thin

say "Building $name"
test -z "$(git status --porcelain)" || say "Note: the tarball includes uncommitted changes"
"${MAKE:-make}" build

say "Collecting the licences (some minutes)"
rm -rf "${folder:?}/$name"
mkdir -p "$folder/$name/docs"
cargo about generate --offline --fail --workspace --features 'app/ssr app/hydrate' --config packaging/about.toml \
    --output-file "$folder/$name/THIRD-PARTY-LICENSES.html" packaging/about.hbs \
    || fail "the licences of the dependencies cannot be collected; see packaging/about.toml"

say "Packing"
cp "$CARGO_TARGET_DIR/release/hallpass" README.md CHANGELOG.md LICENSE LICENSE-APACHE LICENSE-MIT \
    packaging/hallpass.service "$folder/$name"
cp docs/*.md "$folder/$name/docs"
cp -r docs/decisions "$folder/$name/docs"
chmod -R u=rwX,go=rX "$folder/$name"
cd "$folder"
tar --create --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu "$name" \
    | gzip --no-name --best > "$name.tar.gz"
sha256sum "$name.tar.gz" > "$name.tar.gz.sha256"
say "target/dist/$name.tar.gz"
cat "$name.tar.gz.sha256"
