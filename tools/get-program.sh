#!/usr/bin/env bash
# Ensures that a program for the tests is on the PATH: get-program.sh redis|browser
set -euo pipefail

case $1 in
  redis) names=(redis-server) other=redis advice='Install Redis 6.2 or newer and put redis-server on the PATH.' ;;
  browser)
    names=(chromium-headless-shell chromium chromium-browser google-chrome)
    other=chromium advice='Put chromium, chromium-browser or google-chrome on the PATH.'
    ;;
esac
found() { for name in "${names[@]}"; do command -v "$name" && return; done; return 1; }
found >/dev/null && exit 0

# Debian names a package after the program, the others after the project.
debian=${names[0]}
echo "$debian is missing; asking the system's package manager for it"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
if command -v apt-get >/dev/null; then
  # RUNLEVEL=1 prevents a package from starting its own server.
  install() { as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"; }
  (as_root apt-get update -qq && (install "$debian" || install "$other")) >/dev/null || true
elif command -v apk >/dev/null; then
  as_root apk add --no-cache "$other" >/dev/null || true
elif command -v dnf >/dev/null; then
  as_root dnf install -y -q "$other" || true
elif command -v brew >/dev/null; then
  brew install "$other" || true
fi

found >/dev/null || {
  echo "$debian could not be installed. $advice" >&2
  exit 1
}
