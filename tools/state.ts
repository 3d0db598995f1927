import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { EmbeddedPostgres } from './postgres/embedded-postgres';
import { freePort, isFree } from './processes/ports';

const DATABASE = 'user_registration';

/** State of `make run` between runs. */
export const STATE_FOLDER = path.resolve('.data');
export const POSTGRES_FOLDER = path.join(STATE_FOLDER, 'postgres');
export const RUN_FILE = path.join(STATE_FOLDER, 'run.pid');
/** Variables that point to the embedded PostgreSQL, for `make cli` and for people. */
const DATABASE_FILE = path.join(STATE_FOLDER, 'database.env');

/** Where root keeps files if other users cannot access the checkout: one folder per checkout. */
export const POSTGRES_ALTERNATIVE = `/var/lib/user-registration-${createHash('sha256').update(STATE_FOLDER).digest('hex').slice(0, 12)}`;

export interface DatabaseVariables extends NodeJS.Dict<string> {
  readonly DATABASE_HOST: string;
  readonly DATABASE_PORT: string;
  readonly DATABASE_NAME: string;
  readonly DATABASE_USER: string;
  readonly DATABASE_PASSWORD: string;
  readonly DATABASE_SSL: string;
}

/** The folder is accessible, because PostgreSQL may run as another user; its secrets are protected individually. */
export function openState(): void {
  mkdirSync(STATE_FOLDER, { recursive: true, mode: 0o755 });
}

/** The same password and, if it is free, the same port as last time; random the first time. */
export async function databaseVariables(): Promise<DatabaseVariables> {
  const last = existsSync(DATABASE_FILE) ? parseEnv(readFileSync(DATABASE_FILE, 'utf8')) : {};
  const port = Number(last['DATABASE_PORT']);
  const variables: DatabaseVariables = {
    DATABASE_HOST: '127.0.0.1',
    DATABASE_PORT: String(port > 0 && (await isFree(port)) ? port : await freePort()),
    DATABASE_NAME: DATABASE,
    DATABASE_USER: EmbeddedPostgres.user,
    DATABASE_PASSWORD: last['DATABASE_PASSWORD'] ?? randomBytes(24).toString('hex'),
    DATABASE_SSL: 'disable',
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(DATABASE_FILE, lines.join(''), { mode: 0o600 });
  return variables;
}
