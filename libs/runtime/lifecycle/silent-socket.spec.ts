import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { destroyIfSilent } from './silent-socket';

/** Longer than two checks, which are 500 ms apart. */
const SILENCE_MS = 1_000;

describe('destroyIfSilent', () => {
  let server: Server;
  let replies: boolean;
  let socket: Socket;

  beforeEach(async () => {
    server = createServer((peer) => peer.on('data', () => replies && peer.write('reply'))).listen(0);
    await once(server, 'listening');
    socket = connect((server.address() as AddressInfo).port);
    socket.resume();
    destroyIfSilent(socket, SILENCE_MS, new Error('silent'));
  });

  afterEach(() => {
    socket.destroy();
    server.close();
  });

  it('destroys a socket whose request is not answered, with the reason', async () => {
    replies = false;
    socket.write('request');
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toBe('silent');
    expect(socket.destroyed).toBe(true);
  });

  it('keeps an idle socket, and one whose requests are answered', async () => {
    replies = true;
    await pause(SILENCE_MS * 2);
    for (let count = 0; count < 8; count += 1) {
      socket.write('request');
      await pause(SILENCE_MS / 4);
    }
    expect(socket.destroyed).toBe(false);
  });
});
