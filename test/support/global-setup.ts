import { TestServer } from './postgres-server';

const shared = globalThis as typeof globalThis & { testServer?: TestServer };

/** Starts PostgreSQL once, however many projects of one run need it. */
export default async function setUp(): Promise<void> {
  if (shared.testServer !== undefined) return;
  shared.testServer = await TestServer.start();
  process.env['TEST_DATABASE'] = JSON.stringify(shared.testServer.address);
}
