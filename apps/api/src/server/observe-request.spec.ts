import { parseEnvironment } from '@app/runtime';
import { clientName } from './observe-request';

const environment = parseEnvironment({});
const morning = new Date('2026-03-04T00:00:00Z');
const evening = new Date('2026-03-04T23:59:59Z');
const tomorrow = new Date('2026-03-05T00:00:00Z');

describe('The name of a client in a log line', () => {
  it('is the same all day and another one tomorrow', () => {
    const name = clientName(environment, '203.0.113.7', morning);
    expect(clientName(environment, '203.0.113.7', evening)).toBe(name);
    expect(clientName(environment, '203.0.113.7', tomorrow)).not.toBe(name);
  });

  it('tells clients apart, and does not hold their address', () => {
    const name = clientName(environment, '203.0.113.7', morning);
    expect(clientName(environment, '203.0.113.8', morning)).not.toBe(name);
    expect(name).not.toContain('203');
  });

  it('is keyed: without SECRET_KEY, trying all addresses is no use', () => {
    const other = parseEnvironment({ SECRET_KEY: 'another key of the test, long enough to be taken' });
    expect(clientName(other, '203.0.113.7', morning)).not.toBe(
      clientName(environment, '203.0.113.7', morning),
    );
  });

  it('is the address where LOG_CLIENT_ADDRESS says so', () => {
    const plain = parseEnvironment({ LOG_CLIENT_ADDRESS: 'true' });
    expect(clientName(plain, '203.0.113.7', morning)).toBe('203.0.113.7');
  });
});
