import type { Socket } from 'node:net';
import { onDeadline } from './deadline';

const CHECK_INTERVAL_MS = 500;

/**
 * Destroys the socket if it was written to and has returned nothing for `silenceMs`. If a host is lost, or a firewall
 * has dropped the connection, no error is reported: TCP would retransmit for a quarter of an hour, and a pool would keep
 * using the dead connection. A reply that is in the socket while this process stalls is not silence. Bytes are counted,
 * because TLS takes over the events of the socket.
 * @param reason the error of the socket, if its owner handles one
 */
export function destroyIfSilent(socket: Socket, silenceMs: number, reason?: Error): void {
  let read = 0;
  let written = 0;
  let silentChecks = 0;
  const check = (): void => {
    if (socket.destroyed) return;
    const isSilent = socket.bytesRead === read && socket.bytesWritten !== written;
    if (!isSilent) {
      read = socket.bytesRead;
      written = socket.bytesWritten;
    }
    silentChecks = isSilent ? silentChecks + 1 : 0;
    // The first check that finds it silent may come right after the write.
    if ((silentChecks - 1) * CHECK_INTERVAL_MS >= silenceMs) socket.destroy(reason);
    else onDeadline(CHECK_INTERVAL_MS, check);
  };
  check();
}
