import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';
import express from 'express';

describe('A socket of Node’s http server', () => {
  it('exposes the half-sent response when the rest of the input cannot be parsed', async () => {
    const server = createServer((_request, response) => response.writeHead(200).write('half'));
    const fault = once(server, 'clientError') as Promise<[Error, Socket]>;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(client, 'data');
    client.write('no request at all\r\n\r\n');
    const [, socket] = await fault;
    expect(socket).toHaveProperty('_httpMessage.headersSent', true);
    client.destroy();
    socket.destroy();
    server.close();
  });

  it('exposes how much of a response the client has not read', async () => {
    const server = createServer((_request, response) => void response.write(Buffer.alloc(32_000_000)));
    const connection = once(server, 'connection') as Promise<[Socket]>;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const [socket] = await connection;
    await once(server, 'request');
    expect(socket).toHaveProperty('_handle.writeQueueSize', expect.any(Number));
    expect(
      (socket as unknown as { _handle: { writeQueueSize: number } })._handle.writeQueueSize,
    ).toBeGreaterThan(0);
    client.destroy();
    socket.destroy();
    server.close();
  });
});

describe('Node’s http server that never listens', () => {
  it('times out the connections handed to it once it is told that it listens', async () => {
    const server = createServer({ connectionsCheckingInterval: 20, headersTimeout: 50, requestTimeout: 50 });
    const late = once(server, 'clientError') as Promise<[NodeJS.ErrnoException, Socket]>;
    const port = createSocketServer((socket) => void server.emit('connection', socket));
    port.listen(0, '127.0.0.1');
    await once(port, 'listening');
    server.emit('listening');
    const client = connect((port.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\n');
    const [fault, socket] = await late;
    expect(fault.code).toBe('ERR_HTTP_REQUEST_TIMEOUT');
    client.destroy();
    socket.destroy();
    port.close();
    server.close();
  });
});

describe('Express', () => {
  it.each([
    [['10.0.0.0/8', '::1'], '10.1.2.3', true],
    [['10.0.0.0/8', '::1'], '::ffff:10.1.2.3', true],
    [['10.0.0.0/8', '::1'], '192.0.2.1', false],
    [['loopback'], '127.0.0.1', true],
    [[], '127.0.0.1', false],
    [2, '192.0.2.1', true],
  ])('compiles the proxies %j into a function that trusts %s: %s', (proxies, address, trusted) => {
    const app = express().set('trust proxy', proxies);
    const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean;
    expect(isTrusted(address, 0)).toBe(trusted);
  });
});
