import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

export const isFree = async (port: number): Promise<boolean> => (await tryPort(port)) !== null;

/** A port of the loopback interface on which no program listens at the moment. */
export async function freePort(): Promise<number> {
  const port = await tryPort(0);
  if (port === null) throw new Error('No free port on the loopback interface');
  return port;
}
