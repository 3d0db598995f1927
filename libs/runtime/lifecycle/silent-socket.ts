import type { Socket } from 'node:net';

const CHECK_INTERVAL_MS = 500;

/**
 * Destroys the socket if it was written to and has returned nothing for `silenceMs`. If a host is lost, or a firewall
 * has dropped the connection, no error is reported: TCP would retransmit for a quarter of an hour, and a pool would keep
 * using the dead connection. Bytes are counted, because TLS takes over the events of the socket.
 * @param reason the error of the socket, if its owner handles one
 */
export function destroyIfSilent(socket: Socket, silenceMs: number, reason?: Error): void {
  let read = 0;
  let written = 0;
  let silentSince: number | null = null;
  const check = (): void => {
    if (socket.destroyed) {
      clearInterval(timer);
    } else if (socket.bytesRead !== read || socket.bytesWritten === written) {
      silentSince = null;
      read = socket.bytesRead;
      written = socket.bytesWritten;
    } else {
      silentSince ??= performance.now();
      if (performance.now() - silentSince >= silenceMs) socket.destroy(reason);
    }
  };
  // The event loop reads before an immediate: a reply that arrives while this process stalls is not silence.
  const timer = setInterval(() => setImmediate(check), CHECK_INTERVAL_MS).unref();
}
