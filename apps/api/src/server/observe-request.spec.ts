import { parseEnvironment } from '@app/runtime';
import { clientName } from './observe-request';

const environment = parseEnvironment({});
const morning = new Date('2026-03-04T00:00:00Z');
const evening = new Date('2026-03-04T23:59:59Z');
const tomorrow = new Date('2026-03-05T00:00:00Z');

describe('The name of a client in a log line', () => {
  it('stays the same for a day and then changes', () => {
    const name = clientName(environment, '203.0.113.7', morning);
    expect(clientName(environment, '203.0.113.7', evening)).toBe(name);
    expect(clientName(environment, '203.0.113.7', tomorrow)).not.toBe(name);
  });

  it('distinguishes clients without containing their address', () => {
    const name = clientName(environment, '203.0.113.7', morning);
    expect(clientName(environment, '203.0.113.8', morning)).not.toBe(name);
    expect(name).not.toContain('203');
  });

  it('is keyed, so that hashing all addresses without SECRET_KEY does not reveal it', () => {
    const other = parseEnvironment({ SECRET_KEY: 'another key of the test, long enough to be taken' });
    expect(clientName(other, '203.0.113.7', morning)).not.toBe(
      clientName(environment, '203.0.113.7', morning),
    );
  });

  it('is the address if LOG_CLIENT_ADDRESS is on', () => {
    const plain = parseEnvironment({ LOG_CLIENT_ADDRESS: 'true' });
    expect(clientName(plain, '203.0.113.7', morning)).toBe('203.0.113.7');
  });
});
