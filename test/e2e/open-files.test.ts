import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../tools/processes/ports';
import { Client } from '../support/service';
import { createDatabase } from '../support/postgres';
import { until } from '../support/until';

const FILES = 64;

describe('An api that may open few files', () => {
  it('registers people while clients hold more idle connections than it has files', async () => {
    const database = await createDatabase();
    const port = await freePort();
    const program = path.resolve('dist/apps/api/src/main.js');
    const api = spawn('bash', ['-c', `ulimit -n ${FILES}; exec "${process.execPath}" "${program}"`], {
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'test',
        ...database.env,
        API_PORT: String(port),
        BCRYPT_COST: '4',
      },
      cwd: tmpdir(),
      stdio: 'ignore',
    });
    const client = new Client(`http://127.0.0.1:${port}`);
    const ready = (): Promise<boolean> =>
      client.get('/readyz').then(
        ({ status }) => status === 200,
        () => false,
      );
    await until('the api is ready', ready, 30_000);
    const idle = Array.from({ length: 2 * FILES }, (_, index) =>
      connect({ port, host: '127.0.0.1', localAddress: `127.0.1.${index + 1}` }).on('error', () => {}),
    );
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    // The first attempt may use a connection that was closed because it was idle.
    const register = (): Promise<boolean> =>
      client.register('files@example.com', 'SecurePass123').then(
        ({ status }) => status === 201,
        () => false,
      );
    await until('a registration succeeds', register, 5_000);
    for (const socket of idle) socket.destroy();
    api.kill('SIGKILL');
    await once(api, 'exit');
    await database.drop();
  }, 60_000);
});
