import type { OpenAPIObject } from '@nestjs/swagger';
import { SHIPPED_LOCALES } from '@app/mail';
import { operationsOf, type Operation } from './operations';

type Headers = NonNullable<NonNullable<OpenAPIObject['components']>['headers']>;

/**
 * On every response of a rate-limited route, unless limits are disabled. They describe the strictest limit that
 * applied.
 */
const LIMIT_HEADERS: Headers = {
  'X-RateLimit-Limit': {
    description: 'Requests that the limit allows per window.',
    schema: { type: 'integer', minimum: 1 },
  },
  'X-RateLimit-Remaining': {
    description: 'Requests left in the current window.',
    schema: { type: 'integer', minimum: 0 },
  },
  'X-RateLimit-Reset': {
    description: 'Unix time in seconds at which the oldest counted request leaves the window.',
    schema: { type: 'integer', minimum: 0 },
  },
  RateLimit: {
    description:
      'Name of the limit, `r` requests left, `t` seconds until more are available (IETF draft: RateLimit header fields for HTTP).',
    schema: { type: 'string', pattern: '^"[a-z_]+";r=\\d+;t=\\d+$' },
  },
  'RateLimit-Policy': {
    description: 'Every limit that applied: its name and `q` requests per `w` seconds.',
    schema: { type: 'string', pattern: '^"[a-z_]+";q=\\d+;w=\\d+(, "[a-z_]+";q=\\d+;w=\\d+)*$' },
  },
};

const HEADERS: Headers = {
  'X-Request-Id': {
    description:
      'The request id of the client if it is a plain token of 1 to 64 characters, otherwise a generated one.',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9_.+/=:-]{1,64}$' },
  },
  'Content-Language': {
    description: 'Language of `message` and `detail`, chosen by Accept-Language.',
    schema: { type: 'string', enum: [...SHIPPED_LOCALES] },
  },
  'Idempotency-Replayed': {
    description: 'This is the response of an earlier, identical request; nothing was changed.',
    schema: { type: 'string', enum: ['true'] },
  },
  'WWW-Authenticate': {
    description:
      'Basic, or `xBasic` for scripts of a page (`Sec-Fetch-Dest: empty` or `X-Requested-With`), so that the browser opens no password dialog. `Bearer` for the event feed.',
    required: true,
    schema: { type: 'string', pattern: '^(x?Basic realm="[^"]*", charset="UTF-8"|Bearer)$' },
  },
  'Retry-After': {
    description: 'Seconds to wait before trying again.',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  },
  ...LIMIT_HEADERS,
};

/** Adds the headers to every response: they depend on the status and on whether the route is rate-limited. */
export function describeHeaders(document: OpenAPIObject): void {
  const used = new Set<string>();
  for (const { responses, parameters = [] } of operationsOf(document)) {
    const repeatable = parameters.some(
      (parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key',
    );
    for (const [status, response] of Object.entries(responses)) {
      if (response === undefined || '$ref' in response) continue;
      const names = headersOf(Number(status), responses);
      if (repeatable && Number(status) < 300) names.push('Idempotency-Replayed');
      for (const name of names) used.add(name);
      response.headers = Object.fromEntries(
        names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
      );
    }
  }
  const headers = Object.fromEntries(Object.entries(HEADERS).filter(([name]) => used.has(name)));
  document.components = { ...document.components, headers };
}

const headersOf = (status: number, responses: Operation['responses']): string[] => [
  'X-Request-Id',
  ...(status >= 400 ? ['Content-Language'] : []),
  ...(status === 401 ? ['WWW-Authenticate'] : []),
  ...(status === 429 || status === 503 ? ['Retry-After'] : []),
  ...('429' in responses ? Object.keys(LIMIT_HEADERS) : []),
];
