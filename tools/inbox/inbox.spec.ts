import { request } from 'node:http';
import { connect } from 'node:net';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { freePort } from '../processes/ports';
import { startInbox, type Inbox } from './inbox';

interface Listed {
  readonly total: number;
  readonly count: number;
  readonly messages: readonly {
    readonly ID: string;
    readonly Subject: string;
    readonly Snippet: string;
    readonly To: readonly { readonly Address: string }[];
  }[];
}

describe('The inbox', () => {
  let inbox: Inbox;
  let smtpPort: number;
  let webPort: number;

  beforeEach(async () => {
    [smtpPort, webPort] = [await freePort(), await freePort()];
    inbox = await startInbox(smtpPort, webPort);
  });
  afterEach(() => inbox.close());

  const url = (path: string): string => `http://127.0.0.1:${webPort}${path}`;
  const list = async (query = ''): Promise<Listed> =>
    (await (await fetch(url(`/api/v1/messages${query}`))).json()) as Listed;

  async function send(mail: SendMailOptions): Promise<void> {
    const transport = createTransport({ host: '127.0.0.1', port: smtpPort, ignoreTLS: true });
    await transport.sendMail({ from: 'Club <noreply@example.com>', to: 'kevin@example.com', ...mail });
    transport.close();
  }

  it('returns a mail in the format of Mailpit, with its code in Text and HTML', async () => {
    await send({
      subject: 'Grüße 🔑',
      text: 'Your code:\n\n    4711\n',
      html: '<p>Your code: <b>4711</b></p>',
      messageId: '<one@example.com>',
    });
    const { total, count, messages } = await list();
    expect([total, count]).toEqual([1, 1]);
    expect(messages[0]).toMatchObject({
      ID: expect.stringMatching(/^[\w-]{22}$/),
      MessageID: 'one@example.com',
      From: { Name: 'Club', Address: 'noreply@example.com' },
      To: [{ Name: '', Address: 'kevin@example.com' }],
      Subject: 'Grüße 🔑',
      Created: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      Snippet: expect.stringContaining('Your code: 4711'),
      Size: expect.any(Number),
    });
    for (const id of [messages[0]?.ID, 'latest']) {
      const mail = await (await fetch(url(`/api/v1/message/${id}`))).json();
      expect(mail).toMatchObject({
        ID: messages[0]?.ID,
        MessageID: 'one@example.com',
        Date: expect.any(String),
        Text: expect.stringContaining('    4711'),
        HTML: expect.stringContaining('<b>4711</b>'),
      });
    }
  });

  it('lists the newest first, one page at a time', async () => {
    for (const subject of ['first', 'second', 'third']) await send({ subject, text: subject });
    const subjects = async (query: string): Promise<string[]> =>
      (await list(query)).messages.map((mail) => mail.Subject);
    expect(await subjects('')).toEqual(['third', 'second', 'first']);
    expect(await subjects('?start=1&limit=1')).toEqual(['second']);
    expect((await list('?limit=1')).total).toBe(3);
  });

  it('keeps the address of the envelope, even in characters that Node cannot convert to ASCII', async () => {
    await send({ subject: 'x', text: 'x', to: 'kevin@xn--ouc.example' });
    const [mail] = (await list()).messages;
    expect(mail?.To.map(({ Address }) => Address)).toEqual(['kevin@xn--ouc.example']);
  });

  it('keeps the last 500', async () => {
    const raw = (index: number): Buffer => Buffer.from(`Subject: ${index}\r\n\r\nhello\r\n`);
    for (let index = 0; index < 501; index += 1) await inbox.mailbox.add(raw(index), ['kevin@example.com']);
    const { total, messages } = await list('?start=499&limit=10');
    expect([total, messages.map((mail) => mail.Subject)]).toEqual([500, ['1']]);
  });

  it('deletes the given mails, or all without an id', async () => {
    for (const subject of ['one', 'two', 'three']) await send({ subject, text: subject });
    const [, two] = (await list()).messages;
    await fetch(url('/api/v1/messages'), { method: 'DELETE', body: JSON.stringify({ IDs: [two?.ID] }) });
    expect((await list()).messages.map((mail) => mail.Subject)).toEqual(['three', 'one']);
    await fetch(url('/api/v1/messages'), { method: 'DELETE' });
    expect((await list()).total).toBe(0);
    expect((await fetch(url('/api/v1/message/latest'))).status).toBe(404);
  });

  it('returns the latest mail, and the latest one to an address', async () => {
    await send({ subject: 'hers', to: 'marie@example.com', text: 'x' });
    await send({ subject: 'his', text: 'x' });
    const latest = async (query: string): Promise<string> => {
      const answer = await fetch(url(`/api/v1/message/latest${query}`));
      return answer.ok ? ((await answer.json()) as { Subject: string }).Subject : String(answer.status);
    };
    expect(await latest('')).toBe('his');
    expect(await latest('?to=marie@example.com')).toBe('hers');
    expect(await latest('?to=nobody@example.com')).toBe('404');
  });

  it('frames the HTML of a mail without scripts, forms and network access', async () => {
    await send({ subject: 'x', html: '<script>alert(1)</script><img src="https://evil.example/t.gif">' });
    const { ID } = (await list()).messages[0] ?? {};
    const view = await fetch(url(`/view/${ID}.html`));
    const policy = view.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/(^|; ?)sandbox(;|$)/);
    expect(view.headers.get('x-content-type-options')).toBe('nosniff');
    const page = await (await fetch(url('/'))).text();
    expect(page).toMatch(/<iframe[^>]* sandbox=""/);
  });

  it('refuses requests under another host name, which could come from a foreign page', async () => {
    await send({ subject: 'secret', text: '4711' });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { Host: `inbox.evil.example:${webPort}` };
      request({ host: '127.0.0.1', port: webPort, path: '/api/v1/messages', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
    const fromElsewhere = await fetch(url('/api/v1/messages'), {
      headers: { Origin: 'https://evil.example' },
    });
    expect(fromElsewhere.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('refuses a mail over the maximum size, and accepts the next one', async () => {
    await expect(send({ text: 'x'.repeat(1_100_000) })).rejects.toMatchObject({ responseCode: 552 });
    await send({ subject: 'small', text: 'x' });
    expect((await list()).messages.map((mail) => mail.Subject)).toEqual(['small']);
  });

  it('closes although a client keeps its connection open', async () => {
    const idle = connect(smtpPort, '127.0.0.1');
    await new Promise((resolve) => idle.once('data', resolve));
    const started = performance.now();
    await inbox.close();
    expect(performance.now() - started).toBeLessThan(5_000);
    idle.destroy();
    inbox = await startInbox(smtpPort, webPort);
  });

  it('reports that its port is in use', async () => {
    await expect(startInbox(smtpPort, await freePort())).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
