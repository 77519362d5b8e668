#!/usr/bin/env bash
# Installs command-line tools in given versions: `packaging/tools.sh cargo-leptos=0.3.10 …`.
#
# Tries in order: `cargo binstall`, the released archive for this platform, compilation. Archives are checked against
# packaging/tools.sha256. Compiled tools share a target folder until all are installed, so that an interrupted installation
# continues.
set -euo pipefail
cd "$(dirname "$0")/.."

# The server of the releases: https://github.com or a mirror.
releases=${RELEASES_URL:-https://github.com}
# Downloads give up when the host does not answer, since compiling works without it.
fetch=(curl --fail --silent --show-error --location --retry 2 --connect-timeout 10 --speed-limit 1000 --speed-time 30)
bin=${CARGO_HOME:-$HOME/.cargo}/bin
shared=${CARGO_TARGET_DIR:-$PWD/target}/tools
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The tools are compiled without optimization: this takes a quarter of the time and makes later builds one second longer.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=false
# OpenSSL takes as long to compile as the rest of cargo-leptos, so the system's is used if its headers are installed.
if pkg-config --exists 'openssl >= 1.1.1' 2>/dev/null; then export OPENSSL_NO_VENDOR=1; fi

say() { echo "==> $*"; }

# Prints the path of a tool's archive for this platform on the release server, or nothing if there is none.
archive_of() { # tool version
  local system
  system=$(uname -s)-$(uname -m)
  case $1/$system in
    cargo-leptos/Linux-x86_64) set -- "$1" "$2" x86_64-unknown-linux-gnu ;;
    cargo-leptos/Linux-aarch64) set -- "$1" "$2" aarch64-unknown-linux-gnu ;;
    wasm-bindgen-cli/Linux-x86_64) set -- "$1" "$2" x86_64-unknown-linux-musl ;;
    wasm-bindgen-cli/Linux-aarch64) set -- "$1" "$2" aarch64-unknown-linux-musl ;;
    */Darwin-x86_64) set -- "$1" "$2" x86_64-apple-darwin ;;
    */Darwin-arm64) set -- "$1" "$2" aarch64-apple-darwin ;;
    *) return 0 ;;
  esac
  case $1 in
    cargo-leptos) echo "leptos-rs/cargo-leptos/releases/download/v$2/cargo-leptos-$3.tar.gz" ;;
    wasm-bindgen-cli) echo "wasm-bindgen/wasm-bindgen/releases/download/$2/wasm-bindgen-$2-$3.tar.gz" ;;
  esac
}

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1; }

# Prints the expected digest of an archive: from tools.sha256, otherwise the published one.
digest_of() { # path
  awk -v path="$1" '$2 == path { print $1; found = 1 } END { exit !found }' packaging/tools.sha256 && return
  { "${fetch[@]}" "$releases/$1.sha256" || "${fetch[@]}" "$releases/$1.sha256sum"; } 2>/dev/null | cut -d' ' -f1
}

from_binstall() { # crate version
  cargo binstall --version >/dev/null 2>&1 || return 1
  say "Installing $1 $2 with cargo binstall"
  cargo binstall --no-confirm "$1@$2"
}

from_archive() { # crate version
  local path digest archive=$scratch/$1.tar.gz
  path=$(archive_of "$1" "$2")
  test -n "$path" || return 1
  say "Downloading $1 $2 (some seconds)"
  "${fetch[@]}" --output "$archive" "$releases/$path" || return 1
  digest=$(digest_of "$path") || { echo "No digest of $path is published; not installing it" >&2 && return 1; }
  if test "$(sha256 "$archive")" != "$digest"; then
    echo "error: $releases/$path does not have the SHA-256 $digest; not installing it" >&2
    return 1
  fi
  mkdir -p "$bin" "$scratch/$1"
  tar -xzf "$archive" -C "$scratch/$1" --strip-components 1
  # If the binary does not run here, for example because it needs a newer libc, compile it instead.
  "$scratch/$1/${1%-cli}" --version 2>/dev/null | grep -qF " $2" || return 1
  find "$scratch/$1" -type f -perm -u+x -exec mv -f {} "$bin" \;
}

from_source() { # crate version
  local options=(--version "$2" --target-dir "$shared" --force)
  case $1 in
    cargo-leptos) say "Compiling $1 $2 (4 to 12 minutes, once; continues after an interruption)" && options+=(--features no_downloads) ;;
    wasm-bindgen-cli) say "Compiling $1 $2 (1 to 3 minutes, once)" ;;
    cargo-about) say "Compiling $1 $2 (some minutes, once)" && options+=(--features cli) ;;
  esac
  # A lock file can name a version that the registry no longer has.
  cargo install "$1" --locked "${options[@]}" || cargo install "$1" "${options[@]}"
}

for tool; do
  crate=${tool%=*} version=${tool#*=}
  if "${crate%-cli}" --version 2>/dev/null | grep -qF " $version"; then continue; fi
  from_binstall "$crate" "$version" || from_archive "$crate" "$version" || from_source "$crate" "$version" || {
    echo "error: $crate $version cannot be installed. See the messages above. Run the command again to continue where it stopped." >&2
    exit 1
  }
done
rm -rf "$shared"
