#!/usr/bin/env bash
# Checks system packages: `packaging/system.sh build`, or names from the table below. Reports all missing packages at once, with
# the commands that install them.
#
# With --install, installs them if apt-get is available and needs no password.
set -euo pipefail
cd "$(dirname "$0")/.."

is_there() {
  case $1 in
    rust) rustc --version && cargo --version ;;
    c-compiler) command -v cc && command -v ar ;;
    perl) command -v perl ;;
    node) command -v npm && test "$(node -p 'parseInt(process.versions.node)')" -ge 20 ;;
    curl) command -v curl ;;
    python) python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' ;;
    chromium) "$(node end2end/browser.js)" --version ;;
    firefox) "$(node end2end/browser.js firefox)" --version ;;
    postgresql) ls /usr/lib/postgresql/*/bin/initdb || command -v initdb ;;
    pgbouncer) command -v pgbouncer || test -x /usr/sbin/pgbouncer ;;
    korean-font) ! command -v fc-list || test -n "$(fc-list :lang=ko)" ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

# The description of each, and its packages on Debian, Fedora, Arch and macOS (Homebrew).
describe() {
  case $1 in
    rust) echo 'Rust, also from https://rustup.rs|rustup|rustup|rustup|rustup' ;;
    c-compiler) echo 'a C compiler (on macOS: xcode-select --install)|build-essential|gcc gcc-c++ make|base-devel|' ;;
    perl) echo 'Perl, which configures OpenSSL|perl|perl|perl|perl' ;;
    node) echo 'Node.js 20 or newer, with npm|nodejs npm|nodejs npm|nodejs npm|node' ;;
    curl) echo 'curl|curl|curl|curl|curl' ;;
    python) echo 'Python 3.9 or newer, with venv|python3-venv|python3|python|python' ;;
    chromium) echo 'Chromium, or CHROMIUM=/path/to/chromium|chromium|chromium|chromium|--cask chromium' ;;
    firefox) echo 'Firefox, or FIREFOX=/path/to/firefox|firefox-esr|firefox|firefox|--cask firefox' ;;
    postgresql) echo 'PostgreSQL|postgresql|postgresql-server|postgresql|postgresql' ;;
    pgbouncer) echo 'PgBouncer|pgbouncer|pgbouncer|pgbouncer|pgbouncer' ;;
    korean-font) echo 'a font for Korean|fonts-nanum|google-noto-sans-cjk-fonts|noto-fonts-cjk|font-noto-sans-cjk' ;;
    wrk) echo 'wrk, an HTTP load generator|wrk|wrk|wrk|wrk' ;;
    pngquant) echo 'pngquant|pngquant|pngquant|pngquant|pngquant' ;;
    *) echo "error: unknown package: $1" >&2 && return 1 ;;
  esac
}

install_with_apt() {
  local as_root=(env)
  test "$(id -u)" = 0 || as_root=(sudo -n)
  command -v apt-get >/dev/null || return 1
  echo "==> Installing $*"
  {
    "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"
  } >/dev/null
}

does_install=no
test "${1-}" != --install || { does_install=yes && shift; }
test "${1-}" != build || set -- rust c-compiler perl node curl

missing=()
for name; do is_there "$name" || missing+=("$name"); done
test ${#missing[@]} -gt 0 || exit 0

debian=() fedora=() arch=() macos=()
for name in "${missing[@]}"; do
  IFS='|' read -r _ d f a m <<<"$(describe "$name")"
  debian+=("$d") fedora+=("$f") arch+=("$a") macos+=("$m")
done
# Unquoted, since a row may name several packages.
if test $does_install = yes && install_with_apt ${debian[*]}; then
  still=()
  for name in "${missing[@]}"; do is_there "$name" || still+=("$name"); done
  test ${#still[@]} -gt 0 || exit 0
  missing=("${still[@]}")
fi

for name in "${missing[@]}"; do
  IFS='|' read -r what _ <<<"$(describe "$name")"
  echo "error: missing: $what" >&2
done
cat >&2 <<END
Install it, then run the same command again:
  Debian, Ubuntu: sudo apt-get install ${debian[*]}
  Fedora:         sudo dnf install ${fedora[*]}
  Arch:           sudo pacman -S ${arch[*]}
  macOS:          brew install ${macos[*]}
END
exit 1
