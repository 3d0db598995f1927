import { readFileSync } from 'node:fs';
import path from 'node:path';
import { codeIn, type InboxPages } from '../support/inbox';
import { checkAnswer } from '../support/document';
import { Service } from '../support/service';
import { until } from '../support/until';

const ROOT = path.resolve(__dirname, '../..');

interface Request {
  readonly title: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/** Parses requests.http in the format that editors run. */
function parse(source: string): { values: Record<string, string>; requests: Request[] } {
  const [head = '', ...blocks] = source.split(/^### /m);
  const values = Object.fromEntries(
    [...head.matchAll(/^@(\w+) = (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const requests = blocks.map((block) => {
    const [title = '', ...lines] = block.split('\n');
    const [start = '', ...rest] = lines;
    const gap = rest.indexOf('');
    const [method = '', url = ''] = start.split(' ');
    const body = rest
      .slice(gap + 1)
      .join('\n')
      .trim();
    return {
      title,
      method,
      url,
      headers: Object.fromEntries(rest.slice(0, gap).map((line) => line.split(': ') as [string, string])),
      body: body.startsWith('< ') ? readFileSync(path.join(ROOT, body.slice(2)), 'utf8') : body || undefined,
    };
  });
  return { values, requests };
}

describe('requests.http', () => {
  const { values, requests } = parse(readFileSync(path.join(ROOT, 'requests.http'), 'utf8'));
  let service: Service;
  let inbox: InboxPages;

  beforeAll(async () => {
    service = await Service.start('one-node', { ENABLE_RATE_LIMITING: 'true' });
    inbox = await service.inbox.servePages();
    Object.assign(values, { api: service.api.url, inbox: inbox.url });
  });
  afterAll(async () => {
    inbox.close();
    await service.stop();
  });

  const fill = (text: string): string =>
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '?');

  async function send({ method, url, headers, body }: Request): Promise<{ status: number; text: string }> {
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, encodeBasic(fill(value))]),
    );
    const response = await fetch(fill(url), {
      method,
      headers: filled,
      body: body === undefined ? null : fill(body),
    });
    const answer = { status: response.status, headers: response.headers, text: await response.text() };
    if (url.startsWith('{{api}}')) checkAnswer(method, url.replace('{{api}}', ''), answer);
    return answer;
  }

  /** Preparations for some of the requests. */
  async function prepare({ title }: Request): Promise<void> {
    const email = title.includes('a minute after') ? values['late'] : values['email'];
    const sent = async (): Promise<boolean> => {
      const [row] = await service.database.sql`
        select 1 from users where email = ${email ?? ''} and mail_sent_at is not null`;
      return row !== undefined;
    };
    if (title.startsWith('200 The newest') || title.includes('in @code')) {
      await until('the mail was sent', sent);
      values['code'] = codeIn(await service.inbox.mailTo(email ?? ''));
    }
    if (title.includes('a minute after')) {
      await until('the mail was sent', sent);
      await service.database.sql`update users set code_expires_at = now() where email = ${email ?? ''}`;
    }
  }

  it('gets the announced responses, from top to bottom', async () => {
    expect(requests.length).toBeGreaterThan(20);
    for (const request of requests) {
      await prepare(request);
      const answer = await send(request);
      const error = answer.status < 400 ? '' : ` ${(JSON.parse(answer.text) as { error: string }).error}`;
      expect(request.title).toMatch(new RegExp(`^${answer.status}${error}(?![A-Za-z])`));
    }
  });

  it('covers every endpoint, and every error that a request can provoke', async () => {
    const document = (await (await fetch(`${values['api']}/docs-json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
      components: { schemas: { Problem: { properties: { error: { enum: string[] } } } } };
    };
    const asked = requests.map(({ method, url }) => `${method} ${url.replace('{{api}}', '')}`);
    const endpoints = Object.entries(document.paths).flatMap(([route, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`),
    );
    expect(endpoints.filter((endpoint) => !asked.includes(endpoint))).toEqual([]);
    const titles = requests.map(({ title }) => title).join('\n');
    const errors = document.components.schemas.Problem.properties.error.enum;
    // The errors of the feed require EVENTS_TOKEN; test/e2e/events.test.ts provokes them.
    expect(errors.filter((error) => !titles.includes(error))).toEqual([
      'InvalidToken',
      'RequestTimeout',
      'EventsForgotten',
      'RequestHeadersTooLarge',
      'InternalError',
      'UnknownTransferEncoding',
      'ServiceUnavailable',
    ]);
  });
});

/** Converts `Basic name:password`, as editors accept it, to the form that is sent. */
const encodeBasic = (value: string): string =>
  value.startsWith('Basic ') ? `Basic ${Buffer.from(value.slice(6)).toString('base64')}` : value;
