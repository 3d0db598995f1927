import type { Browser, Locator, Page } from 'playwright-core';
import { spawnApp } from '../support/apps';
import { openPage, startBrowser } from '../support/browser';
import { codeIn, type InboxPages } from '../support/inbox';
import { Client, Service } from '../support/service';

const EMAIL = 'visitor@example.com';
const PASSWORD = 'SecurePass123';

describe('In a browser', () => {
  let service: Service;
  let inbox: InboxPages;
  let browser: Browser;

  beforeAll(async () => {
    [service, browser] = await Promise.all([Service.start('one-node'), startBrowser()]);
    inbox = await service.inbox.servePages();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    inbox.close();
    await service.stop();
  });

  it('/docs registers an account, accepts its credentials and activates it', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${service.api.url}/docs`);
    const register = await tryOut(page, 'register', { email: EMAIL, password: PASSWORD });
    expect(await answerOf(register)).toBe('201');

    const code = codeIn(await service.inbox.mailTo(EMAIL));
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.getByLabel('Username').fill(EMAIL);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Apply credentials' }).first().click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    const activate = await tryOut(page, 'activate', { activation_code: code });
    expect(await answerOf(activate)).toBe('200');

    expect(complaints).toEqual([]);
    expect((await new Client(service.api.url).activate(EMAIL, PASSWORD, code)).status).toBe(409);
  }, 60_000);

  it('the API documentation and links to it are missing if it is off', async () => {
    const hrefs = async (client: Client): Promise<string[]> =>
      ((await client.get('/')).body['links'] as { href: string }[]).map(({ href }) => href);
    const pages = ['/docs', '/docs-json'];
    expect(await hrefs(new Client(service.api.url))).toEqual(expect.arrayContaining(pages));

    const api = await spawnApp('api', { ...service.env, ENABLE_DOCS: 'false' });
    const client = new Client(api.url);
    for (const page of [...pages, '/docs/swagger-ui.css']) {
      expect([page, (await client.get(page)).status]).toEqual([page, 404]);
    }
    expect((await hrefs(client)).filter((href) => href.startsWith('/docs'))).toEqual([]);
    await api.stop();
  });

  it('the inbox shows a mail as soon as it arrives', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(inbox.url);
    await new Client(service.api.url).register('reader@example.com', PASSWORD);
    await page.getByRole('button', { name: 'reader@example.com' }).click();
    const code = codeIn(await service.inbox.mailTo('reader@example.com'));
    await page.frameLocator('iframe').getByText(code, { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  }, 60_000);

  it.each([
    ['light', 'rgb(243, 244, 246)'],
    ['dark', 'rgb(15, 17, 21)'],
  ] as const)('a mail fits a phone, and is as %s as its reader wants it', async (colorScheme, background) => {
    const address = `phone.${colorScheme}@example.com`;
    await new Client(service.api.url).register(address, PASSWORD);
    const mail = await service.inbox.mailTo(address);
    const page = await browser.newPage({ viewport: { width: 375, height: 667 }, colorScheme });
    await page.goto(`${inbox.url}/view/${mail.ID}.html`);
    await page.getByText(codeIn(mail), { exact: true }).waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(375);
    expect(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).toBe(background);
    await page.close();
  });
});

/** Opens an operation of Swagger UI, fills in the body and sends it. */
async function tryOut(page: Page, operation: string, body: object): Promise<Locator> {
  const block = page.locator(`[id$="-${operation}"].opblock`);
  await block.locator('.opblock-summary-control').click();
  await block.locator('textarea').fill(JSON.stringify(body));
  await block.getByRole('button', { name: 'Execute' }).click();
  return block;
}

/** Status of the received response. */
const answerOf = (block: Locator): Promise<string> =>
  block.locator('.live-responses-table .response-col_status').last().innerText();
