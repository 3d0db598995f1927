import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

export type LastSignal = 'TERM' | 'INT' | 'KILL';

/** Keeps a list of signals and processes from its input, and sends the signals when the input ends. */
const SCRIPT = `
  all=' '
  while read -r change entry; do
    case $change in
      +) all="$all$entry " ;;
      -) all="\${all%% $entry *} \${all#* $entry }" ;;
    esac
  done
  for entry in $all; do kill -s "\${entry%:*}" "\${entry#*:}"; done`;

let watcher: Socket | undefined;

/** One for all processes, because starting a shell for each costs as much as a small test. */
function startWatcher(): Socket {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog'], {
    // A process group of its own: we handle the terminal's Ctrl-C first.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  const input = shell.stdin as Socket;
  input.unref();
  // Someone has killed the shell; the processes end with ours in every other case.
  input.on('error', () => {});
  return input;
}

/**
 * Ends a process when ours ends, for whatever reason: a shell waits on a pipe that only we keep open, and the kernel
 * closes it even after SIGKILL. Keeps no process alive. Returns a function that stops watching the process.
 */
export function watchdog(pid: number, signal: LastSignal): () => void {
  watcher ??= startWatcher();
  const entry = `${signal}:${pid}`;
  watcher.write(`+ ${entry}\n`);
  return () => watcher?.write(`- ${entry}\n`);
}
