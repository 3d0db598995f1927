import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandLineOf } from '../processes/command-line';

const STOP_TIMEOUT_MS = 30_000;

/**
 * Stops a server that still uses the directory after everything around it was killed. The process id in its pid file
 * may have been reused, so only a postgres of this directory is stopped.
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
        throw new Error(`PostgreSQL (process ${pid}) still uses ${directory} and does not stop`);
      await pause(50);
    }
  } else if (commandLineOf(pid) !== '') {
    // PostgreSQL would mistake the process with this id for itself, and refuse to start.
    rmSync(pidFile, { force: true });
  }
}
