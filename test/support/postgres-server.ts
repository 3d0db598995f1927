import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres, { type Sql } from 'postgres';
import { EmbeddedPostgres } from '../../tools/postgres/embedded-postgres';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';
import { PRELOAD_CODE_CACHE, WRITE_CODE_CACHE } from './code-cache';

export interface DatabaseAddress {
  readonly DATABASE_HOST: string;
  readonly DATABASE_PORT: string;
  readonly DATABASE_USER: string;
  readonly DATABASE_PASSWORD: string;
}

/** The migrated database from which each test's database is copied. */
export const TEMPLATE = 'template_migrated';
const PASSWORD = 'tests-only';

/** A server for tests, not started yet. */
export function embeddedIn(directory: string, port: number, settings: readonly string[]): EmbeddedPostgres {
  // As root, PostgreSQL runs as another user, who needs access.
  chmodSync(directory, 0o755);
  return new EmbeddedPostgres({
    directory: path.join(directory, 'data'),
    alternative: path.join(directory, 'alternative'),
    port,
    password: PASSWORD,
    // A killed process loses nothing that the kernel has; only a power failure would.
    settings: ['fsync=off', ...settings],
  });
}

/** Variables that point an app to such a server. */
export const addressAt = (port: number): DatabaseAddress => ({
  DATABASE_HOST: '127.0.0.1',
  DATABASE_PORT: String(port),
  DATABASE_USER: EmbeddedPostgres.user,
  DATABASE_PASSWORD: PASSWORD,
});

/** One server for a whole run; `DATABASE_HOST` selects an existing one. */
export class TestServer {
  private constructor(
    readonly address: DatabaseAddress,
    private readonly embedded?: EmbeddedPostgres,
    private readonly directory?: string,
  ) {}

  /** @param parent of its folder, if it is not an existing one */
  static async start(parent = tmpdir()): Promise<TestServer> {
    const server = process.env['DATABASE_HOST'] ? TestServer.given() : await TestServer.embedded(parent);
    try {
      await server.makeTemplate();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** The postmaster process, if we started it. */
  get pid(): number | undefined {
    return this.embedded?.server?.pid;
  }

  async stop(): Promise<void> {
    await this.embedded?.stop();
    if (this.directory !== undefined) rmSync(this.directory, { recursive: true, force: true });
  }

  private static given(): TestServer {
    const read = (name: string, fallback: string): string => process.env[name] || fallback;
    return new TestServer({
      DATABASE_HOST: read('DATABASE_HOST', '127.0.0.1'),
      DATABASE_PORT: read('DATABASE_PORT', '5432'),
      DATABASE_USER: read('DATABASE_USER', 'user_registration'),
      DATABASE_PASSWORD: read('DATABASE_PASSWORD', ''),
    });
  }

  private static async embedded(parent: string): Promise<TestServer> {
    const directory = mkdtempSync(path.join(parent, 'tests-postgres-'));
    deleteAtEnd(directory);
    const port = await freePort();
    const embedded = embeddedIn(directory, port, [
      'synchronous_commit=off',
      'full_page_writes=off',
      'max_connections=300',
    ]);
    try {
      await embedded.start();
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
    return new TestServer(addressAt(port), embedded, directory);
  }

  private async makeTemplate(): Promise<void> {
    await administer(this.address, async (sql) => {
      await sql`drop database if exists ${sql(TEMPLATE)} with (force)`;
      await sql`create database ${sql(TEMPLATE)}`;
    });
    // With the command line of the build, because Jest's global set-up has no aliases.
    const env = { ...process.env, ...this.address, DATABASE_NAME: TEMPLATE, ...WRITE_CODE_CACHE };
    const args = [...PRELOAD_CODE_CACHE, 'dist/apps/cli/src/main.js', 'db', 'migrate'];
    const cli = new Child('migrate', { command: process.execPath, args, env });
    if ((await cli.exit()) !== 0) throw new Error(`The migrations failed:\n${cli.tail.join('\n')}`);
  }
}

/** Deletes a folder after the end of this process, even if it is killed, and after that of its server. */
function deleteAtEnd(directory: string): void {
  const script = 'read -r _; sleep 5; rm -rf "$1"';
  const cleaner = spawn('/bin/sh', ['-c', script, 'cleaner', directory], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  cleaner.unref();
  (cleaner.stdin as Socket).unref();
}

/** Works on the server itself, outside any test's database. */
export async function administer(address: DatabaseAddress, work: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = postgres({
    host: address.DATABASE_HOST,
    port: Number(address.DATABASE_PORT),
    user: address.DATABASE_USER,
    password: address.DATABASE_PASSWORD,
    database: 'postgres',
    max: 1,
    onnotice: () => {},
  });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
