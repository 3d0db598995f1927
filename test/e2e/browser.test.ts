import { createServer, type Server } from 'node:http';
import type { Browser, Locator, Page } from 'playwright-core';
import { freePort } from '../../tools/processes/ports';
import { spawnApp } from '../support/apps';
import { axeFaults } from '../support/axe';
import { openPage, startBrowser } from '../support/browser';
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

describe('The API documentation', () => {
  it('registers an account, accepts its credentials and activates it', async () => {
    const email = 'visitor@example.com';
    const { page, complaints } = await openPage(browser);
    await page.goto(`${service.api.url}/docs`);
    const register = await tryOut(page, 'register', { email, password: PASSWORD });
    expect(await answerOf(register)).toBe('201');

    const code = codeIn(await service.inbox.mailTo(email));
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.getByLabel('Username').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Apply credentials' }).first().click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    const activate = await tryOut(page, 'activate', { activation_code: code });
    expect(await answerOf(activate)).toBe('200');

    expect(complaints).toEqual([]);
    expect((await new Client(service.api.url).activate(email, PASSWORD, code)).status).toBe(409);
  }, 60_000);

  it('is missing, with all links to it, if it is off', async () => {
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
    await api.end();
  });
});

describe('The inbox', () => {
  it('shows a mail as soon as it arrives', async () => {
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
  ] as const)(
    'shows a mail that fits a phone, and is as %s as its reader wants it',
    async (colorScheme, background) => {
      const address = `phone.${colorScheme}@example.com`;
      await new Client(service.api.url).register(address, PASSWORD);
      const mail = await service.inbox.mailTo(address);
      const page = await browser.newPage({ viewport: { width: 375, height: 667 }, colorScheme });
      await page.goto(`${inbox.url}/view/${mail.ID}.html`);
      await page.getByText(codeIn(mail), { exact: true }).waitFor();
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(375);
      expect(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).toBe(background);
      await page.close();
    },
  );
});

describe('The sign-up page', () => {
  const ACCENTED = 'Sécure Pass 123';
  const url = (): string => `${inbox.url}/try`;
  const register = async (page: Page, email: string, password = ACCENTED): Promise<void> => {
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
  };
  const focused = (page: Page): Promise<string> => page.evaluate<string>('document.activeElement.id');

  it('takes a person from registration to an active account, using only the keyboard', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(url());
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
    const account = await new Client(service.api.url).activate('ada@example.com', ACCENTED, '0000');
    expect(account.body['error']).toBe('UserAlreadyActivated');
    await page.close();
  }, 60_000);

  it('shows at each field what is invalid, and moves the focus there', async () => {
    const { page } = await openPage(browser);
    await page.goto(url());
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
    await page.goto(url());
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
    await page.goto(url());
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
    await page.goto(url());
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
    await page.goto(url());
    await register(page, `a.rather.long.address.of.a.${colorScheme}.phone@mail.example.com`);
    await page.getByText(/The code expires in/).waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(375);
    await page.close();
  });
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

describe("The browser's password dialog", () => {
  const ME = '/api/v1/users/me';
  const WRONG = `Basic ${Buffer.from('nobody@example.com:WrongPass123').toString('base64')}`;
  let page: Page;
  /** URLs for which the browser wanted to show its password dialog. */
  let asked: string[];

  beforeEach(async () => {
    [page, asked] = await watchedPage(browser);
    await page.goto(`${service.api.url}/problems/NotFound`);
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
    await page.goto(`${service.api.url}/docs`);
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
