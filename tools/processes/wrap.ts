import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';

/** PostgreSQL refuses to run as root; in a user namespace it sees this user, while the files stay root's. */
const NOBODY = 65_534;

export interface Wrapped {
  readonly command: string;
  readonly args: readonly string[];
  /** Given where no namespace can be had: the user to switch to, who then has to own the files. */
  readonly uid?: number;
}

const works = (command: string, ...args: string[]): boolean =>
  spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0;

let parentDeath: readonly string[] | undefined;
let namespace: readonly string[] | undefined;

/** Has the kernel send the signal when we die, however we die (Linux; elsewhere the command stays as it is). */
export function dyingWithUs(command: string, args: readonly string[], signal: 'TERM' | 'INT'): Wrapped {
  parentDeath ??= works('setpriv', '--pdeathsig', 'TERM') ? ['--pdeathsig'] : [];
  return parentDeath.length > 0
    ? { command: 'setpriv', args: [...parentDeath, signal, command, ...args] }
    : { command, args };
}

/** The same command as somebody who is not root. */
export function notAsRoot({ command, args }: Wrapped): Wrapped {
  if (userInfo().uid !== 0) return { command, args };
  const flags = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  namespace ??= works('unshare', ...flags) ? flags : [];
  return namespace.length > 0
    ? { command: 'unshare', args: [...namespace, command, ...args] }
    : { command, args, uid: NOBODY };
}
