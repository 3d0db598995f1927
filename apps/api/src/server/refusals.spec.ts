import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import express from 'express';
import request from 'supertest';
import { SILENT_INSTRUMENTS, type Instruments } from '@app/metrics';
import { createLogger, parseEnvironment, Unavailable, type Environment } from '@app/runtime';
import { FakePasswordHasher } from '@app/users/testing';
import { ProblemFilter } from '../problem/problem.filter';
import { recordAccess } from './observe-request';
import { openRequestContext } from './request-context';
import { shedLoad } from './refusals';

let server: Server | undefined;
let lines: string;
let recorded: object[];
let handled: number;
let passwords: FakePasswordHasher;

beforeEach(() => {
  lines = '';
  recorded = [];
  handled = 0;
  passwords = new FakePasswordHasher();
});
afterEach(() => server?.close());

function serve(env: NodeJS.ProcessEnv = {}): ReturnType<typeof request> {
  const environment: Environment = parseEnvironment({ NODE_ENV: 'test', ...env });
  const output = new PassThrough();
  output.on('data', (chunk: Buffer) => (lines += chunk.toString()));
  const logger = createLogger({ level: 'info', app: 'test' }, output);
  const instruments: Instruments = {
    ...SILENT_INSTRUMENTS,
    requestFinished: (one) => void recorded.push(one),
  };
  const app = express();
  app.use(openRequestContext('key'));
  app.use(recordAccess(logger, instruments, environment));
  app.use(shedLoad(passwords, new ProblemFilter(logger, environment), environment));
  app.use((_request, response) => {
    handled += 1;
    response.json({});
  });
  server = createServer(app).listen(0);
  return request(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

describe('A full hashing queue', () => {
  beforeEach(() => (passwords.full = true));

  it('refuses a registration with 503 and Retry-After before it is handled, and without spending limits', async () => {
    const answer = await serve().post('/api/v1/users/register').send({ email: 'kevin@example.com' });
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ error: 'ServiceUnavailable', retry_after_seconds: 1 });
    expect(answer.headers).toMatchObject({
      'retry-after': '1',
      'x-request-id': (answer.body as { request_id: string }).request_id,
      'content-type': expect.stringContaining('application/problem+json'),
    });
    expect(Object.keys(answer.headers).filter((name) => name.includes('ratelimit'))).toEqual([]);
    expect(handled).toBe(0);
  });

  it('refuses a registration however its path is written', async () => {
    for (const path of ['/api/v1/users/register/', '/API/v1/users/Register']) {
      expect((await serve().post(path).send({})).status).toBe(503);
    }
    expect(recorded).toEqual([
      expect.objectContaining({ route: '/api/v1/users/register' }),
      expect.objectContaining({ route: '/api/v1/users/register' }),
    ]);
    expect(handled).toBe(0);
  });

  it('logs one short line per refusal, and counts it under its route', async () => {
    await serve().post('/api/v1/users/register').send({});
    expect(lines.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(lines)).toMatchObject({ route: '/api/v1/users/register', message: 'shed' });
    expect(recorded).toEqual([
      expect.objectContaining({ method: 'POST', route: '/api/v1/users/register', status: 503 }),
    ]);
  });

  it('refuses an activation early if no password is remembered', async () => {
    const http = serve({ PASSWORD_MEMORY_SECONDS: '0' });
    expect((await http.post('/api/v1/users/activate').send({})).status).toBe(503);
    expect((await http.post('/api/v1/users/activation-codes')).status).toBe(503);
    expect(handled).toBe(0);
  });

  it('allows an activation that may not need a hash', async () => {
    const http = serve({ PASSWORD_MEMORY_SECONDS: '300' });
    expect((await http.post('/api/v1/users/activate').send({})).status).toBe(200);
    expect((await http.post('/api/v1/users/activation-codes')).status).toBe(200);
  });

  it('allows everything else', async () => {
    const http = serve();
    expect((await http.get('/api/v1/health')).status).toBe(200);
    expect((await http.get('/api/v1/users/register')).status).toBe(200);
  });
});

describe('A hashing queue with free capacity', () => {
  it('allows a registration', async () => {
    expect((await serve().post('/api/v1/users/register').send({})).status).toBe(200);
    expect(passwords.refusal()).toBeUndefined();
    passwords.full = true;
    expect(passwords.refusal()).toBeInstanceOf(Unavailable);
  });
});
