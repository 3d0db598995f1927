import type { ExecutionContext } from '@nestjs/common';
import { parseEnvironment } from '@app/runtime';
import { EventsTokenGuard } from './events-token.guard';

const TOKEN = 'a-token-of-the-test-that-is-long-enough';

describe('EventsTokenGuard', () => {
  const asks = (authorization: string | undefined, token = TOKEN): boolean => {
    const guard = new EventsTokenGuard(parseEnvironment({ EVENTS_TOKEN: token }));
    const request = { get: (name: string) => (name === 'authorization' ? authorization : undefined) };
    const context = { switchToHttp: () => ({ getRequest: () => request }) };
    return guard.canActivate(context as unknown as ExecutionContext);
  };

  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER  ${TOKEN} `])('allows %j', (header) => {
    expect(asks(header)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer "${TOKEN}"`,
    `Bearer=${TOKEN}`,
    `Basic ${Buffer.from(`events:${TOKEN}`).toString('base64')}`,
    `Token ${TOKEN}`,
    ` Bearer ${TOKEN}`,
  ])('answers 401 to %j', (header) => {
    expect(() => asks(header)).toThrow(expect.objectContaining({ error: 'InvalidToken' }));
  });

  it('hides the feed if no token is configured, whatever the request contains', () => {
    for (const header of [undefined, 'Bearer ', `Bearer ${TOKEN}`]) {
      expect(() => asks(header, '')).toThrow(expect.objectContaining({ error: 'NotFound' }));
    }
  });
});
