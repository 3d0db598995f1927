import { checkAnswer, document } from '../support/document';

/** A response as in the document, except for what a test changes. */
function answer(
  changes: { status?: number; headers?: Record<string, string>; body?: object; without?: string } = {},
) {
  const example = document.paths['/api/v1/users/activate']?.['post']?.responses['401']?.content?.[
    'application/problem+json'
  ]?.examples?.['InvalidCredentials'] as { value: object };
  const headers = new Headers({
    'Content-Type': 'application/problem+json; charset=utf-8',
    'X-Request-Id': 'order-17',
    'WWW-Authenticate': 'Basic realm="User Registration", charset="UTF-8"',
    ...changes.headers,
  });
  if (changes.without !== undefined) headers.delete(changes.without);
  return {
    status: changes.status ?? 401,
    headers,
    text: JSON.stringify({ ...example.value, status: changes.status ?? 401, ...changes.body }),
  };
}
const check =
  (changes?: Parameters<typeof answer>[0], target = '/api/v1/users/activate') =>
  (): void =>
    checkAnswer('POST', target, answer(changes));

describe('a response', () => {
  it('passes if it is documented', () => {
    expect(check()).not.toThrow();
    expect(check({ headers: { 'X-RateLimit-Remaining': '2' } })).not.toThrow();
    expect(
      check({ status: 404, body: { error: 'NotFound' }, without: 'WWW-Authenticate' }, '/nowhere'),
    ).not.toThrow();
  });

  it.each<[string, Parameters<typeof answer>[0], RegExp]>([
    ['a status', { status: 418 }, /POST \S+ \(activate\).*418:\n {2}the status is not documented/s],
    ['a content type', { headers: { 'Content-Type': 'application/json' } }, /content type application\/json/],
    ['a field', { body: { password_hash: 'x' } }, /additional properties: password_hash/],
    ['a type', { body: { detail: 1 } }, /\/detail must be string/],
    ['an error', { body: { error: 'NotFound' } }, /error NotFound is not documented here/],
    ['the status in the body', { body: { status: 400 } }, /status is not the status/],
    ['no request id', { without: 'X-Request-Id' }, /X-Request-Id is missing/],
    ['a header', { headers: { 'Retry-After': '1' } }, /Retry-After is not documented/],
    [
      'a value of a header',
      { headers: { 'X-RateLimit-Limit': 'many' } },
      /X-RateLimit-Limit must be integer/,
    ],
  ])('with an undocumented %s is detected', (_what, changes, fault) => {
    expect(check(changes)).toThrow(fault);
  });

  it('for an unknown path must be a problem', () => {
    expect(check({ status: 404, headers: { 'Content-Type': 'text/html' } }, '/nowhere')).toThrow(
      /text\/html/,
    );
    expect(check({ status: 200 }, '/nowhere')).toThrow(/not documented at all/);
  });
});
