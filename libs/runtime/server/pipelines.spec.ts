import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Connections } from './connections';
import { Pipelines } from './pipelines';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('Pipelines', () => {
  let server: Server;
  const sockets: Socket[] = [];

  const serve = async (listener: RequestListener): Promise<Connections> => {
    const isProxy = (address: string): boolean => address === '127.0.0.1';
    const rules = { max: 1_000, clientOf: (address: string) => address, isProxy, unreadMaxMs: 10_000 };
    const connections = new Connections(rules);
    const pipelines = new Pipelines(listener, connections);
    server = createServer((request, response) => pipelines.take(request, response)).listen(0, '127.0.0.1');
    server.on('connection', (socket) => connections.admit(socket));
    await once(server, 'listening');
    return connections;
  };
  const open = async (text = '', localAddress = '127.0.0.1'): Promise<Socket> => {
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {});
    sockets.push(socket.resume());
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  it('serve other clients between two requests of one, though these need nothing from outside', async () => {
    let answered = 0;
    let answeredBefore = Infinity;
    await serve((request, response) => {
      if (request.url === '/other') answeredBefore = answered;
      else answered += 1;
      if (answered === 5) other.write(get('/other'));
      response.end();
    });
    const other = await open();
    await open(get('/many').repeat(200));
    await once(other, 'data');
    expect(answeredBefore).toBeLessThan(100);
  });

  it('close the connections of a proxy with the most waiting requests when too many wait, and no other', async () => {
    const finish: (() => void)[] = [];
    let arrived = 0;
    await serve((request, response) => {
      arrived += 1;
      if (request.url === '/modest') response.end('modest');
      else finish.push(() => response.end());
    });
    const greedy = await Promise.all(Array.from({ length: 40 }, () => open(get('/greedy').repeat(201))));
    const closed = (): number => greedy.filter(({ destroyed }) => destroyed).length;
    while (arrived < 40 || closed() < 19) await new Promise((resolve) => setImmediate(resolve));
    const modest = await open(get('/modest').repeat(3));
    let received = '';
    modest.on('data', (chunk) => (received += String(chunk)));
    while (received.split('modest').length - 1 < 3) {
      expect(modest.destroyed).toBe(false);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(closed()).toBeLessThan(25);
  });

  it('close all connections of the client with the most waiting requests when too many wait, and no other', async () => {
    let arrived = 0;
    const connections = await serve(() => (arrived += 1));
    const modest = await open(get('/modest').repeat(200), '127.0.0.3');
    const greedy = await Promise.all(Array.from({ length: 40 }, () => open('', '127.0.0.2')));
    while (arrived < 1 || connections.size < 41) await new Promise((resolve) => setImmediate(resolve));
    for (const socket of greedy.slice(10)) socket.write(get('/greedy').repeat(150));
    while (!greedy.every(({ destroyed }) => destroyed)) await new Promise((resolve) => setImmediate(resolve));
    expect(arrived).toBeLessThan(30);
    expect(modest.destroyed).toBe(false);
  });
});
