import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { curlLines } from '../../tools/terminal';
import type { InboxPages } from '../support/inbox';
import { Service } from '../support/service';

/** The shell block of the README that starts with a registration. */
const inReadme = (api: string, inbox: string): string => {
  const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```bash\n([\s\S]*?)^```/gm)];
  const block = blocks.map(([, text = '']) => text).find((text) => text.includes('# 1. Register')) ?? '';
  return block.replaceAll('http://127.0.0.1:8000', api).replaceAll('http://127.0.0.1:8025', inbox);
};

describe('The commands for trying the service', () => {
  let service: Service;
  let inbox: InboxPages;
  beforeAll(async () => {
    service = await Service.start('one-node');
    inbox = await service.inbox.servePages();
  });
  afterAll(async () => {
    inbox.close();
    await service.stop();
  });
  // Both sign up the same person.
  beforeEach(async () => {
    await service.database.sql`truncate users`;
    service.inbox.mailbox.delete();
  });

  it.each([
    ['the README', inReadme],
    ['the banner of make run', curlLines],
  ])('lead from sign-up to an activated account in %s', async (_where, lines) => {
    const script = lines(service.api.url, inbox.url);
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { timeout: 30_000 });
    expect(stdout).toContain('"is_activated":true');
  });
});
