import { createServer, type Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../tools/processes/ports';
import { startBrowser } from '../support/browser';
import { Service } from '../support/service';

const ME = '/api/v1/users/me';
const WRONG = `Basic ${Buffer.from('nobody@example.com:WrongPass123').toString('base64')}`;

describe("The browser's password dialog", () => {
  let service: Service;
  let browser: Browser;
  let page: Page;
  /** URLs for which the browser wanted to show its password dialog. */
  let asked: string[];

  beforeAll(async () => {
    [service, browser] = await Promise.all([Service.startApi('one-node'), startBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await service.stop();
  });
  beforeEach(async () => {
    [page, asked] = await watchedPage(browser);
    await page.goto(`${service.api.url}/docs`);
  });
  afterEach(() => page.close());

  it('opens for a fetch that is answered with Basic, which proves that the test would detect it', async () => {
    const port = await freePort();
    const server: Server = createServer((_request, response) => {
      response
        .writeHead(_request.url === '/' ? 200 : 401, { 'WWW-Authenticate': 'Basic realm="x"' })
        .end('x');
    }).listen(port, '127.0.0.1');
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.evaluate<number>("fetch('/secret').then(({ status }) => status)");
    expect(asked).toEqual([`http://127.0.0.1:${port}/secret`]);
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['default credentials', '{}'],
    ['credentials of every origin', "{ credentials: 'include' }"],
    ['wrong credentials', `{ headers: { Authorization: '${WRONG}' } }`],
    ['a method of its own', `{ method: 'DELETE', headers: { Authorization: '${WRONG}' } }`],
  ])('stays closed for a fetch with %s', async (_what, options) => {
    const status = `fetch('${ME}', ${options}).then(({ status }) => status)`;
    expect([401, 404]).toContain(await page.evaluate<number>(status));
    expect(asked).toEqual([]);
  });

  it.each([
    ['none', ''],
    ['wrong ones', `, 'nobody@example.com', 'WrongPass123'`],
  ])('stays closed for an XMLHttpRequest with credentials: %s', async (_what, credentials) => {
    const status = `new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open('GET', '${ME}', true${credentials});
      request.onloadend = () => resolve(request.status);
      request.send();
    })`;
    expect(await page.evaluate<number>(status)).toBe(401);
    expect(asked).toEqual([]);
  });

  it('stays closed in Swagger UI, without credentials and with wrong ones', async () => {
    const block = page.locator('[id$="-getMe"].opblock, [id$="-getOwnAccount"].opblock').first();
    await block.locator('.opblock-summary-control').click();
    await block.getByRole('button', { name: 'Execute' }).click();
    const status = block.locator('.live-responses-table .response-col_status').last();
    expect(await status.innerText()).toBe('401');

    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.getByLabel('Username').fill('nobody@example.com');
    await page.getByLabel('Password').fill('WrongPass123');
    await page.getByRole('button', { name: 'Apply credentials' }).first().click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    const answered = page.waitForResponse(`**${ME}`);
    await block.getByRole('button', { name: 'Execute' }).click();
    expect((await answered).status()).toBe(401);
    expect(asked).toEqual([]);
  }, 60_000);

  it('opens for a person who opens the URL', async () => {
    await page.goto(`${service.api.url}${ME}`).catch(() => undefined);
    expect(asked).toEqual([`${service.api.url}${ME}`]);
  });

  it("does not concern Node's fetch, which is answered with Basic", async () => {
    const answer = await fetch(`${service.api.url}${ME}`);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Basic realm=/),
    ]);
  });
});

/** A page, and the URLs for which its browser wants to show the password dialog; each request is declined. */
async function watchedPage(browser: Browser): Promise<[Page, string[]]> {
  const page = await browser.newPage();
  const asked: string[] = [];
  const devTools = await page.context().newCDPSession(page);
  devTools.on('Fetch.requestPaused', ({ requestId }) => {
    void devTools.send('Fetch.continueRequest', { requestId }).catch(() => undefined);
  });
  devTools.on('Fetch.authRequired', ({ requestId, request }) => {
    asked.push(request.url);
    const authChallengeResponse = { response: 'CancelAuth' } as const;
    void devTools.send('Fetch.continueWithAuth', { requestId, authChallengeResponse }).catch(() => undefined);
  });
  await devTools.send('Fetch.enable', { handleAuthRequests: true });
  return [page, asked];
}
