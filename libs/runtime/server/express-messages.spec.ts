import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import express from 'express';
import { messageClassesOf } from './express-messages';

describe('The message classes of an Express app', () => {
  it('make requests and responses whose prototypes Express does not replace', async () => {
    const app = express();
    const server = createServer(messageClassesOf(app));
    const prototypes: unknown[] = [];
    server.on('request', (request, response) => {
      const record = (): void => {
        prototypes.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
      };
      record();
      app(request, response);
      record();
    });
    app.get('/', (request, response) => void response.json({ ip: request.ip, app: request.app === app }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const answer = (await client.toArray()).join('');
    server.close();
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[^]*{"ip":"127\.0\.0\.1","app":true}$/);
    expect(prototypes).toEqual([app.request, app.response, app.request, app.response]);
  });
});
