import { meteredProcess } from '../testing/metered-process';
import { UnreliableStore } from '../testing/unreliable-store';
import { until } from '../testing/until';

const answered = { method: 'GET', route: '/api/v1/health', status: 200, durationMs: 5 };

describe('Flusher', () => {
  it('flushes everything counted while the store was unavailable', async () => {
    const store = new UnreliableStore();
    const { recorder, flusher } = meteredProcess(store);
    store.state = 'away';
    for (let second = 0; second < 100; second += 1) {
      recorder.recordRequest(answered);
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
      recorder.recordBusiness('registrations');
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

  it('flushes at an interval, and a last time when it stops', async () => {
    const store = new UnreliableStore();
    const { recorder, flusher } = meteredProcess(store);
    flusher.start(5);
    recorder.recordRequest(answered);
    await until('something has arrived', async () => store.received === 1);
    recorder.recordRequest(answered);
    expect(await flusher.stop()).toBe(true);
    expect((await store.read()).requests.get('GET /api/v1/health')).toBe(2);
  });

  it('reports the first failure, not the following ones, and the recovery', async () => {
    const store = new UnreliableStore();
    const told: string[] = [];
    const { recorder, flusher } = meteredProcess(store, {
      failed: (_, first) => told.push(first ? 'failed first' : 'failed'),
      recovered: () => told.push('recovered'),
    });
    recorder.recordRequest(answered);
    store.state = 'away';
    await flusher.flush();
    await flusher.flush();
    store.state = 'well';
    await flusher.flush();
    await flusher.flush();
    expect(told).toEqual(['failed first', 'failed', 'recovered']);
  });
});
