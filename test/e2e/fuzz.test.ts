import fc from 'fast-check';
import { checkAnswer, type Received } from '../support/document';
import { ENCODED_LOCAL_PART, hostileRequest, LOCAL_PART, SECRET } from '../support/hostile-requests';
import { codeIn } from '../support/inbox';
import { converse, exchange, type RawRequest } from '../support/raw-http';
import { basic, Client, Service } from '../support/service';

const REGISTER = '/api/v1/users/register';
const PASSWORD = 'SecurePass123';
const JSON_TYPE = 'application/json';
const BATCHES = 80;
/** Number of concurrent requests. */
const BATCH = 20;
/** A busy machine sends fewer of them, but at least a quarter. */
const TIME_MS = 12_000;

/** It never became a request, so it is not the response of an operation. */
const isUnreadable = ({ status, text }: Received): boolean =>
  [408, 431].includes(status) || text.includes('not a valid HTTP request');

let service: Service;
beforeAll(async () => {
  service = await Service.start('one-node');
});
afterAll(() => service.stop());

describe('A service that receives random input', () => {
  const counts: Record<number, number> = {};

  it('responds as documented and keeps running', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileRequest, { minLength: BATCH, maxLength: BATCH }), async (batch) => {
        await Promise.all(
          batch.map(async (request) => check(request, await exchange(service.api.port, request))),
        );
      }),
      { numRuns: BATCHES, interruptAfterTimeLimit: TIME_MS },
    );
    const sent = Object.values(counts).reduce((sum, count) => sum + count, 0);
    expect(sent).toBeGreaterThan((BATCHES * BATCH) / 4);
    expect((await new Client(service.api.url).get('/livez')).status).toBe(200);
    // The requests reached every part of the api; otherwise the test would prove little.
    expect(Object.keys(counts)).toEqual(
      expect.arrayContaining(['200', '201', '400', '401', '404', '409', '415']),
    );
  });

  it('writes no private part of it to its log', () => {
    const log = [...service.api.lines, ...(service.worker?.lines ?? [])].join('\n');
    expect(log).toContain('"route":"/api/v1/users/register"');
    for (const secret of [SECRET, LOCAL_PART, ENCODED_LOCAL_PART]) expect(log).not.toContain(secret);
  });

  function check(request: RawRequest, answer: Received | null): void {
    const sent = JSON.stringify(request);
    if (answer === null) throw new Error(`not answered: ${sent}`);
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    if (answer.status >= 500 && answer.status !== 503) throw new Error(`${blame(answer)}\n${sent}`);
    if (!isUnreadable(answer)) checkAnswer(request.method, request.target, answer);
    else if (answer.headers.get('content-type') !== 'application/problem+json') throw new Error(sent);
  }

  /** The log lines about it. */
  function blame({ headers, text }: Received): string {
    const id = headers.get('x-request-id') ?? 'none';
    return [text, ...service.api.lines.filter((line) => line.includes(id))].join('\n');
  }
});

let people = 0;
const address = (): string => `person${(people += 1)}@example.com`;
const body = (email: string, password = PASSWORD): string => JSON.stringify({ email, password });

/** Sends bytes, and resolves to the statuses of the responses. */
async function statuses(head: string, content: string | Buffer = ''): Promise<number[]> {
  const bytes = [Buffer.from(`${head}\r\n\r\n`), Buffer.from(content as string)];
  const received = (await converse(service.api.port, bytes)).toString();
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}

