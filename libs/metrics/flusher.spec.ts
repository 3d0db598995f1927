import { createLogger } from '@app/runtime';
import { SILENT_INSTRUMENTS } from './domain/instruments';
import { meteredProcess } from './testing/metered-process';
import { UnreliableStore } from './testing/unreliable-store';
import { until } from './testing/until';
import { Flusher } from './flusher';

const silent = createLogger({ level: 'silent', app: 'test' });

const answered = { method: 'GET', route: '/api/v1/health', status: 200, durationMs: 5 };

describe('Flusher', () => {
  it('flushes everything counted while the store was unavailable', async () => {
    const store = new UnreliableStore();
    const { recorder, flusher } = meteredProcess(store);
    store.state = 'away';
    for (let second = 0; second < 100; second += 1) {
      recorder.requestFinished(answered);
      expect(await flusher.flush()).toBe(false);
    }
    store.state = 'well';
    expect(await flusher.flush()).toBe(true);
    expect((await store.read()).requests.get('GET /api/v1/health')).toBe(100);
    expect(store.received).toBe(1);
  });

  it('counts once if the write arrived but its reply was lost', async () => {
    const store = new UnreliableStore();
    const { recorder, flusher } = meteredProcess(store);
    store.state = 'answers are lost';
    for (let second = 0; second < 5; second += 1) {
      recorder.registered();
      await flusher.flush();
    }
    store.state = 'well';
    await flusher.flush();
    expect((await store.read()).business.get('registrations')).toBe(5);
  });

  it('sends nothing if nothing was counted', async () => {
    const store = new UnreliableStore();
    const { flusher } = meteredProcess(store);
    expect(await flusher.flush()).toBe(true);
    expect(store.received).toBe(0);
  });

  it('flushes at an interval, and a last time when the app closes', async () => {
    const store = new UnreliableStore();
    const { own, recorder } = meteredProcess(store);
    const flusher = new Flusher(own, store, SILENT_INSTRUMENTS, silent, 5);
    flusher.onApplicationBootstrap();
    recorder.requestFinished(answered);
    await until('something has arrived', async () => store.received === 1);
    recorder.requestFinished(answered);
    await flusher.beforeApplicationShutdown();
    expect((await store.read()).requests.get('GET /api/v1/health')).toBe(2);
  });

  it('reports the first failure, not the following ones, and the recovery', async () => {
    const store = new UnreliableStore();
    const told: string[] = [];
    const write = (line: string) => void told.push((JSON.parse(line) as { message: string }).message);
    const logger = createLogger({ level: 'info', app: 'test' }, { write });
    const instruments = { ...SILENT_INSTRUMENTS, metricsFlushFailed: () => told.push('failed') };
    const { own, recorder } = meteredProcess(store);
    const flusher = new Flusher(own, store, instruments, logger);
    recorder.requestFinished(answered);
    store.state = 'away';
    await flusher.flush();
    await flusher.flush();
    store.state = 'well';
    await flusher.flush();
    await flusher.flush();
    expect(told).toEqual([
      'failed',
      'Flushing metrics failed; counting continues',
      'failed',
      'Flushing metrics has recovered',
    ]);
  });
});
