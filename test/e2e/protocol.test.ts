import { connect } from 'node:net';
import supertest from 'supertest';
import { basic, Client, Service } from '../support/service';
import { until } from '../support/until';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const REGISTER = '/api/v1/users/register';
const ACTIVATE = '/api/v1/users/activate';
const ORIGIN = 'https://app.example.com';

describe('The protocol', () => {
  let service: Service;
  let client: Client;

  beforeAll(async () => {
    service = await Service.start('one-node', { CORS_ORIGINS: ORIGIN });
    client = new Client(service.api.url);
  });
  afterAll(() => service.stop());

  it.each<[string, number, string, () => ReturnType<Client['send']>]>([
    ['malformed JSON', 400, 'ValidationError', () => client.send('POST', REGISTER, JSON_TYPE, '{"email":')],
    ['an array', 400, 'ValidationError', () => client.post(REGISTER, [])],
    ['no body', 400, 'ValidationError', () => client.send('POST', REGISTER, {}, null)],
    ['an unknown field', 400, 'ValidationError', () => client.post(REGISTER, { ...valid, admin: true })],
    [
      'the field __proto__',
      400,
      'ValidationError',
      () =>
        client.send(
          'POST',
          REGISTER,
          JSON_TYPE,
          '{"email":"a@b.co","password":"SecurePass123","__proto__":{}}',
        ),
    ],
    [
      'the field constructor',
      400,
      'ValidationError',
      () => client.post(REGISTER, { ...valid, constructor: 1 }),
    ],
    [
      'a list of addresses',
      400,
      'ValidationError',
      () => client.post(REGISTER, { ...valid, email: ['a@b.co'] }),
    ],
    [
      'an address with a constructor',
      400,
      'ValidationError',
      () => client.post(REGISTER, { ...valid, email: { constructor: { name: 'x' } } }),
    ],
    ['a password of 73 bytes', 400, 'ValidationError', () => client.register('a@b.co', `${'ü'.repeat(36)}x`)],
    ['a short password', 400, 'ValidationError', () => client.register('a@b.co', 'Abc123!')],
    ['a common password', 400, 'ValidationError', () => client.register('a@b.co', 'Password123')],
    [
      'text',
      415,
      'UnsupportedMediaType',
      () => client.send('POST', REGISTER, { 'Content-Type': 'text/plain' }, '{}'),
    ],
    [
      'another charset',
      415,
      'UnsupportedMediaType',
      () => client.send('POST', REGISTER, { 'Content-Type': 'application/json; charset=utf-16' }, '{}'),
    ],
    [
      'a compressed body',
      415,
      'UnsupportedMediaType',
      () => client.send('POST', REGISTER, { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, '{}'),
    ],
    [
      'more than 16 KiB',
      413,
      'PayloadTooLarge',
      () => client.post(REGISTER, { ...valid, email: 'a'.repeat(17_000) }),
    ],
    ['an unknown path', 404, 'NotFound', () => client.get('/api/v1/nothing')],
    [
      'the feed of events, without EVENTS_TOKEN',
      404,
      'NotFound',
      () => client.get('/api/v1/events', { Authorization: 'Bearer a-token-that-is-long-enough-for-it' }),
    ],
    ['another method', 405, 'MethodNotAllowed', () => client.get(REGISTER)],
    ['no credentials', 401, 'InvalidCredentials', () => client.post(ACTIVATE, { activation_code: '1234' })],
    [
      'a bearer token',
      401,
      'InvalidCredentials',
      () => client.post(ACTIVATE, { activation_code: '1234' }, { Authorization: 'Bearer abc' }),
    ],
    [
      'credentials that are not base64',
      401,
      'InvalidCredentials',
      () =>
        client.post(ACTIVATE, { activation_code: '1234' }, { Authorization: 'Basic §§§'.replace(/§/g, '*') }),
    ],
    [
      'credentials without a colon',
      401,
      'InvalidCredentials',
      () =>
        client.post(
          ACTIVATE,
          { activation_code: '1234' },
          { Authorization: `Basic ${Buffer.from('nocolon').toString('base64')}` },
        ),
    ],
    [
      'a code of letters',
      400,
      'ValidationError',
      () => client.post(ACTIVATE, { activation_code: 'abcd' }, basic('a@b.co', 'SecurePass123')),
    ],
    [
      'a code that is a number',
      400,
      'ValidationError',
      () => client.post(ACTIVATE, { activation_code: 1234 }, basic('a@b.co', 'SecurePass123')),
    ],
  ])('answers %s with %i %s, as a problem', async (_what, status, error, send) => {
    const answer = await send();
    expect([answer.status, answer.body['error']]).toEqual([status, error]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({
      type: `/problems/${error}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      message: answer.body['detail'],
      request_id: answer.headers.get('x-request-id'),
    });
    if (error === 'ValidationError' && Array.isArray(answer.body['errors'])) {
      expect(answer.body['errors']).not.toHaveLength(0);
    }
  });

  it('lists each invalid field', async () => {
    const { body } = await client.post(REGISTER, { email: 'kevin', password: 'short' });
    expect((body['errors'] as { field: string }[]).map(({ field }) => field).sort()).toEqual([
      'email',
      'password',
    ]);
  });

  it('returns a plain request id, and replaces any other', async () => {
    const given = await client.get('/livez', { 'X-Request-Id': 'order-17' });
    expect(given.headers.get('x-request-id')).toBe('order-17');
    for (const odd of ['a b', 'x'.repeat(65), '{"a":1}']) {
      const made = await client.get('/livez', { 'X-Request-Id': odd });
      expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('declares JSON as content type, and does not reveal its framework', async () => {
    const answer = await supertest(service.api.url)
      .get('/')
      .expect(200)
      .expect('Content-Type', /^application\/json/);
    expect(answer.headers['x-powered-by']).toBeUndefined();
  });

  it('serves the start page, the API documentation and the probes', async () => {
    expect((await client.get('/')).body).toMatchObject({ name: 'User Registration', version: '1.0.0' });
    expect((await client.get('/docs-json')).body).toMatchObject({ openapi: '3.1.0' });
    expect((await client.get('/docs')).body['text']).toContain('swagger-ui');
    expect((await client.get('/livez')).body).toMatchObject({ status: 'ok' });
    expect((await client.get('/readyz')).body).toMatchObject({ details: { database: { status: 'up' } } });
    expect((await client.get('/api/v1/health')).body).toEqual({
      status: 'healthy',
      version: '1.0.0',
      checks: { database: 'healthy', redis: 'not_configured', mail: 'healthy' },
    });
  });

  it('deletes no account unless configured', async () => {
    const [email, password] = ['stays@example.com', 'SecurePass123'];
    await client.register(email, password);
    const answers = [await client.deleteMe(email, password), await client.deleteMe(email, 'WrongPass123')];
    for (const { status, body } of answers) expect([status, body['error']]).toEqual([404, 'NotFound']);
    expect((await client.me(email, password)).status).toBe(200);
  });

  it('logs one line per request with its id, route template and time, and no secret', async () => {
    await client.register('secretive@example.com', 'Sup3rSecretPass', { 'X-Request-Id': 'find-me' });
    const line = await until('the access line', () =>
      service.api.lines.find((each) => each.includes('"find-me"') && each.includes('"request"')),
    );
    expect(JSON.parse(line)).toMatchObject({
      time: expect.stringMatching(/Z$/),
      level: 'info',
      message: 'request',
      request_id: 'find-me',
      method: 'POST',
      route: REGISTER,
      status: 201,
      duration_ms: expect.any(Number),
    });
    await service.inbox.mailTo('secretive@example.com');
    await until('the worker knows the request', () =>
      service.worker?.lines.some((each) => each.includes('"find-me"')),
    );
    const everything = [...service.api.lines, ...(service.worker?.lines ?? [])].join('\n');
    expect(everything).not.toContain('Sup3rSecretPass');
    expect(everything).not.toContain('secretive@example.com');
  });

  it('finishes requests in flight at shutdown, accepts a last request, and answers later ones with 503', async () => {
    // The last test, because it ends the api of all of them.
    const { api, inbox } = service;
    const body = JSON.stringify({ email: 'inflight@example.com', password: 'SecurePass123' });
    const inFlight = rawConnection(api.port);
    inFlight.write(`${postHead(body.length)}Expect: 100-continue\r\n\r\n`);
    await until('the sign-up is in flight', () => inFlight.received().includes('100 Continue'));
    const [last, late] = [rawConnection(api.port), rawConnection(api.port)];
    for (const connection of [last, late]) connection.write(postHead(2));
    await until('the others are open', () => last.connected() && late.connected());

    api.child.signal('SIGTERM');
    await until('the end has begun', () => api.lines.some((line) => line.includes('Shutting down')));
    last.write('\r\n{}');
    await until('the last answer', () => last.received().includes('request_id'));
    expect(last.received()).toMatch(/^HTTP\/1.1 400 /);
    expect(last.received()).toMatch(/connection: close/i);

    await until('nothing is taken any more', () =>
      api.lines.some((line) => line.includes('Finishing requests in flight')),
    );
    late.write('\r\n{}');
    await until('the late answer', () => late.received().includes('request_id'));
    expect(late.received()).toMatch(/^HTTP\/1.1 503 /);
    expect(late.received()).toContain(`Access-Control-Allow-Origin: ${ORIGIN}`);
    expect(late.received()).toContain('application/problem+json');
    expect(late.received()).toContain('"error":"ServiceUnavailable"');
    expect(late.received()).toMatch(/connection: close/i);

    inFlight.write(body);
    await until('the answer in flight', () => inFlight.received().includes('201 Created'));
    expect(await api.child.exit()).toBe(0);
    await inbox.mailTo('inflight@example.com');
  });
});

const postHead = (length: number): string =>
  `POST ${REGISTER} HTTP/1.1\r\nHost: localhost\r\nOrigin: ${ORIGIN}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n`;

const valid = { email: 'valid@example.com', password: 'SecurePass123' };

interface RawConnection {
  readonly write: (text: string) => void;
  readonly received: () => string;
  readonly connected: () => boolean;
}

function rawConnection(port: number): RawConnection {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString();
  });
  socket.on('error', () => {});
  return {
    write: (text) => socket.write(text),
    received: () => received,
    connected: () => socket.bytesWritten > 0 && !socket.connecting,
  };
}
