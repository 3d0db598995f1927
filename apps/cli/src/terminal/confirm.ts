import { createInterface } from 'node:readline/promises';
import type { CommandRunner } from 'nest-commander';

/**
 * Asks for confirmation before data is lost, unless `--yes` is given. Without a terminal, a missing `--yes` is wrong
 * usage. @throws {Error} if the operator declines
 */
export async function confirm(
  command: CommandRunner['command'],
  question: string,
  yes: boolean | undefined,
): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    command.error('error: this command asks for confirmation and there is no terminal; add --yes');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Error('Nothing was changed.');
  } finally {
    terminal.close();
  }
}
