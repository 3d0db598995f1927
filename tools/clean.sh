#!/usr/bin/env bash
# Deletes the state of `make run` and the build in the current folder. Works without node_modules and dist.
set -euo pipefail

# Prints the process id in a file, if that process is running and its command line contains this text.
running() {
  local file=$1 command=$2 pid
  [ -f "$file" ] || return 0
  read -r pid < "$file" || true
  if [[ "${pid:-}" =~ ^[0-9]+$ ]] && ps -ww -o args= -p "$pid" | grep -qF -- "$command"; then echo "$pid"; fi
}

stack=$(running .data/run.pid tools/run)
if [ -n "$stack" ]; then
  echo "make run is running here, as process $stack. Stop it first: Ctrl-C there, or kill $stack." >&2
  exit 1
fi
# `make run` was killed, and its PostgreSQL is still running.
server=$(running .data/postgres/postmaster.pid "postgres -D")
if [ -n "$server" ]; then
  echo "PostgreSQL of make run is running here, as process $server. Stop it first: kill -INT $server" >&2
  exit 1
fi
# Root's PostgreSQL may be outside the checkout; then .data/postgres is a link to it.
if [ -L .data/postgres ]; then rm -rf "$(dirname "$(readlink .data/postgres)")"; fi
rm -rf .data dist coverage
