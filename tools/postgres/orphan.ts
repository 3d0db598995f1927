import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandLineOf } from '../processes/command-line';

const STOP_TIMEOUT_MS = 30_000;

/**
 * Stops the server that still holds the directory after everything around it was killed. Its pid file names a
 * process, which may be another one by now: only a postgres of this very directory is touched.
 */
export async function stopOrphan(directory: string): Promise<void> {
  const pidFile = path.join(directory, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  const running = (): boolean => commandLineOf(pid).includes(`postgres -D ${directory} `);
  if (running()) {
    process.kill(pid, 'SIGINT');
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while (running()) {
      if (Date.now() > deadline)
        throw new Error(`PostgreSQL (process ${pid}) holds ${directory} and does not stop`);
      await pause(50);
    }
  } else if (commandLineOf(pid) !== '') {
    // PostgreSQL would take the process that has this number now for itself, and refuse to start.
    rmSync(pidFile, { force: true });
  }
}
