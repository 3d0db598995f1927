import { connect } from 'node:net';
import type { Environment } from '@app/runtime';

const TIMEOUT_MS = 2_000;
/** SSLRequest: its length and the number 80877103. Source: PostgreSQL manual, 54.7, Message Formats. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Whether PostgreSQL supports TLS; null if it does not respond, which other checks explain. */
export async function offersTls({
  DATABASE_HOST: host,
  DATABASE_PORT: port,
}: Environment): Promise<boolean | null> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (answer: boolean | null): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(SSL_REQUEST));
    socket.once('data', (reply) => end(reply.toString('latin1', 0, 1) === 'S'));
    socket.once('timeout', () => end(null));
    socket.once('error', () => end(null));
    socket.once('close', () => end(null));
  });
}
