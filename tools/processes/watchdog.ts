import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

export type LastSignal = 'TERM' | 'INT' | 'KILL';

/**
 * Ends a process when ours ends, for whatever reason: a shell waits on a pipe that only we keep open, and the kernel
 * closes it even after SIGKILL. Keeps no process alive. Returns a function that stops the watchdog.
 */
export function watchdog(pid: number, signal: LastSignal): () => void {
  const script = 'read -r _; kill -s "$1" "$2"';
  const watcher = spawn('/bin/sh', ['-c', script, 'watchdog', signal, String(pid)], {
    // A process group of its own: we handle the terminal's Ctrl-C first.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return () => watcher.kill('SIGKILL');
}
