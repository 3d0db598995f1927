import { randomBytes } from 'node:crypto';
import { SILENT_INSTRUMENTS, type RequestLabels } from './instruments';
import { TallyRecorder } from './metrics-recorder';
import { RollingTally } from './rolling-tally';

describe('TallyRecorder', () => {
  it('counts 10,000 made-up paths and methods under a bounded set of names', () => {
    const own = new RollingTally();
    const recorder = new TallyRecorder(own, SILENT_INSTRUMENTS);
    for (let turn = 0; turn < 10_000; turn += 1) {
      const [method, route] = [randomBytes(3).toString('hex'), `/${randomBytes(8).toString('hex')}`];
      recorder.recordRequest({ method, route, status: 404, durationMs: 1 });
      recorder.recordRequest({ method, route: 'unmatched', status: turn, durationMs: 1 });
    }
    const { counts } = own;
    expect(counts.requests.size).toBe(202);
    expect(own.bucketsFrom(0)[0]?.[1].latencies.size).toBe(202);
    expect(counts.requests.get('unmatched')).toBe(10_000);
    expect(counts.statuses.size).toBe(501);
  });

  it('tells the instruments the bounded labels, and seconds', () => {
    const told: [RequestLabels, number][] = [];
    const recorder = new TallyRecorder(new RollingTally(), {
      ...SILENT_INSTRUMENTS,
      requestFinished: (labels, durationSeconds) => told.push([labels, durationSeconds]),
    });
    recorder.recordRequest({ method: 'BREW', route: '/pot', status: 1_000, durationMs: 250 });
    expect(told).toEqual([[{ method: 'other', route: '/pot', status: 'other' }, 0.25]]);
  });
});
