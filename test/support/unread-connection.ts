import { connect, type Socket } from 'node:net';

/**
 * A client that sends its requests and reads only the beginning of the first response. Only the client itself
 * reliably knows the state of its connection: on a machine with thousands of recently closed connections, Linux omits
 * some entries from `/proc/net/tcp`.
 */
export class UnreadConnection {
  readonly socket: Socket;
  /** Whether the server has accepted the connection and begun to answer. */
  answered = false;
  private closed = false;

  /** @param from the local address */
  constructor(port: number, text: string, from: string) {
    this.socket = connect({ port, host: '127.0.0.1', localAddress: from }, () => this.socket.write(text));
    this.socket.once('data', () => {
      this.answered = true;
      this.socket.pause();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => (this.closed = true));
  }

  /**
   * Whether the server has closed the connection, as of an earlier call. A paused socket does not notice the end, but a
   * failing write does; an empty line before a request has no meaning (RFC 9112, section 2.2).
   */
  isClosed(): boolean {
    if (!this.socket.destroyed) this.socket.write('\r\n');
    return this.closed;
  }
}
