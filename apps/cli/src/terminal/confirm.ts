import { createInterface } from 'node:readline/promises';
import type { CommandRunner } from 'nest-commander';

/** The operator said no. */
export class Declined extends Error {
  constructor() {
    super('Nothing was done.');
  }
}

/**
 * Asks before something is lost. `--yes` answers in advance; where there is no terminal to ask on, and no `--yes`,
 * the command was called the wrong way. @throws {Declined}
 */
export async function confirm(
  command: CommandRunner['command'],
  question: string,
  yes: boolean | undefined,
): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    command.error('error: this command asks for confirmation and there is no terminal; add --yes', {
      exitCode: 2,
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined();
  } finally {
    terminal.close();
  }
}
