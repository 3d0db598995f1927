import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { commandLineOf } from './command-line';

/**
 * Claims the state folder for this process: a second concurrent `make run` would stop the first one's PostgreSQL.
 * @throws {Error} with the process that has it
 */
export function claim(file: string): void {
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : process.pid;
  if (holder !== process.pid && commandLineOf(holder).includes('tools/run')) {
    throw new Error(`It is already running here as process ${holder}. Stop that one first (with Ctrl-C).`);
  }
  writeFileSync(file, `${process.pid}\n`);
}
