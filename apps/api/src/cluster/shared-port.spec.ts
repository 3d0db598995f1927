import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseEnvironment } from '@app/runtime';
import { SharedPort } from './shared-port';

const GRACE_MS = 1_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('A shared port that closes', () => {
  it('still takes connections for its time of grace if it has just had one', async () => {
    const port = await freePort();
    const given: Socket[] = [];
    const shared = new SharedPort(() => [{ give: (socket) => given.push(socket) }]);
    await shared.listen(parseEnvironment({ API_PORT: String(port), API_HOST: '127.0.0.1' }), 'api');
    const clients: Socket[] = [];
    const open = async (): Promise<void> => {
      const client = connect(port, '127.0.0.1');
      clients.push(client);
      await once(client, 'connect');
    };

    await open();
    const closed = shared.close(GRACE_MS);
    await pause(GRACE_MS / 2);
    await open();
    await closed;
    expect(given).toHaveLength(2);

    for (const socket of [...clients, ...given]) socket.destroy();
  });
});
