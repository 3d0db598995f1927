import type { Browser } from 'playwright-core';
import { openPage, startBrowser } from '../support/browser';
import { startSite } from '../support/proxy';
import { Service } from '../support/service';

const PATH = '/auth';

describe('Behind a path of a site', () => {
  let service: Service;
  let site: Awaited<ReturnType<typeof startSite>>;
  let base: string;
  let browser: Browser;

  beforeAll(async () => {
    [service, browser] = await Promise.all([
      Service.startApi('one-node', { PUBLIC_PATH: PATH, TRUST_PROXY: '127.0.0.1' }),
      startBrowser(),
    ]);
    site = await startSite(PATH, service.api.port);
    base = `${site.origin}${PATH}/`;
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    site.stop();
    await service.stop();
  });

  it('every link on the start page works', async () => {
    const index = (await (await fetch(base)).json()) as { links: { href: string }[] };
    expect(index.links.length).toBeGreaterThan(2);
    for (const { href } of index.links) {
      const { status } = await fetch(new URL(href, base));
      expect([href, status]).toEqual([href, 200]);
    }
  });

  it('the type of an error is the path of its page, and every link of that page works', async () => {
    const refused = await fetch(`${base}api/v1/users/register`, { method: 'POST' });
    const problem = (await refused.json()) as { type: string; error: string };
    const url = new URL(problem.type, refused.url);
    const page = await fetch(url, { headers: { Accept: 'text/html,*/*;q=0.8' } });
    const html = await page.text();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(html).toContain(`<h1>${problem.error}</h1>`);
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => new URL(href, url));
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) expect([link.href, (await fetch(link)).status]).toEqual([link.href, 200]);
  });

  it.each(['docs', 'docs/'])(
    '/%s loads whole, and its requests reach the service',
    async (path) => {
      const { page, complaints } = await openPage(browser);
      await page.goto(`${base}${path}`);
      const block = page.locator('[id$="-getHealth"].opblock');
      await block.locator('.opblock-summary-control').click();
      await block.getByRole('button', { name: 'Execute' }).click();
      const status = block.locator('.live-responses-table .response-col_status').last();
      expect(await status.innerText()).toBe('200');
      expect(complaints).toEqual([]);
      await page.close();
    },
    60_000,
  );

  it('a header with another path changes nothing', async () => {
    const elsewhere = { 'X-Forwarded-Prefix': '/elsewhere', 'X-Forwarded-Path': '/elsewhere/docs' };
    const answers = await Promise.all(
      ['', 'docs-json', 'docs', 'nothing'].map((path) => fetch(`${base}${path}`, { headers: elsewhere })),
    );
    for (const answer of answers) expect(await answer.text()).not.toContain('elsewhere');
  });

  it('the OpenAPI document has the path in its server and in the types of its examples', async () => {
    const document = (await (await fetch(`${base}docs-json`)).json()) as {
      servers: object[];
      paths: Record<string, { get: { responses: Record<string, { content: Record<string, unknown> }> } }>;
    };
    expect(document.servers).toEqual([{ url: PATH }]);
    const answer = document.paths['/api/v1/metrics']?.get.responses['404']?.content;
    expect(answer?.['application/problem+json']).toMatchObject({
      examples: { NotFound: { value: { type: `${PATH}/problems/NotFound` } } },
    });
  });
});
