import { randomBytes } from 'node:crypto';
import { SILENT_INSTRUMENTS, type RequestLabels } from './instruments';
import { Endpoints, statusName, TallyRecorder, UNMATCHED_ROUTE } from './metrics-recorder';
import { ENDPOINTS_MAX, OTHER, RollingTally } from './tally';

describe('TallyRecorder', () => {
  it('counts 10,000 invented paths and methods under a bounded set of names', () => {
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

  it('passes bounded labels and seconds to the instruments', () => {
    const told: [RequestLabels, number][] = [];
    const recorder = new TallyRecorder(new RollingTally(), {
      ...SILENT_INSTRUMENTS,
      requestFinished: (labels, durationSeconds) => told.push([labels, durationSeconds]),
    });
    recorder.recordRequest({ method: 'BREW', route: '/pot', status: 1_000, durationMs: 250 });
    expect(told).toEqual([[{ method: 'other', route: '/pot', status: 'other' }, 0.25]]);
  });
});

describe('Endpoints', () => {
  it('names an endpoint by its method and route template', () => {
    expect(new Endpoints().of('POST', '/api/v1/users/register')).toEqual({
      method: 'POST',
      route: '/api/v1/users/register',
      name: 'POST /api/v1/users/register',
    });
  });

  it('counts all unmatched requests under one name, whatever their method', () => {
    const endpoints = new Endpoints();
    const names = ['GET', 'POST', 'PROPFIND', ''].map((method) => endpoints.of(method, UNMATCHED_ROUTE).name);
    expect(new Set(names)).toEqual(new Set(['unmatched']));
  });

  it('counts unknown methods under one name', () => {
    const endpoints = new Endpoints();
    expect(endpoints.of('BREW', '/pot').name).toBe('other /pot');
    expect(endpoints.of('get', '/pot').name).toBe('other /pot');
  });

  it('counts names beyond the bound as one, and keeps earlier ones', () => {
    const endpoints = new Endpoints();
    for (let place = 0; place < ENDPOINTS_MAX; place += 1) endpoints.of('GET', `/${place}`);
    expect(endpoints.of('GET', '/one-too-many')).toEqual({ method: OTHER, route: OTHER, name: OTHER });
    expect(endpoints.of('GET', '/0').name).toBe('GET /0');
  });

  it('does not accept text with the length of a pasted path as a template', () => {
    expect(new Endpoints().of('GET', `/${'x'.repeat(200)}`).name).toBe(OTHER);
  });
});

describe('statusName', () => {
  it.each([
    [100, '100'],
    [404, '404'],
    [599, '599'],
    [99, OTHER],
    [600, OTHER],
    [200.5, OTHER],
    [Number.NaN, OTHER],
  ])('%p → %p', (status, name) => {
    expect(statusName(status)).toBe(name);
  });
});
