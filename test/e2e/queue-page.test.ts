import { spawnApp } from '../support/apps';
import { basic, Client, MODES, Service } from '../support/service';
import { until } from '../support/until';

const PAGE_PASSWORD = 'sixteen letters and more';

describe.each(MODES)('The queue page (%s)', (mode) => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start(mode, { QUEUE_PAGE_PASSWORD: PAGE_PASSWORD });
  });
  afterAll(() => service.stop());

  const operator = basic('operator', PAGE_PASSWORD);
  const ask = (path: string, headers: Record<string, string>, method = 'GET'): Promise<Response> =>
    fetch(`${service.worker?.url}${path}`, { method, headers });
  const queue = async (): Promise<Queue> => {
    const answer = await ask('/queue/api/queues?activeQueue=mail&status=active&page=1', operator);
    const { queues } = (await answer.json()) as { queues: [Queue] };
    return queues[0];
  };

  it.each([
    ['nobody', {}],
    ['a wrong password', basic('operator', 'sixteen letters and less')],
    ['another user', basic('admin', PAGE_PASSWORD)],
  ])('is closed to %s, its data and scripts too', async (_who, headers) => {
    for (const path of ['/queue', '/queue/', '/queue/api/queues', '/queue/static/favicon-32x32.png']) {
      const answer = await ask(path, headers);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect((await ask(path, operator)).status).toBe(200);
    }
  });

  it('shows the mails in hand, by their id alone', async () => {
    service.inbox.freeze();
    await new Client(service.api.url).register('queued@example.com', 'SecurePass123');
    const job = await until('the mail is in hand', async () => (await queue()).jobs[0]);
    service.inbox.thaw();
    expect(Object.keys(job.data)).toEqual(['id']);
    expect(JSON.stringify(job)).not.toContain('queued@example.com');
  });

  it('changes nothing', async () => {
    for (const [method, path] of [
      ['PUT', '/queue/api/queues/mail/pause'],
      ['PUT', '/queue/api/queues/mail/empty'],
      ['PUT', '/queue/api/queues/mail/obliterate'],
      ['POST', '/queue/api/queues/mail/add'],
    ] as const) {
      expect([path, (await ask(path, operator, method)).status]).toEqual([path, 405]);
    }
    await ask('/queue/api/queues/pause', operator, 'PUT');
    expect(await queue()).toMatchObject({ name: 'mail', readOnlyMode: true, isPaused: false });
  });

  // What follows is one mode's to show: either is as good, and each start takes a second.
  if (mode === 'one-node') {
    it('is on the worker alone, and on none without a password', async () => {
      expect((await new Client(service.api.url).get('/queue', operator)).status).toBe(404);
      const worker = await spawnApp('mailer-worker', { ...service.env, QUEUE_PAGE_PASSWORD: '' });
      expect((await fetch(`${worker.url}/queue`, { headers: operator })).status).toBe(404);
      await worker.stop();
    });
  } else {
    it('lets go of who asks while Redis is away, and answers again when it is back', async () => {
      await service.redis?.stop();
      await expect(queue()).rejects.toThrow('fetch failed');
      await service.redis?.restart();
      await until('an answer', () => queue().catch(() => null));
      await new Client(service.api.url).register('after@example.com', 'SecurePass123');
      await service.inbox.mailTo('after@example.com');
    });
  }
});

interface Queue {
  readonly name: string;
  readonly jobs: readonly { readonly data: Record<string, unknown> }[];
}
