import { spawnApp, type SpawnedApp } from '../support/apps';
import { codeIn } from '../support/inbox';
import { pipeline } from '../support/raw-http';
import { Client, MODES, Service } from '../support/service';
import { until } from '../support/until';

const PASSWORD = 'SecurePass123';

interface Report {
  readonly request_counts: Record<string, number>;
  readonly status_counts: Record<string, number>;
  readonly error_count: number;
  readonly business_metrics: { readonly registrations: number; readonly activations: number };
  readonly latencies: Record<string, Record<string, number>>;
}

const report = async (client: Client): Promise<Report> =>
  (await client.get('/api/v1/metrics')).body as unknown as Report;

describe.each(MODES)('Metrics, %s', (mode) => {
  let service: Service;
  let client: Client;

  beforeAll(async () => {
    service = await Service.start(mode);
    client = new Client(service.api.url);
  });
  afterAll(() => service.stop());

  it('count requests, results and latencies by route', async () => {
    await client.register('counted@example.com', PASSWORD);
    await client.register('counted@example.com', PASSWORD);
    const code = codeIn(await service.inbox.mailTo('counted@example.com'));
    await client.activate('counted@example.com', PASSWORD, code);

    const found = await report(client);
    expect(found.request_counts).toMatchObject({
      'POST /api/v1/users/register': 2,
      'POST /api/v1/users/activate': 1,
    });
    expect(found.status_counts).toMatchObject({ 201: 1, 409: 1 });
    expect(found.error_count).toBe(1);
    expect(found.business_metrics).toEqual({ registrations: 1, activations: 1 });
    const { count, min, p50, p95, p99, max } = found.latencies['POST /api/v1/users/register'] ?? {};
    expect(count).toBe(2);
    const ordered = [min, p50, p95, p99, max].map(Number);
    expect(ordered).toEqual([...ordered].sort((one, other) => one - other));
  });

  it('show a scraper the events of the api and the worker', async () => {
    const api = String((await client.get('/metrics')).body['text']);
    expect(api).toContain('registrations_total 1');
    expect(api).toContain('activations_total{result="activated"} 1');
    expect(api).toMatch(
      /http_request_duration_seconds_count\{[^}]*route="\/api\/v1\/users\/register"[^}]*\} 1/,
    );
    const worker = new Client(service.worker?.url ?? '');
    const text = String((await worker.get('/metrics')).body['text']);
    expect(text).toMatch(/mail_send_duration_seconds_count(\{[^}]*\})? [1-9]/);
    expect(text).toMatch(/mails?_owed\S* 0/);
  });

  it('keep their names for any number of paths and methods', async () => {
    const series = async (): Promise<number> =>
      String((await client.get('/metrics')).body['text'])
        .split('\n')
        .filter((line) => line.startsWith('http_')).length;
    await client.send('PATCH', '/junk/first', {}, null);
    const before = await series();
    for (let round = 0; round < 10; round += 1) {
      const heads = Array.from({ length: 100 }, (_, index) => {
        const method = ['GET', 'POST', 'PUT', 'DELETE'][index % 4];
        return `${method} /junk/${round}/${index} HTTP/1.1\r\nHost: localhost\r\n`;
      });
      expect(await pipeline(service.api.port, heads)).toHaveLength(100);
    }
    expect(await series()).toBeLessThanOrEqual(before + 1);
    const found = await report(client);
    expect(Object.keys(found.request_counts).filter((name) => name.includes('junk'))).toEqual([]);
    expect(found.request_counts['unmatched']).toBeGreaterThanOrEqual(1_000);
  });
});

describe('Metrics of several processes', () => {
  let service: Service;
  let other: SpawnedApp;

  beforeAll(async () => {
    service = await Service.startApi('redis');
    other = await spawnApp('api', service.env);
  });
  afterAll(async () => {
    await other.end();
    await service.stop();
  });

  it('are combined in one report, and survive the death of a process', async () => {
    const [here, there] = [new Client(service.api.url), new Client(other.url)];
    await here.register('here@example.com', PASSWORD);
    await there.register('there@example.com', PASSWORD);
    const both = async () => (await report(here)).business_metrics.registrations === 2;
    await until('both are counted', both);
    other.child.signal('SIGKILL');
    await other.child.exit();
    expect(await both()).toBe(true);
  });

  it('are disabled completely when they are off', async () => {
    const silent = await spawnApp('api', { ...service.env, ENABLE_METRICS: 'false' });
    const client = new Client(silent.url);
    for (const path of ['/metrics', '/api/v1/metrics']) {
      const answer = await client.get(path);
      expect([answer.status, answer.body['error']]).toEqual([404, 'NotFound']);
    }
    await silent.end();
  });
});
