import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';
import { cli } from '../support/cli';

// Each test runs programs, several of them one after another.
jest.setTimeout(90_000);

/** A port on which only root can listen, and on which no program does. */
const UNREACHABLE = { DATABASE_HOST: '127.0.0.1', DATABASE_PORT: '1' };

describe('mail preview', () => {
  it('renders each mail in each language, without a database', async () => {
    const french = await cli(['mail', 'preview', '--language', 'fr', '--format', 'text'], UNREACHABLE);
    expect(french.stdout).toContain('est votre code d’activation');
    const taken = await cli(['mail', 'preview', '--template', 'address_taken', '--json'], {
      ...UNREACHABLE,
      APP_NAME: 'Acme',
    });
    expect(taken.json()).toEqual({
      subject: 'You already have an account with Acme',
      text: expect.stringContaining('Acme'),
      html: expect.stringMatching(/^<!doctype html>/i),
    });
  });

  it('writes to a file', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'preview-'));
    try {
      const file = path.join(folder, 'mail.html');
      const { status, stdout } = await cli(['mail', 'preview', '--output', file], {
        ACTIVATION_CODE_LENGTH: '6',
      });
      expect([status, stdout]).toEqual([0, expect.stringContaining(file)]);
      expect(readFileSync(file, 'utf8')).toContain('123456');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('exits with 1, without its usage, if the mail server does not accept the mail', async () => {
    const env = { SMTP_PORT: String(await freePort()) };
    const { status, stderr } = await cli(['mail', 'preview', '--to', 'me@example.com'], env);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^Not sent: .*ECONNREFUSED[^\n]*\n$/)]);
  });
});

describe('Templates of the operator', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'templates-'));
    mkdirSync(path.join(folder, 'de-AT'));
    for (const part of ['subject', 'text', 'html']) write(part, 'Servus {{code}}');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (part: string, text: string): void =>
    writeFileSync(path.join(folder, 'de-AT', `activation_code.${part}.hbs`), text);

  it('are shown by `mail preview`, however their language is spelled', async () => {
    const args = ['mail', 'preview', '--locale', 'de-at', '--format', 'text'];
    const { status, stdout } = await cli(args, { MAIL_TEMPLATES_DIR: folder });
    expect([status, stdout]).toEqual([0, 'Servus 1234\n']);
  });

  it('stop the worker with 78, and `mail preview`, if any is broken, and all broken ones are reported', async () => {
    write('text', '{{#if code}}');
    write('html', '<p>{{nmae}}</p>');
    const said = [
      /^The configuration has 2 faults:$/m,
      /^ {2}MAIL_TEMPLATES_DIR: de-AT\/activation_code\.text\.hbs: Parse error/m,
      /^ {2}MAIL_TEMPLATES_DIR: de-AT\/activation_code\.html\.hbs: "nmae" not defined/m,
    ];
    const preview = await cli(['mail', 'preview', '--locale', 'de-AT'], { MAIL_TEMPLATES_DIR: folder });
    const worker = new Child('mailer-worker', {
      command: process.execPath,
      args: ['dist/apps/mailer-worker/src/main.js'],
      env: { PATH: process.env['PATH'], ...UNREACHABLE, MAIL_TEMPLATES_DIR: folder },
    });
    expect([preview.status, await worker.exit()]).toEqual([78, 78]);
    for (const words of said) {
      expect(preview.stderr).toMatch(words);
      expect(worker.tail.join('\n')).toMatch(words);
    }
    expect(worker.tail.join('\n')).not.toContain('    at ');
  });
});
