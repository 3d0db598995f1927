import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { freePort, isFree } from './ports';

const firstEphemeralPort = (): number => {
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  return Number(range.split(/\s+/)[0]);
};

describe('freePort', () => {
  it('stays below the ports that the system gives to other programs', async () => {
    expect(await freePort()).toBeLessThan(Math.min(firstEphemeralPort(), 32_768));
  });

  it('returns no port twice, even before anything listens on the first one', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, freePort));

    expect(new Set(ports).size).toBe(50);
  });

  it('skips a port on which a program listens', async () => {
    const port = await freePort();
    const server = createServer().listen(port + 1, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));

    expect(await isFree(port + 1)).toBe(false);
    expect(await freePort()).not.toBe(port + 1);
    server.close();
  });
});
