import type { Browser, Page } from 'playwright-core';
import { axeFaults } from '../support/axe';
import { startBrowser } from '../support/browser';
import { codeIn, type InboxPages } from '../support/inbox';
import { Client, Service } from '../support/service';

const PASSWORD = 'SecurePass123';

let service: Service;
let inbox: InboxPages;
let browser: Browser;

beforeAll(async () => {
  [service, browser] = await Promise.all([Service.start('one-node'), startBrowser()]);
  inbox = await service.inbox.servePages(service.api.url);
}, 60_000);
afterAll(async () => {
  await browser.close();
  inbox.close();
  await service.stop();
});

describe.each(['light', 'dark'] as const)('Axe finds nothing, %s', (colorScheme) => {
  let page: Page;

  beforeEach(async () => {
    page = await browser.newPage({ colorScheme });
  });
  afterEach(() => page.close());

  it('on the sign-up page, from the empty form to the active account', async () => {
    await page.goto(`${inbox.url}/try`);
    expect(await axeFaults(page)).toEqual([]);

    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Enter your email address.').waitFor();
    expect(await axeFaults(page)).toEqual([]);

    const email = `axe.${colorScheme}@example.com`;
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText(/The code expires in \d:\d\d/).waitFor();
    expect(await axeFaults(page)).toEqual([]);

    const code = codeIn(await service.inbox.mailTo(email));
    await page.getByLabel('Activation code').fill(code === '0000' ? '1111' : '0000');
    await page.keyboard.press('Enter');
    await page.getByText('This code is wrong.').waitFor();
    expect(await axeFaults(page)).toEqual([]);

    await page.getByLabel('Activation code').fill(code);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your account is active' }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
  }, 60_000);

  it('on an error page', async () => {
    await page.goto(`${service.api.url}/problems/RateLimitExceeded`);
    await page.getByRole('heading', { name: 'RateLimitExceeded' }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });

  it('in the inbox, empty and with an open mail, and in the mail itself', async () => {
    service.inbox.mailbox.delete();
    await page.goto(inbox.url);
    expect(await axeFaults(page)).toEqual([]);
    const email = `reader.${colorScheme}@example.com`;
    await new Client(service.api.url).register(email, PASSWORD);
    const mail = await service.inbox.mailTo(email);
    await page.frameLocator('iframe').getByText(codeIn(mail), { exact: true }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    // Not at its own address, where no script may run.
    await page.setContent(mail.HTML);
    // The page that shows the mail has its own landmarks.
    expect(await axeFaults(page, 'landmark-one-main', 'region')).toEqual([]);
  }, 60_000);
});
