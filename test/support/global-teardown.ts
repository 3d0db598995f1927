import type { TestServer } from './postgres-server';

const shared = globalThis as typeof globalThis & { testServer?: TestServer };

export default async function tearDown(): Promise<void> {
  const server = shared.testServer;
  delete shared.testServer;
  await server?.stop();
}
