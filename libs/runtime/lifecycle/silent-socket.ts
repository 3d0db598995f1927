import type { Socket } from 'node:net';

const CHECK_INTERVAL_MS = 500;

/**
 * Destroys the socket if it was written to and has returned nothing for `silenceMs`. If a host is lost, or a firewall
 * has dropped the connection, no error is reported: TCP would retransmit for a quarter of an hour, and a pool would keep
 * using the dead connection. Bytes are counted, because TLS takes over the events of the socket.
 *
 * Between two checks, the order of a reply and a request is unknown: after both, the socket is idle or waits forever. It
 * is then destroyed only if some caller has waited in vain since.
 * @param reason the error of the socket, if its owner handles one
 * @param lateAt when an answer of this server was last late, by `performance.now()`
 */
export function destroyIfSilent(
  socket: Socket,
  silenceMs: number,
  reason?: Error,
  lateAt: () => number = () => -Infinity,
): void {
  let read = 0;
  let written = 0;
  let repliedAt = performance.now();
  let silentSince: number | null = null;
  const check = (): void => {
    const now = performance.now();
    if (socket.destroyed) {
      clearInterval(timer);
    } else if (socket.bytesRead !== read) {
      silentSince = null;
      repliedAt = now;
      read = socket.bytesRead;
      written = socket.bytesWritten;
    } else if (socket.bytesWritten !== written) {
      silentSince ??= now;
      if (now - silentSince >= silenceMs) socket.destroy(reason);
    } else if (lateAt() > repliedAt && now - repliedAt >= silenceMs) {
      socket.destroy(reason);
    }
  };
  // The event loop reads before an immediate: a reply that arrives while this process stalls is not silence.
  const timer = setInterval(() => setImmediate(check), CHECK_INTERVAL_MS).unref();
}
