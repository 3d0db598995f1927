import { Configuration } from '../configuration';
import { ConfigurationCheck } from './configuration.check';
import { Findings } from './finding';

function unencrypted(variables: NodeJS.ProcessEnv): string[] {
  const findings = new Findings('Configuration');
  new ConfigurationCheck(Configuration.read(variables)).run(findings);
  return findings.list.filter(({ id }) => id === 'config.encryption').map(({ message }) => message);
}

describe('The check of the configuration', () => {
  it.each([
    ['a socket of PostgreSQL', { DATABASE_HOST: '/var/run/postgresql' }],
    ['loopback addresses', { DATABASE_HOST: '127.0.0.2', SMTP_HOST: '::1', REDIS_HOST: 'localhost' }],
    ['local nodes', { REDIS_CLUSTER: 'true', REDIS_HOST: 'localhost:7000,[::1]:7001' }],
    ['local sentinels', { REDIS_SENTINELS: '127.0.0.1:26379,localhost:26380' }],
  ])('asks for no TLS to %s', (_what, variables) => {
    expect(unencrypted(variables)).toEqual([]);
  });

  it.each([
    ['PostgreSQL', { DATABASE_HOST: 'localhost.example.com' }, 'localhost.example.com (DATABASE_HOST)'],
    ['a mail server', { SMTP_HOST: '10.0.0.1' }, '10.0.0.1 (SMTP_HOST)'],
    [
      'the second mail server',
      { SMTP_FALLBACK_URL: 'smtp://b.example:25?tls=none' },
      'b.example (SMTP_FALLBACK_URL)',
    ],
    [
      'one of the sentinels',
      { REDIS_SENTINELS: '127.0.0.1:26379,10.0.0.1:26379' },
      '127.0.0.1:26379,10.0.0.1:26379 (REDIS_SENTINELS)',
    ],
  ])('warns if the connection to %s crosses a network in plain text', (_what, variables, where) => {
    expect(unencrypted(variables)).toEqual([`the connection to ${where} is not encrypted`]);
  });
});
