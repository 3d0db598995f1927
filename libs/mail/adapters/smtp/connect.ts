import { connect as connectSocket, type Socket } from 'node:net';
import { onDeadline } from '@app/runtime';
import { ADDRESS_TIMEOUT_MS, CONNECT_TIMEOUT_MS } from '../../domain/timeouts';
import { SmtpFailure } from './smtp-failure';

/** Tries the addresses of a host one after another. */
export function connectTo(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({
      host,
      port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
    });
    const fail = (message: string): void => {
      socket.destroy();
      reject(new SmtpFailure('connection', message, undefined));
    };
    const cancel = onDeadline(CONNECT_TIMEOUT_MS, () =>
      fail(`no connection within ${CONNECT_TIMEOUT_MS} ms`),
    );
    socket.once('error', (error) => {
      cancel();
      fail(error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message);
    });
    socket.once('connect', () => {
      cancel();
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
