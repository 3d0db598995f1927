import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

export type LastSignal = 'TERM' | 'INT' | 'KILL';

/**
 * Ends a process when ours is gone, however it went: a shell waits on a pipe that only we hold open, and the kernel
 * closes it even after a SIGKILL. Keeps no process alive. Returns a function that takes the leash off.
 */
export function leash(pid: number, signal: LastSignal): () => void {
  const script = 'read -r _; kill -s "$1" "$2"';
  const watcher = spawn('/bin/sh', ['-c', script, 'leash', signal, String(pid)], {
    // Its own group: the terminal's Ctrl-C is for us to hear first.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return () => watcher.kill('SIGKILL');
}
