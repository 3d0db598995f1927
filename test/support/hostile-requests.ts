import fc, { type Arbitrary } from 'fast-check';
import { document, type Operation, type Schema } from './document';
import type { RawRequest } from './raw-http';

/** Part of every sent password, so that a log can be searched for it. */
export const SECRET = 'Qz9SecretMark';
/** The beginning of every sent address, and its form in base64. */
export const LOCAL_PART = 'qz9mark';
export const ENCODED_LOCAL_PART = Buffer.from(LOCAL_PART).toString('base64').slice(0, 8);

const text = fc.string({ unit: 'binary', maxLength: 80 });
/** Text with lone surrogates. */
const illFormed = fc
  .array(fc.integer({ min: 0xd800, max: 0xdfff }), { minLength: 1, maxLength: 4 })
  .map((units) => `${SECRET}${String.fromCharCode(...units)}`);
const nul = fc.constantFrom('\0', `${SECRET}\0`, `${LOCAL_PART}\0@example.com`);
const address = fc.integer({ min: 0, max: 200 }).map((n) => `${LOCAL_PART}${n}@example.com`);
const password = fc.constantFrom(`${SECRET}1`, `${SECRET}2`);

/** Values that are valid for a field, few enough to repeat. */
function fitting({ format, pattern }: Record<string, unknown>): Arbitrary<string> {
  if (format === 'idn-email') return address;
  if (format === 'password') return password;
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern));
  return fc.string();
}

/** Values that are invalid for every field, but that a client may send. */
const unfit: Arbitrary<unknown> = fc.oneof(
  illFormed,
  nul,
  text.map((each) => SECRET + each),
  text.map((each) => `${LOCAL_PART}${each}@example.com`),
  fc.emailAddress().map((each) => LOCAL_PART + each),
  fc.constantFrom(
    '',
    ' ',
    '\u202e',
    `${LOCAL_PART}@xn--`,
    `"${LOCAL_PART}"@example.com`,
    `${LOCAL_PART}@[::1]`,
  ),
  fc.integer({ min: 60, max: 5_000 }).map((length) => SECRET.padEnd(length, 'ü')),
  fc.constantFrom(null, true, 0, -0, 1e308, Number.MAX_SAFE_INTEGER + 2, [], {}, [[]], { $gt: '' }),
  fc.constantFrom('__proto__', 'constructor', 'toString').map((name) => ({ [name]: { is_activated: true } })),
  fc.jsonValue({ maxDepth: 3 }),
);
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'is_activated',
  'id',
  '',
  'a'.repeat(300),
];

/** Texts that are not JSON, barely JSON, or ambiguous. */
const noObject: Arbitrary<string> = fc.oneof(
  text,
  fc.constantFrom(
    '',
    '{',
    'null',
    '""',
    '[]',
    '\ufeff{}',
    '{"email":1e99999}',
    '{"a":1,"a":2}',
    '{"\\ud800":1}',
  ),
  fc.constantFrom('{"__proto__":{"email":"x"}}', '{"email":{"toString":null}}', `{"email":"${SECRET}`),
  fc
    .integer({ min: 1, max: 9_000 })
    .map((depth) => `${'['.repeat(depth)}${']'.repeat(depth % 3 === 0 ? 0 : depth)}`),
  fc.integer({ min: 1, max: 2_000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.integer({ min: 16_000, max: 17_000 }).map((size) => `{"email":"${'a'.repeat(size)}"}`),
  fc.integer({ min: 1, max: 4_000 }).map((digits) => `{"password":${'9'.repeat(digits)}}`),
);

function bodyOf({ requestBody }: Operation): Arbitrary<string> {
  const name = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1);
  const schema: Schema | undefined = document.components.schemas[name ?? ''];
  if (schema === undefined) return fc.oneof({ weight: 4, arbitrary: fc.constant('') }, noObject);
  const valid = fc.record(
    Object.fromEntries(Object.entries(schema.properties).map(([field, rules]) => [field, fitting(rules)])),
  );
  const fields = fc.constantFrom(...Object.keys(schema.properties));
  // A pair instead of an assignment, because `__proto__` must be an ordinary field.
  const damaged = fc
    .tuple(valid, fc.oneof(fields, fc.constantFrom(...NAMES)), unfit)
    .map(([good, field, value]) => Object.fromEntries([...Object.entries(good), [field, value]]));
  const lacking = fc.tuple(valid, fields).map(([good, field]) => ({ ...good, [field]: undefined }));
  return fc.oneof(
    { weight: 4, arbitrary: valid.map((each) => JSON.stringify(each)) },
    { weight: 4, arbitrary: damaged.map((each) => JSON.stringify(each)) },
    lacking.map((each) => JSON.stringify(each)),
    unfit.map((each) => JSON.stringify(each)),
    noObject,
  );
}

type Field = readonly [name: string, value: string];

const encoded = (credentials: string | Buffer): Field => [
  'Authorization',
  `Basic ${Buffer.from(credentials).toString('base64')}`,
];
/** Credentials of an account that may exist, or something similar to credentials. */
const authorization: Arbitrary<Field> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(address, password).map((pair) => encoded(pair.join(':'))) },
  text.map((each) => encoded(`${LOCAL_PART}${each}`)),
  illFormed.map((each) => encoded(`${LOCAL_PART}@example.com:${each}`)),
  fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => encoded(Buffer.concat([Buffer.from(`${LOCAL_PART}:`), bytes]))),
  fc
    .constantFrom('', ':', '::', LOCAL_PART, `:${SECRET}`, `${LOCAL_PART}@example.com:${SECRET}\0`, '\0:\0')
    .map(encoded),
  fc
    .constantFrom(
      '',
      'Basic',
      'Basic ',
      'basic  QQ==',
      'Basic =',
      'Basic QQ',
      'Basic QQ===',
      'Basic §',
      'Bearer x',
      'Digest',
    )
    .map((value): Field => ['Authorization', value]),
  fc.integer({ min: 1_000, max: 9_000 }).map((size): Field => ['Authorization', `Basic ${'Q'.repeat(size)}`]),
);
const contentType: Arbitrary<Field> = fc
  .constantFrom(
    ...[
      'application/json; charset=utf-16',
      'application/json;charset="UTF-8"',
      'application/json;',
      'text/plain',
    ],
    ...[
      'application/problem+json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'json',
    ],
    ...['', '/', 'application/json, text/html', 'application/json; charset=__proto__', ';'.repeat(500)],
  )
  .map((value): Field => ['Content-Type', value]);
