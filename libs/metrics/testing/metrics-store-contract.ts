import { ENDPOINTS_MAX, OTHER, type LatencyWindow } from '../domain/tally';
import { toReport, type MetricsReport } from '../domain/metrics-report';
import type { MetricsStore } from '../domain/metrics-store';
import { exactPercentile, knownDurations, relativeError } from './exact-percentile';
import { meteredProcess } from './metered-process';
import { until } from './until';

const REGISTER = 'POST /api/v1/users/register';

const registration = (durationMs: number, status = 201) => ({
  method: 'POST',
  route: '/api/v1/users/register',
  status,
  durationMs,
});

/** @param create returns an empty store; the window is the rolling hour unless another is given */
export function describeMetricsStoreContract(
  name: string,
  create: (window?: LatencyWindow) => Promise<MetricsStore>,
): void {
  const reportOf = async (store: MetricsStore): Promise<MetricsReport> => toReport(await store.read());

  describe(`MetricsStore contract: ${name}`, () => {
    it('reports zeros before anything has happened', async () => {
      expect(await reportOf(await create())).toEqual({
        request_counts: {},
        status_counts: {},
        error_count: 0,
        business_metrics: { registrations: 0, activations: 0 },
        latencies: {},
      });
    });

    it('sums the counts of several processes', async () => {
      const store = await create();
      const [one, another] = [meteredProcess(store), meteredProcess(store)];
      one.recorder.requestFinished(registration(120.1));
      one.recorder.requestFinished(registration(3.25, 409));
      one.recorder.registered();
      another.recorder.requestFinished(registration(198.3));
      another.recorder.requestFinished({ method: 'GET', route: 'unmatched', status: 404, durationMs: 1 });
      another.recorder.registered();
      another.recorder.activationAnswered('activated');
      await Promise.all([one.reporter.flush(), another.reporter.flush()]);

      const report = await reportOf(store);
      expect(report).toMatchObject({
        request_counts: { [REGISTER]: 3, unmatched: 1 },
        status_counts: { '201': 2, '404': 1, '409': 1 },
        error_count: 2,
        business_metrics: { registrations: 2, activations: 1 },
      });
      expect(report.latencies[REGISTER]).toMatchObject({ count: 3, min: 3.25, max: 198.3 });
    });

    it('keeps adding to earlier counts of a process', async () => {
      const store = await create();
      const { recorder, reporter } = meteredProcess(store);
      for (const durationMs of [10, 30, 20]) {
        recorder.requestFinished(registration(durationMs));
        await reporter.flush();
      }
      const { request_counts, latencies } = await reportOf(store);
      expect(request_counts[REGISTER]).toBe(3);
      expect(latencies[REGISTER]).toMatchObject({ count: 3, min: 10, max: 30 });
      expect(relativeError(latencies[REGISTER]?.p50 ?? 0, 20)).toBeLessThanOrEqual(0.01);
    });

    it('counts repeated writes once', async () => {
      const store = await create();
      const { own, recorder } = meteredProcess(store);
      recorder.requestFinished(registration(150));
      recorder.registered();
      for (let time = 0; time < 3; time += 1) await store.publish(own);
      const report = await reportOf(store);
      expect(report.request_counts).toEqual({ [REGISTER]: 1 });
      expect(report.business_metrics.registrations).toBe(1);
      expect(report.latencies[REGISTER]?.count).toBe(1);
    });

    it('keeps percentiles within 1 % for 100,000 known samples over four processes', async () => {
      const store = await create();
      const processes = Array.from({ length: 4 }, () => meteredProcess(store));
      const durations = knownDurations(100_000);
      for (const [place, durationMs] of durations.entries()) {
        processes[place % 4]?.recorder.requestFinished(registration(durationMs));
        if (place % 25_000 === 0) await Promise.all(processes.map(({ reporter }) => reporter.flush()));
      }
      await Promise.all(processes.map(({ reporter }) => reporter.flush()));

      const summary = (await reportOf(store)).latencies[REGISTER];
      if (summary === undefined) throw new Error('no latencies');
      expect(summary.count).toBe(100_000);
      expect(summary.min).toBe(Math.min(...durations));
      expect(summary.max).toBe(Math.max(...durations));
      expect(relativeError(summary.p50, exactPercentile(durations, 0.5))).toBeLessThanOrEqual(0.01);
      expect(relativeError(summary.p95, exactPercentile(durations, 0.95))).toBeLessThanOrEqual(0.01);
      expect(relativeError(summary.p99, exactPercentile(durations, 0.99))).toBeLessThanOrEqual(0.01);
    });

    it('returns the same to every process, and keeps the counts of an ended one', async () => {
      const store = await create();
      const survivor = meteredProcess(store);
      const killed = meteredProcess(store);
      killed.recorder.requestFinished(registration(100));
      killed.recorder.registered();
      survivor.recorder.requestFinished(registration(200));
      const seenByKilled = await killed.reporter
        .report()
        .then(() => survivor.reporter.report())
        .then(() => killed.reporter.report());
      expect(await survivor.reporter.report()).toEqual(seenByKilled);

      const successor = meteredProcess(store);
      successor.recorder.requestFinished(registration(300));
      const report = await successor.reporter.report();
      expect(report.request_counts[REGISTER]).toBe(3);
      expect(report.business_metrics.registrations).toBe(1);
      expect(report.latencies[REGISTER]).toMatchObject({ count: 3, min: 100, max: 300 });
    });

    it('forgets latencies after an hour, but no counts', async () => {
      const window = { bucketSeconds: 1, buckets: 3 };
      const store = await create(window);
      const { recorder, reporter } = meteredProcess(store, window);
      recorder.requestFinished(registration(150));
      expect((await reporter.report()).latencies[REGISTER]?.count).toBe(1);
      await until('the latencies have left the window', async () => {
        const { latencies } = await reporter.report();
        return latencies[REGISTER] === undefined;
      });
      expect((await reporter.report()).request_counts[REGISTER]).toBe(1);
    });

    it('bounds the endpoints of all processes together', async () => {
      const store = await create();
      for (const version of ['a', 'b', 'c']) {
        const { recorder, reporter } = meteredProcess(store);
        for (let place = 0; place < ENDPOINTS_MAX; place += 1) {
          const route = `/${version}/${place}`;
          recorder.requestFinished({ method: 'GET', route, status: 200, durationMs: 1 });
        }
        await reporter.flush();
      }
      const { request_counts, latencies } = await reportOf(store);
      expect(Object.keys(request_counts)).toHaveLength(ENDPOINTS_MAX + 1);
      expect(request_counts[OTHER]).toBe(2 * ENDPOINTS_MAX);
      expect(Object.keys(latencies)).toHaveLength(ENDPOINTS_MAX + 1);
      expect(latencies[OTHER]?.count).toBe(2 * ENDPOINTS_MAX);
    });

    it('stores any name unchanged', async () => {
      const store = await create();
      const { recorder, reporter } = meteredProcess(store);
      const routes = ['/__proto__', '/a"b\\c', '/é/:id', '/constructor', '/{*path}', '/ '];
      for (const route of routes)
        recorder.requestFinished({ method: 'GET', route, status: 200, durationMs: 0 });
      const report = await reporter.report();
      expect(Object.keys(report.request_counts).sort()).toEqual(routes.map((route) => `GET ${route}`).sort());
      expect(report.latencies['GET /a"b\\c']).toEqual({ count: 1, p50: 0, p95: 0, p99: 0, min: 0, max: 0 });
    });
  });
}