const post = (content: string | Buffer, type = `Content-Type: ${JSON_TYPE}`): Promise<number[]> =>
  statuses(
    [
      `POST ${REGISTER} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      type,
      `Content-Length: ${Buffer.byteLength(content)}`,
    ]
      .filter(Boolean)
      .join('\r\n'),
    content,
  );

/** A registration whose password contains these bytes. */
const withBytes = (...bytes: number[]): Buffer =>
  Buffer.concat([
    Buffer.from(`{"email":"${address()}","password":"SecurePass`),
    Buffer.from(bytes),
    Buffer.from('1"}'),
  ]);

describe('A body', () => {
  it.each<[string, number, () => string | Buffer]>([
    ['a slash in two bytes (overlong)', 400, () => withBytes(0xc0, 0xaf)],
    ['a NUL in two bytes (overlong)', 400, () => withBytes(0xc0, 0x80)],
    ['a euro sign in four bytes (overlong)', 400, () => withBytes(0xf0, 0x82, 0x82, 0xac)],
    ['half a pair of surrogates (CESU-8)', 400, () => withBytes(0xed, 0xa0, 0x80)],
    ['a character above U+10FFFF', 400, () => withBytes(0xf4, 0x90, 0x80, 0x80)],
    ['a lone continuation byte', 400, () => withBytes(0x80)],
    ['a character that is cut off', 400, () => withBytes(0xe2, 0x82)],
    ['Latin-1', 400, () => withBytes(0xe4)],
    ['an a with dots in UTF-8', 201, () => withBytes(0xc3, 0xa4)],
    ['a face of four bytes', 201, () => withBytes(0xf0, 0x9f, 0x98, 0x80)],
    [
      'a lone surrogate in an escape of the password',
      400,
      () => `{"email":"${address()}","password":"SecurePass\\ud8001"}`,
    ],
    [
      'a lone surrogate in an escape of the address',
      400,
      () => `{"email":"kev\\ud800in@example.com","password":"${PASSWORD}"}`,
    ],
    [
      'a pair of surrogates in escapes',
      201,
      () => `{"email":"${address()}","password":"SecurePass\\ud83d\\ude001"}`,
    ],
    ['a NUL in an escape', 400, () => `{"email":"${address()}","password":"SecurePass\\u00001"}`],
    ['a NUL as it is', 400, () => withBytes(0)],
    [
      'two addresses under one name',
      400,
      () => `{"email":"${address()}","email":"${address()}","password":"${PASSWORD}"}`,
    ],
    [
      'two passwords under one name, once escaped',
      400,
      () => `{"email":"${address()}","password":"${PASSWORD}","p\\u0061ssword":"AnotherPass1"}`,
    ],
    ['UTF-16', 400, () => Buffer.from(body(address()), 'utf16le')],
    ['something behind the object', 400, () => `${body(address())}{}`],
    ['line ends and tabs around the object', 201, () => `\r\n\t${body(address())}\r\n`],
  ])('with %s is answered %i', async (_what, status, content) => {
    expect(await post(content())).toEqual([status]);
  });

  it.each([
    ['application/json; charset="UTF-8"', 201],
    ['application/json;charset=utf-8', 201],
    ['Application/JSON ; Charset=UTF8', 201],
    ['application/problem+json', 201],
    ['', 201],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=iso-8859-1', 415],
    ['application/json; charset=utf-8; charset=iso-8859-1', 415],
    ['application/json; charset=', 415],
    ['application/x-www-form-urlencoded', 415],
    ['text/json', 415],
  ])('of the type %j is answered %i', async (type, status) => {
    expect(await post(body(address()), type === '' ? '' : `Content-Type: ${type}`)).toEqual([status]);
  });
});

describe('A request line', () => {
  const ask = (line: string, ...fields: string[]): Promise<number[]> =>
    statuses([line, 'Host: localhost', 'Connection: close', ...fields].join('\r\n'));

  it.each<[string, number, string]>([
    ['HEAD of a read', 200, 'HEAD /api/v1/health HTTP/1.1'],
    ['HEAD of a POST', 405, `HEAD ${REGISTER} HTTP/1.1`],
    ['OPTIONS without CORS', 204, `OPTIONS ${REGISTER} HTTP/1.1`],
    ['TRACE', 405, `TRACE ${REGISTER} HTTP/1.1`],
    ['an unknown method', 400, `BREW ${REGISTER} HTTP/1.1`],
    ['the absolute form', 200, 'GET http://localhost/api/v1/health HTTP/1.1'],
    ['a percent-encoded letter, which no route has', 404, 'GET /api/v1/he%61lth HTTP/1.1'],
    ['a percent-encoded slash', 404, 'GET /api%2Fv1/health HTTP/1.1'],
    ['two slashes', 404, 'GET /api//v1/health HTTP/1.1'],
    ['two slashes first', 404, 'GET //api/v1/health HTTP/1.1'],
    ['dots', 404, 'GET /api/v1/x/../health HTTP/1.1'],
    ['a broken percent sign', 400, 'GET /problems/%zz HTTP/1.1'],
    ['a percent-encoded byte that is no UTF-8', 400, 'GET /problems/%ff HTTP/1.1'],
    ['a slash at the end', 200, 'GET /api/v1/health/ HTTP/1.1'],
    ['upper case', 200, 'GET /API/V1/Health HTTP/1.1'],
    ['the asterisk form', 404, 'OPTIONS * HTTP/1.1'],
  ])('with %s is answered %i', async (_what, status, line) => {
    expect(await ask(line)).toEqual([status]);
  });

  it('is followed by two Authorization fields, which are no credentials, and is answered with 401', async () => {
    const email = address();
    await new Client(service.api.url).register(email, PASSWORD);
    const [right, wrong] = [PASSWORD, 'WrongPass123'].map(
      (password) => `Authorization: ${basic(email, password)['Authorization']}`,
    ) as [string, string];
    const me = 'GET /api/v1/users/me HTTP/1.1';
    expect(await ask(me, right)).toEqual([200]);
    for (const fields of [
      [right, wrong],
      [wrong, right],
      [right, right],
      ['Authorization: Bearer x', right],
    ]) {
      expect(await ask(me, ...fields)).toEqual([401]);
    }
  });

  it.each(['gzip, chunked', 'xchunked, chunked', 'deflate,CHUNKED'])(
    'is followed by chunks in the unknown coding %s, and is answered with 501 once',
    async (coding) => {
      const head = [`POST ${REGISTER} HTTP/1.1`, 'Host: localhost', `Transfer-Encoding: ${coding}`];
      expect(await statuses(head.join('\r\n'), '0\r\n\r\n')).toEqual([501]);
    },
  );

  it.each<[string, string[], string]>([
    ['two lengths that differ', ['Content-Length: 5', 'Content-Length: 6'], '123456'],
    ['two lengths that agree', ['Content-Length: 5', 'Content-Length: 5'], '12345'],
    ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['chunks under another coding', ['Transfer-Encoding: gzip, chunked, gzip'], '0\r\n\r\n'],
    ['a negative length', ['Content-Length: -1'], ''],
    ['a space before the colon', ['Content-Length : 0'], ''],
    ['a folded field', ['X-A: b\r\n c'], ''],
  ])('is followed by %s, and is answered with 400 once', async (_what, fields, content) => {
    const head = [`POST ${REGISTER} HTTP/1.1`, 'Host: localhost', `Content-Type: ${JSON_TYPE}`, ...fields];
    expect(await statuses(head.join('\r\n'), content)).toEqual([400]);
  });
});

describe('An activation code', () => {
  it.each<[string, (code: string) => string]>([
    ['full-width digits', (code) => shifted(code, 0xff10)],
    ['Arabic-Indic digits', (code) => shifted(code, 0x0660)],
    ['Persian digits', (code) => shifted(code, 0x06f0)],
    ['Devanagari digits', (code) => shifted(code, 0x0966)],
    ['Bengali digits', (code) => shifted(code, 0x09e6)],
    ['mathematical digits', (code) => shifted(code, 0x1d7ce)],
    ['no-break spaces', (code) => code.split('').join('\u00a0')],
    ['an en dash', (code) => `${code.slice(0, 2)}\u2013${code.slice(2)}`],
    ['a zero-width space, a byte order mark and a joiner', (code) => `\ufeff${code}\u200b\u200d`],
    ['marks of direction', (code) => `\u200e${code}\u200f`],
    ['a line end', (code) => `${code}\r\n`],
  ])('is accepted with %s', async (_what, variant) => {
    const client = new Client(service.api.url);
    const email = address();
    await client.register(email, PASSWORD);
    const code = codeIn(await service.inbox.mailTo(email));
    expect((await client.activate(email, PASSWORD, variant(code))).status).toBe(200);
  });
});

/** The digits of another script, starting from the code point of its zero. */
const shifted = (code: string, zero: number): string =>
  code.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
