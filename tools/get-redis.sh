#!/usr/bin/env bash
# Ensures that a redis-server is on the PATH, for the tests.
set -euo pipefail

command -v redis-server >/dev/null && exit 0

echo "redis-server is missing; asking the system's package manager for it"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
if command -v apt-get >/dev/null; then
  # RUNLEVEL=1 prevents the package from starting its own server.
  (as_root apt-get update -qq && as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server) >/dev/null || true
elif command -v apk >/dev/null; then
  as_root apk add --no-cache redis >/dev/null || true
elif command -v dnf >/dev/null; then
  as_root dnf install -y -q redis || true
elif command -v brew >/dev/null; then
  brew install redis || true
fi

command -v redis-server >/dev/null || {
  echo "redis-server could not be installed. Install Redis 6.2 or newer and put redis-server on the PATH." >&2
  exit 1
}
