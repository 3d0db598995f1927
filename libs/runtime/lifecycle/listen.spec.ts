import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { parseEnvironment } from '../config/parse-environment';
import { listen, StartError } from './listen';

describe('A server that cannot listen', () => {
  const failure = async (env: NodeJS.ProcessEnv, name: 'api' | 'operations' | 'worker'): Promise<string> => {
    const environment = parseEnvironment({ NODE_ENV: 'test', SECRET_KEY: 'k'.repeat(40), ...env });
    const error: unknown = await listen(createServer(), environment, name).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    return (error as StartError).message;
  };

  it('is explained by one line with the variable and the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    const messages = [
      await failure({ API_PORT: port }, 'api'),
      await failure({ OPERATIONS_PORT: port }, 'operations'),
      await failure({ WORKER_PORT: port }, 'worker'),
    ];
    const names = ['API_PORT', 'OPERATIONS_PORT', 'WORKER_PORT'];
    for (const [index, message] of messages.entries()) {
      expect(message).toMatch(`${names[index]}: port ${port} is already in use on 127.0.0.1; `);
      expect(message).not.toContain('\n');
    }
    other.close();
  });

  it('names the host if that is at fault', async () => {
    expect(await failure({ API_HOST: '192.0.2.1' }, 'api')).toMatch(
      /^API_HOST: "192.0.2.1" is not an address of this machine/,
    );
    expect(await failure({ OPERATIONS_PORT: '1024', OPERATIONS_HOST: 'no.invalid' }, 'operations')).toMatch(
      /^OPERATIONS_HOST: "no.invalid" /,
    );
  });
});
