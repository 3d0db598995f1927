import { createLogger } from '@app/runtime';
import { SILENT_INSTRUMENTS } from './domain/instruments';
import { meteredProcess } from './testing/metered-process';
import { UnreliableStore } from './testing/unreliable-store';
import { until } from './testing/until';
import { MetricsReporter } from './metrics-reporter';

const silent = createLogger({ level: 'silent', app: 'test' });

const answered = { method: 'GET', route: '/api/v1/health', status: 200, durationMs: 5 };

describe('MetricsReporter', () => {
  it('flushes everything counted while the store was unavailable', async () => {
    const store = new UnreliableStore();
    const { recorder, reporter } = meteredProcess(store);
    store.state = 'unavailable';
    for (let second = 0; second < 100; second += 1) {
      recorder.requestFinished(answered);
      expect(await reporter.flush()).toBe(false);
    }
    store.state = 'available';
    expect(await reporter.flush()).toBe(true);
    expect((await store.read()).requests.get('GET /api/v1/health')).toBe(100);
    expect(store.received).toBe(1);
  });

  it('counts once if the write arrived but its reply was lost', async () => {
    const store = new UnreliableStore();
    const { recorder, reporter } = meteredProcess(store);
    store.state = 'replies are lost';
    for (let second = 0; second < 5; second += 1) {
      recorder.registered();
      await reporter.flush();
    }
    store.state = 'available';
    await reporter.flush();
    expect((await store.read()).business.get('registrations')).toBe(5);
  });

  it('sends nothing if nothing was counted', async () => {
    const store = new UnreliableStore();
    const { reporter } = meteredProcess(store);
    expect(await reporter.flush()).toBe(true);
    expect(store.received).toBe(0);
  });

  it('flushes at an interval, and a last time when the app closes', async () => {
    const store = new UnreliableStore();
    const { own, recorder } = meteredProcess(store);
    const reporter = new MetricsReporter(own, store, SILENT_INSTRUMENTS, silent, 5);
    reporter.onApplicationBootstrap();
    recorder.requestFinished(answered);
    await until('something has arrived', async () => store.received === 1);
    recorder.requestFinished(answered);
    await reporter.beforeApplicationShutdown();
    expect((await store.read()).requests.get('GET /api/v1/health')).toBe(2);
  });

  it('reports the first failure, not the following ones, and the recovery', async () => {
    const store = new UnreliableStore();
    const told: string[] = [];
    const write = (line: string) => void told.push((JSON.parse(line) as { message: string }).message);
    const logger = createLogger({ level: 'info', app: 'test' }, { write });
    const instruments = { ...SILENT_INSTRUMENTS, metricsFlushFailed: () => told.push('failed') };
    const { own, recorder } = meteredProcess(store);
    const reporter = new MetricsReporter(own, store, instruments, logger);
    recorder.requestFinished(answered);
    store.state = 'unavailable';
    await reporter.flush();
    await reporter.flush();
    store.state = 'available';
    await reporter.flush();
    await reporter.flush();
    expect(told).toEqual([
      'failed',
      'Flushing metrics failed; counting continues',
      'failed',
      'Flushing metrics has recovered',
    ]);
  });
});
