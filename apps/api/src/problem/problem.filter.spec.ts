import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { Logger } from '@app/runtime';
import { problemOf, startEdge, type EdgeApp } from '../testing/edge-app';

describe('Challenges of a 401', () => {
  let edge: EdgeApp;
  beforeAll(async () => {
    edge = await startEdge({ ENABLE_RATE_LIMITING: 'false' });
  });
  afterAll(() => edge.app.close());

  it.each([
    ['a command line', {}, 'Basic'],
    ['a person who opens the address', { 'Sec-Fetch-Dest': 'document' }, 'Basic'],
    ["Node's fetch", { 'Sec-Fetch-Mode': 'cors' }, 'Basic'],
    ["a page's fetch", { 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Mode': 'cors' }, 'xBasic'],
    ['an older script', { 'X-Requested-With': 'XMLHttpRequest' }, 'xBasic'],
  ])('use a scheme that %s understands', async (_who, headers, scheme) => {
    const answer = await edge.http.post('/api/v1/users/activation-codes').set(headers);
    expect([answer.status, problemOf(answer).error, answer.headers['www-authenticate']]).toEqual([
      401,
      'InvalidCredentials',
      `${scheme} realm="User Registration", charset="UTF-8"`,
    ]);
  });
});

@Controller()
class Unready {
  @Get('readyz')
  readyz(): never {
    throw new ServiceUnavailableException({ status: 'error' });
  }
  @Get('other')
  other(): never {
    throw new ServiceUnavailableException();
  }
}

describe('The log of a 503', () => {
  it('has one line about the error, and none for a probe, which asks every few seconds', async () => {
    const { app, http } = await startEdge({ ENABLE_RATE_LIMITING: 'false' }, [Unready]);
    try {
      const warn = jest.spyOn(app.get<Logger>(Logger), 'warn');
      expect((await http.get('/readyz')).body).toEqual({ status: 'error' });
      expect(warn).not.toHaveBeenCalled();
      expect((await http.get('/other')).status).toBe(503);
      expect(warn).toHaveBeenCalledTimes(1);
    } finally {
      await app.close();
    }
  });
});
