import type { Browser, Page } from 'playwright-core';
import { openPage, startBrowser } from '../support/browser';
import { codeIn, type InboxPages } from '../support/inbox';
import { Client, Service } from '../support/service';

const PASSWORD = 'Sécure Pass 123';

describe('The sign-up page', () => {
  let service: Service;
  let inbox: InboxPages;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    [service, browser] = await Promise.all([Service.start('one-node'), startBrowser()]);
    inbox = await service.inbox.servePages(service.api.url);
    url = `${inbox.url}/try`;
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    inbox.close();
    await service.stop();
  });

  const register = async (page: Page, email: string, password = PASSWORD): Promise<void> => {
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
  };
  const focused = (page: Page): Promise<string> => page.evaluate<string>('document.activeElement.id');

  it('takes a person from registration to an active account, using only the keyboard', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(url);
    await register(page, 'Ada@Example.com');
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
    expect(await page.locator('#address').innerText()).toBe('ada@example.com');
    expect(await focused(page)).toBe('code');
    await page.getByText(/The code expires in \d:\d\d/).waitFor();

    await page.keyboard.type(codeIn(await service.inbox.mailTo('ada@example.com')));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your account is active' }).waitFor();
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Your account is active');
    expect(complaints).toEqual([]);
    const account = await new Client(service.api.url).activate('ada@example.com', PASSWORD, '0000');
    expect(account.body['error']).toBe('UserAlreadyActivated');
    await page.close();
  }, 60_000);

  it('shows at each field what is invalid, and moves the focus there', async () => {
    const { page } = await openPage(browser);
    await page.goto(url);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Enter your email address.').waitFor();
    expect(await focused(page)).toBe('email');
    await register(page, 'ada at example', 'short');
    await page.getByText('This is not an email address.').waitFor();
    await page.getByText('Use at least 8 characters.').waitFor();
    await page.getByLabel('Email address').fill('bob@example.com');
    expect(await page.locator('#email').getAttribute('aria-invalid')).toBeNull();
    expect(await page.locator('#password').getAttribute('aria-invalid')).toBe('true');
    await page.close();
  }, 60_000);

  it('reports a wrong code, sends a new one, and returns to another address', async () => {
    const { page } = await openPage(browser);
    await page.goto(url);
    await register(page, 'carol@example.com');
    const first = codeIn(await service.inbox.mailTo('carol@example.com'));
    await page.getByLabel('Activation code').fill(first === '0000' ? '1111' : '0000');
    await page.keyboard.press('Enter');
    await page.getByText('This code is wrong.').waitFor();
    expect(await focused(page)).toBe('code');

    await page.getByRole('button', { name: 'Send a new code' }).click();
    await page.getByText('A new code is on its way.').waitFor();
    const second = codeIn(await service.inbox.mailTo('carol@example.com', 2));
    await page.getByRole('button', { name: 'Wrong address?' }).click();
    expect(await focused(page)).toBe('email');

    await register(page, 'carol@example.com');
    await page.getByText('This address is already registered.').waitFor();
    await page.getByRole('button', { name: 'I have a code' }).click();
    await page.getByLabel('Activation code').fill(second);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your account is active' }).waitFor();
    await page.close();
  }, 60_000);

  it('shows a message if the service does not respond', async () => {
    const { page } = await openPage(browser);
    await page.goto(url);
    await page.route('**/register', (route) => route.abort());
    await register(page, 'dora@example.com');
    await page.getByText('No connection to the service.').waitFor();
    await page.unroute('**/register');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
    await page.close();
  }, 60_000);

  it('counts down to the times in the response', async () => {
    const page = await browser.newPage();
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const owed = {
      code_state: 'owed',
      code_expires_at: null,
      resend_allowed_at: inSeconds(-1),
      resends_left: 10,
    };
    const sent = {
      ...owed,
      code_state: 'sent',
      code_expires_at: inSeconds(300),
      resend_allowed_at: inSeconds(120),
    };
    const account = { id: '1', email: 'eve@example.com', is_activated: false };
    await page.route('**/register', (route) =>
      route.fulfill({ status: 201, json: { ...account, activation: owed } }),
    );
    await page.route('**/me', (route) => route.fulfill({ json: { ...account, activation: sent } }));
    await page.route('**/activate', (route) =>
      route.fulfill({ status: 400, json: { error: 'InvalidActivationCode', message: '', attempts_left: 1 } }),
    );
    await page.goto(url);
    await register(page, 'eve@example.com');
    await page.getByText('The mail with your code is on its way.').waitFor();
    await page.locator('#code-time', { hasText: /expires in [45]:\d\d/ }).waitFor();
    await page.locator('#resend[aria-disabled=true]').waitFor();
    await page.locator('#resend-time', { hasText: /Available in [12]:\d\d/ }).waitFor();
    await page.getByLabel('Activation code').fill('1234');
    await page.keyboard.press('Enter');
    await page.getByText('This code is wrong. 1 attempt left.').waitFor();
    await page.close();
  }, 60_000);

  it.each(['light', 'dark'] as const)('fits on a phone, %s', async (colorScheme) => {
    const page = await browser.newPage({ viewport: { width: 375, height: 667 }, colorScheme });
    await page.goto(url);
    await register(page, `a.rather.long.address.of.a.${colorScheme}.phone@mail.example.com`);
    await page.getByText(/The code expires in/).waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(375);
    await page.close();
  });
});
