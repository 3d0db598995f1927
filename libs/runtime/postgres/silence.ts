import { connect, type Socket } from 'node:net';

const LOOK_MS = 500;

/** Connects a socket that is watched. */
export const connectWatched = (host: string, port: number, silenceMs: number): Socket =>
  watchSilence(connect({ host, port }), silenceMs);

/**
 * Has a socket destroyed once it was written to and has given nothing back for `silenceMs`. Where a host
 * was lost, or a firewall forgot the connection, no error is reported: TCP would repeat itself for a quarter of an hour,
 * and the pool would hand every question to a connection that cannot answer. Bytes are counted, because the
 * events of a socket are TLS's once it runs on it.
 */
export function watchSilence(socket: Socket, silenceMs: number, onSilent: () => void = () => {}): Socket {
  let read = 0;
  let written = 0;
  let silentSince: number | null = null;
  const watch = setInterval(() => {
    // Polled, because an event would be missed: putting TLS on the socket removes its listeners.
    if (socket.destroyed) {
      clearInterval(watch);
    } else if (socket.bytesRead !== read || socket.bytesWritten === written) {
      silentSince = null;
      read = socket.bytesRead;
      written = socket.bytesWritten;
    } else {
      silentSince ??= performance.now();
      if (performance.now() - silentSince < silenceMs) return;
      socket.destroy();
      onSilent();
    }
  }, LOOK_MS);
  watch.unref();
  return socket;
}
