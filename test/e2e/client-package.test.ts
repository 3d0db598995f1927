import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { minifySync } from '@swc/core';

const FILE = path.resolve(__dirname, '../../docs/client/client.mjs');
const run = promisify(execFile);

interface Seen {
  readonly sent: readonly { readonly url: string; readonly headers: Record<string, string> }[];
  readonly result?: { readonly id?: string };
  readonly failure?: Record<string, unknown>;
}

/** Runs `calls` in Node against scripted responses: `[status, body, headers]`, or null for a connection that breaks. */
async function play(answers: readonly unknown[], calls: string): Promise<Seen> {
  const program = `
    import { createClient } from ${JSON.stringify(pathToFileURL(FILE).href)};
    const answers = ${JSON.stringify(answers)};
    const sent = [];
    const fetch = async (url, { headers }) => {
      sent.push({ url, headers });
      const answer = answers.shift();
      if (!answer) throw new TypeError('fetch failed');
      const [status, body, extra] = answer;
      return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: extra });
    };
    const client = createClient({ url: 'http://api', fetch });
    const ada = { email: 'ada@example.com', password: 'Sécure 🔑' };
    try {
      const result = await (async () => { ${calls} })();
      console.log(JSON.stringify({ sent, result }));
    } catch ({ status, error, errors, retryAfterSeconds, problem }) {
      console.log(JSON.stringify({ sent, failure: { status, error, errors, retryAfterSeconds, problem } }));
    }`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout) as Seen;
}

const keysOf = ({ sent }: Seen): string[] => sent.map(({ headers }) => headers['Idempotency-Key'] ?? '');

describe('The client package', () => {
  it('is 3 kB or less, minified', () => {
    const { code } = minifySync(readFileSync(FILE, 'utf8'), { module: true, compress: true, mangle: true });
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(3_072);
  });

  it('sends credentials as UTF-8', async () => {
    const { sent } = await play([[202, {}]], 'return client.requestCode(ada)');
    const basic = sent[0]?.headers['Authorization']?.replace('Basic ', '') ?? '';
    expect(Buffer.from(basic, 'base64').toString()).toBe('ada@example.com:Sécure 🔑');
    expect(sent[0]?.url).toBe('http://api/api/v1/users/activation-codes');
  });

  it('retries with the same key if the response is lost or the service is unavailable', async () => {
    const answers = [
      null,
      [503, { error: 'ServiceUnavailable' }, { 'Retry-After': '0' }],
      [201, { id: '1' }],
    ];
    const seen = await play(answers, 'return client.register(ada)');
    expect(seen.result).toEqual({ id: '1' });
    expect(keysOf(seen)).toHaveLength(3);
    expect(new Set(keysOf(seen)).size).toBe(1);
    expect(keysOf(seen)[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps the key for the same call without a response, and uses a new one after a response', async () => {
    const seen = await play(
      [null, null, null, [201, {}], [201, {}]],
      'await client.register(ada).catch(() => {}); await client.register(ada); return client.register(ada)',
    );
    const [first, , , fourth, fifth] = keysOf(seen);
    expect(fourth).toBe(first);
    expect(fifth).not.toBe(first);
  });

  it('leaves a long Retry-After to the caller, and returns the problem with its codes', async () => {
    const problem = {
      error: 'RateLimitExceeded',
      message: 'Too many',
      limit: 'registration',
      errors: [{ field: 'email', code: 'email.invalid' }],
    };
    const seen = await play([[429, problem, { 'Retry-After': '3540' }]], 'return client.register(ada)');
    expect(seen.sent).toHaveLength(1);
    expect(seen.failure).toMatchObject({
      ...{ status: 429, error: 'RateLimitExceeded', retryAfterSeconds: 3540 },
      ...{ errors: [{ code: 'email.invalid' }], problem: { limit: 'registration' } },
    });
  });

  it('never retries a refusal, nor a deletion whose response is lost', async () => {
    const refused = await play([[409, { error: 'UserAlreadyExists' }]], 'return client.register(ada)');
    expect([refused.sent.length, refused.failure?.['error']]).toEqual([1, 'UserAlreadyExists']);
    const lost = await play([null, [204, '']], 'return client.deleteAccount(ada)');
    expect([lost.sent.length, lost.failure?.['error']]).toEqual([1, 'NetworkError']);
  });

  it('reports a response that is not from the API', async () => {
    const seen = await play([[404, '<html>Not here</html>']], 'return client.account(ada)');
    expect(seen.failure).toMatchObject({ status: 404, error: 'UnexpectedAnswer' });
    const hotspot = await play([[200, '<html>Sign in to the Wi-Fi</html>']], 'return client.account(ada)');
    expect(hotspot.failure).toMatchObject({ status: 200, error: 'UnexpectedAnswer' });
  });
});
