import { databaseAddress } from '../postgres/address';
import { redisAddress } from '../redis/address';
import { parseEnvironment } from './parse-environment';

describe('A server that is verified', () => {
  it.each([
    ['db.example.com', { servername: 'db.example.com' }],
    ['127.0.0.1', { host: '127.0.0.1' }],
    ['::1', { host: '::1' }],
  ])('is requested by its name, and verified by its address if it has no name: %s', (host, identity) => {
    const environment = parseEnvironment({
      DATABASE_HOST: host,
      DATABASE_SSL: 'verify-full',
      REDIS_HOST: host,
      REDIS_TLS: 'true',
    });
    expect(databaseAddress(environment).ssl).toEqual({ rejectUnauthorized: true, ...identity });
    expect(redisAddress(environment)).toMatchObject({ tls: identity });
    expect(Object.keys(redisAddress(environment).tls ?? {})).toEqual(Object.keys(identity));
  });
});
