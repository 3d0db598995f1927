import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { TestServer } from './postgres-server';

const shared = globalThis as typeof globalThis & { testServer?: TestServer };

/** A file system in memory, where Linux has one. Many containers limit it to 64 MiB. */
const MEMORY = '/dev/shm';
const FREE_MIN_BYTES = 2 * 1024 ** 3;

/** Starts PostgreSQL once, however many projects of one run need it. */
export default async function setUp(): Promise<void> {
  if (shared.testServer !== undefined) return;
  shared.testServer = await TestServer.start(folderInMemory() ?? tmpdir());
  process.env['TEST_DATABASE'] = JSON.stringify(shared.testServer.address);
}

/** Each test copies a database of 300 files, which costs ten times as much processor time on a disk. */
function folderInMemory(): string | undefined {
  try {
    accessSync(MEMORY, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= FREE_MIN_BYTES ? MEMORY : undefined;
  } catch {
    return undefined;
  }
}