const oddField: Arbitrary<Field> = fc.oneof(
  contentType,
  authorization,
  fc
    .constantFrom(
      'X-Request-Id',
      'Accept-Language',
      'Content-Encoding',
      'X-Forwarded-For',
      'Origin',
      'traceparent',
    )
    .chain((name) =>
      fc
        .oneof(
          fc.constantFrom(
            '',
            'null',
            '*',
            'gzip',
            'fr;q=9',
            '::1',
            '127.0.0.1, x',
            '00-0-0-00',
            '${jndi:x}',
            '%0d%0a',
          ),
          fc.string({ maxLength: 80 }).map((each) => each.replace(/[^ -~]/g, '?')),
        )
        .map((value): Field => [name, value]),
    ),
  fc.constantFrom<Field>(
    ['Content-Length', '1'],
    ['Transfer-Encoding', 'chunked, x'],
    ['Expect', '200-ok'],
    ['Upgrade', 'websocket'],
    ['X\0', 'nul'],
    ['X', 'a\nb'],
    ['X', '\0'],
    ['X', 'a'.repeat(20_000)],
    ['__proto__', 'x'],
  ),
);
const fields: Arbitrary<Field[]> = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.constant<Field[]>([['Content-Type', 'application/json']]) },
      fc.constant([]),
    ),
    fc.oneof({ weight: 9, arbitrary: authorization.map((field) => [field]) }, fc.constant([])),
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(oddField, { minLength: 1, maxLength: 4 })),
  )
  .map((parts) => parts.flat());

/** Requests to documented operations, most of them nearly valid. */
const documented: Arbitrary<RawRequest> = fc
  .constantFrom(
    ...Object.entries(document.paths).flatMap(([target, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        target,
        method: method.toUpperCase(),
        operation,
      })),
    ),
  )
  .chain(({ target, method, operation }) =>
    fc.record({
      target: fc.constant(target),
      method: fc.constant(method),
      headers: fields,
      body: bodyOf(operation),
    }),
  );

const TARGETS = [
  ...['/', '/docs', '/docs-json', '/metrics', '/livez', '/readyz', '/problems/x', '/problems/__proto__', '*'],
  ...[
    '/api/v1/users/register/',
    '/API/v1/Users/Register',
    '//api/v1/health',
    '/api/v1/../v1/health',
    '/%00',
    '/%',
  ],
  ...[
    '/api/v1/health?__proto__[x]=1',
    '/docs/../../etc/passwd',
    '/docs/%2e%2e%2fmain.js',
    'http://x/api/v1/health',
  ],
  ...[
    `/api/v1/health?password=${SECRET}`,
    `/${SECRET}`,
    `/${'a'.repeat(10_000)}`,
    '/api/v1/users/%E0%A4%A',
    'x',
  ],
];
/** Requests to other or unknown paths, with unusual or unknown methods. */
const elsewhere: Arbitrary<RawRequest> = fc.record({
  target: fc.oneof(
    fc.constantFrom(...TARGETS, ...Object.keys(document.paths)),
    fc.webPath().map((each) => each || '/'),
  ),
  method: fc.constantFrom(
    'GET',
    'HEAD',
    'OPTIONS',
    'PUT',
    'DELETE',
    'PATCH',
    'TRACE',
    'PROPFIND',
    'get',
    'NONE',
    '',
  ),
  headers: fields,
  body: fc.oneof(fc.constant(''), noObject),
});

export const hostileRequest = fc.oneof({ weight: 4, arbitrary: documented }, elsewhere);
