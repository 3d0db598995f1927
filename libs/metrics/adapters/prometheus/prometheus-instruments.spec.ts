import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { RollingTally } from '../../domain/tally';
import { HTTP_SERIES_MAX, PrometheusInstruments } from './prometheus-instruments';
import { PrometheusScrape } from '../../scrape/prometheus-scrape';

const create = () => {
  const registry = new Registry();
  const tally = new RollingTally();
  const instruments = new PrometheusInstruments(registry, tally);
  /** The lines of the exposition with this prefix. */
  const lines = async (start: string): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(start));
  return { registry, tally, instruments, lines };
};

describe('PrometheusInstruments', () => {
  it('shows a finished request as a histogram of seconds', async () => {
    const { instruments, lines } = create();
    instruments.requestFinished({ method: 'GET', route: '/livez', status: 200, durationMs: 4 });
    expect(await lines('http_request_duration_seconds_bucket{le="0.005"')).toEqual([
      'http_request_duration_seconds_bucket{le="0.005",method="GET",route="/livez",status="200"} 1',
    ]);
    expect(await lines('http_request_duration_seconds_count')).toHaveLength(1);
  });

  it('counts a request in flight until it ends, once', async () => {
    const { instruments, lines } = create();
    const [one, other] = [instruments.requestStarted(), instruments.requestStarted()];
    expect(await lines('http_requests_in_flight')).toEqual(['http_requests_in_flight 2']);
    one();
    one();
    expect(await lines('http_requests_in_flight')).toEqual(['http_requests_in_flight 1']);
    other();
  });

  it('bounds its series for any labels', async () => {
    const { instruments, lines } = create();
    for (let place = 0; place < 10_000; place += 1) {
      const [route, status] = [`/${place % 100}`, 200 + Math.floor(place / 100)];
      instruments.requestFinished({ method: 'GET', route, status, durationMs: 1 });
    }
    expect(await lines('http_request_duration_seconds_count')).toHaveLength(HTTP_SERIES_MAX + 1);
    expect(await lines('http_request_duration_seconds_count{method="other"')).toEqual([
      'http_request_duration_seconds_count{method="other",route="other",status="other"} 9500',
    ]);
  });

  it('counts 10,000 invented paths and methods under a bounded set of names', () => {
    const { instruments, tally } = create();
    for (let turn = 0; turn < 10_000; turn += 1) {
      const [method, route] = [randomBytes(3).toString('hex'), `/${randomBytes(8).toString('hex')}`];
      instruments.requestFinished({ method, route, status: 404, durationMs: 1 });
      instruments.requestFinished({ method, route: 'unmatched', status: turn, durationMs: 1 });
    }
    const { counts } = tally;
    expect(counts.requests.size).toBe(202);
    expect(tally.bucketsFrom(0)[0]?.[1].size).toBe(202);
    expect(counts.requests.get('unmatched')).toBe(10_000);
    expect(counts.statuses.size).toBe(501);
  });

  it('shows bounded labels and seconds', async () => {
    const { instruments, lines } = create();
    instruments.requestFinished({ method: 'BREW', route: '/pot', status: 1_000, durationMs: 250 });
    expect(await lines('http_request_duration_seconds_sum')).toEqual([
      'http_request_duration_seconds_sum{method="other",route="/pot",status="other"} 0.25',
    ]);
  });

  it('counts registrations and activations', async () => {
    const { instruments, lines } = create();
    instruments.registered();
    instruments.activationAnswered('activated');
    instruments.activationAnswered('code_wrong');
    expect(await lines('registrations_total')).toEqual(['registrations_total 1']);
    expect(await lines('activations_total{result="activated"')).toEqual([
      'activations_total{result="activated"} 1',
    ]);
    expect(await lines('activation_codes_total')).toEqual([
      'activation_codes_total{outcome="issued"} 1',
      'activation_codes_total{outcome="sent"} 0',
      'activation_codes_total{outcome="used"} 1',
      'activation_codes_total{outcome="replaced"} 0',
    ]);
  });

  it('sends one query for all values of one answer, at most once a second', async () => {
    const { instruments, lines } = create();
    let asked = 0;
    instruments.watchMailBacklog(async () => {
      asked += 1;
      return { owed: 3, oldestSeconds: 12.5, unattemptedSeconds: 0.5, givenUp: 1, withheld: 2, held: 3 };
    });
    expect(await lines('mail_owed')).toEqual(['mail_owed 3', 'mail_owed_oldest_age_seconds 12.5']);
    expect(await lines('mail_unattempted')).toEqual(['mail_unattempted_oldest_age_seconds 0.5']);
    expect(await lines('mail_given_up')).toEqual(['mail_given_up 1']);
    expect(await lines('mail_withheld')).toEqual(['mail_withheld 2']);
    expect(await lines('mail_held')).toEqual(['mail_held 3']);
    expect(asked).toBe(1);
  });

  it('shows held mails only if a worker knows about them', async () => {
    const { instruments, lines } = create();
    instruments.watchMailBacklog(() =>
      Promise.resolve({ owed: 3, oldestSeconds: 1, unattemptedSeconds: 1, givenUp: 0, withheld: 0 }),
    );
    expect(await lines('mail_owed ')).toEqual(['mail_owed 3']);
    expect(await lines('mail_held')).toEqual([]);
  });

  it('shows waiting events, and counts delivery attempts', async () => {
    const { instruments, lines } = create();
    expect(await lines('events_')).toEqual([]);
    instruments.watchEventBacklog(() =>
      Promise.resolve({ waiting: 4, oldestSeconds: 700, givenUp: 2, paused: true }),
    );
    instruments.webhookAttempted('postponed', 0.2);
    expect(await lines('events_')).toEqual([
      'events_waiting 4',
      'events_waiting_oldest_age_seconds 700',
      'events_given_up 2',
    ]);
    expect(await lines('webhook_paused')).toEqual(['webhook_paused 1']);
    expect(await lines('webhook_attempts_total')).toEqual([
      'webhook_attempts_total{outcome="delivered"} 0',
      'webhook_attempts_total{outcome="postponed"} 1',
      'webhook_attempts_total{outcome="given_up"} 0',
      'webhook_attempts_total{outcome="paused"} 0',
    ]);
    expect(await lines('webhook_attempt_duration_seconds_count')).toEqual([
      'webhook_attempt_duration_seconds_count 1',
    ]);
  });

  it('leaves unknown values out, and still answers', async () => {
    const { instruments, lines } = create();
    expect(await lines('mail_owed')).toEqual([]);
    instruments.watchMailBacklog(() => Promise.reject(new Error('away')));
    instruments.watchExpiredCodes(() => new Promise<number>(() => {}));
    expect(await lines('mail_owed')).toEqual([]);
    expect(await lines('activation_codes_expired_unused')).toEqual([]);
  });

  it('shows the current hashing queue when scraped', async () => {
    const { instruments, lines } = create();
    const line = { waiting: 4, running: 2, rejected: 7 };
    instruments.watchHashing(() => line);
    expect(await lines('password_hash_queue_length')).toEqual(['password_hash_queue_length 4']);
    expect(await lines('password_hash_rejections_total')).toEqual(['password_hash_rejections_total 7']);
    line.rejected = 9;
    expect(await lines('password_hashes_in_progress')).toEqual(['password_hashes_in_progress 2']);
    expect(await lines('password_hash_rejections_total')).toEqual(['password_hash_rejections_total 9']);
  });

  it('includes metrics of the Node runtime', async () => {
    const { registry } = create();
    const scrape = new PrometheusScrape(registry);
    expect(Registry.PROMETHEUS_CONTENT_TYPE).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await scrape.text()).toContain('nodejs_eventloop_lag_p99_seconds');
  });
});
