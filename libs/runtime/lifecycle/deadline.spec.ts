import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Unavailable, within } from './deadline';

describe('within', () => {
  const late = (): Error => new Unavailable('redis', 'no answer in time');
  const never = new Promise<never>(() => {});

  it('returns the result of a promise in time', async () => {
    await expect(within(Promise.resolve('answer'), 1_000, late)).resolves.toBe('answer');
    await expect(within(Promise.reject(new Error('refused')), 1_000, late)).rejects.toThrow('refused');
  });

  it('throws the given error when the time is up', async () => {
    const started = performance.now();
    await expect(within(never, 50, late)).rejects.toMatchObject({
      name: 'Unavailable',
      dependency: 'redis',
      reason: 'no answer in time',
    });
    expect(performance.now() - started).toBeGreaterThanOrEqual(45);
  });

  it('ignores a promise that rejects too late', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    try {
      let reject: (error: Error) => void = () => {};
      const slow = new Promise<never>((_, fail) => {
        reject = fail;
      });
      await expect(within(slow, 10, late)).rejects.toThrow(Unavailable);
      reject(new Error('too late'));
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      expect(unhandled).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', unhandled);
    }
  });

  it('accepts an answer that arrived in time while this process was too busy to read it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [[peer]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
      [Socket],
      unknown,
    ];
    try {
      const answer = within(once(socket, 'data'), 50, late);
      peer.write('answer');
      const busyUntil = performance.now() + 100;
      while (performance.now() < busyUntil);
      await expect(answer).resolves.toEqual([Buffer.from('answer')]);
    } finally {
      socket.destroy();
      server.close();
    }
  });

  it('extends the time of a query that was sent late because this process stalled', async () => {
    let answer: (text: string) => void = () => {};
    const answered = within(new Promise<string>((resolve) => (answer = resolve)), 60, late);
    const stillUntil = performance.now() + 200;
    while (performance.now() < stillUntil);
    setTimeout(() => answer('answer'), 20);
    await expect(answered).resolves.toBe('answer');
  });

  it('leaves no timer behind', async () => {
    jest.useFakeTimers();
    try {
      await within(Promise.resolve(1), 60_000, late);
      await within(Promise.reject(new Error('refused')), 60_000, late).catch(() => {});
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
