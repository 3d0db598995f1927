import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import express from 'express';
import { keepDocuments } from './kept-documents';

const MIB = 1_048_576;
const DOCUMENT = Buffer.alloc(4 * MIB, 'a');

describe('Kept documents', () => {
  let server: Server;
  let made: number;
  /** Routes of the answered requests. */
  let routes: unknown[];

  beforeEach(async () => {
    made = 0;
    const answered: unknown[] = [];
    routes = answered;
    const app = express();
    app.use((request, response, next) => {
      response.once('close', () => answered.push((request.route as { path: unknown } | undefined)?.path));
      next();
    });
    keepDocuments(app as unknown as INestApplication);
    app.get('/docs', (_request, response) => void response.type('html').end('docs'));
    app.get('/docs/large.js', (_request, response) => {
      made += 1;
      response.type('js').end(DOCUMENT);
    });
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => server.close());

  const port = (): number => (server.address() as AddressInfo).port;

  it('are made once', async () => {
    for (let time = 0; time < 3; time += 1) {
      const answer = await fetch(`http://127.0.0.1:${port()}/docs/large.js`);
      expect(Buffer.from(await answer.arrayBuffer()).equals(DOCUMENT)).toBe(true);
    }
    expect(made).toBe(1);
  });

  it('have the same route in metrics and logs each time', async () => {
    for (const path of ['/docs', '/docs', '/docs/large.js', '/docs/large.js', '/docs/nothing.js']) {
      await (await fetch(`http://127.0.0.1:${port()}${path}`)).arrayBuffer();
    }
    while (routes.length < 5) await new Promise((resolve) => setImmediate(resolve));
    expect(routes).toEqual(['/docs', '/docs', '/docs/large.js', '/docs/large.js', '/docs/:file']);
  });

  it('are captured once, however many clients request them first and do not read', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const unread = Array.from({ length: 8 }, () =>
      connect(port(), '127.0.0.1').pause().end('GET /docs/large.js HTTP/1.1\r\nHost: a\r\n\r\n'),
    );
    while (made < unread.length) await new Promise((resolve) => setImmediate(resolve));
    expect((process.memoryUsage().arrayBuffers - before) / MIB).toBeLessThan(12);
    for (const socket of unread) socket.destroy();
  });
});
