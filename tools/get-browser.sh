#!/usr/bin/env bash
# Ensures that a Chromium is on the PATH, for the tests of the pages.
set -euo pipefail

found() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
found >/dev/null && exit 0

echo "Chromium is missing; asking the system's package manager for it"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
if command -v apt-get >/dev/null; then
  (as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) >/dev/null || true
elif command -v apk >/dev/null; then
  as_root apk add --no-cache chromium >/dev/null || true
elif command -v dnf >/dev/null; then
  as_root dnf install -y -q chromium || true
elif command -v brew >/dev/null; then
  brew install --cask chromium || true
fi

found >/dev/null || {
  echo "Chromium could not be installed. Put chromium, chromium-browser or google-chrome on the PATH." >&2
  exit 1
}
