import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnvironment } from '@app/runtime';
import { SHIPPED_LOCALES } from '../domain/locale';
import type { MailContent } from '../domain/mailer';
import { MailTemplates, type RenderedMail } from './mail-templates';

const code: MailContent = { kind: 'activation_code', code: '073914', expiresInSeconds: 60 };
const notice: MailContent = { kind: 'address_taken' };

const templates = (variables: NodeJS.ProcessEnv = {}): MailTemplates =>
  new MailTemplates(parseEnvironment({ APP_NAME: 'Acme', ...variables }));

describe.each(SHIPPED_LOCALES)('a mail in %s', (locale) => {
  const render = (content: MailContent, variables: NodeJS.ProcessEnv = {}): RenderedMail =>
    templates(variables).render(content, locale);

  it.each([code, notice])('leaves no placeholder unfilled: $kind', (content) => {
    const { subject, text, html } = render(content);
    for (const part of [subject, text, html]) {
      expect(part.trim()).not.toBe('');
      expect(part).not.toMatch(/\{\{|\}\}|undefined|null|NaN|\[object|=>|function/);
      expect(part).toContain('Acme');
    }
    expect(html).toContain(`<html lang='${locale}' dir='${locale === 'ar' ? 'rtl' : 'ltr'}'>`);
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain("name='format-detection'");
  });

  it('starts text and preview with the code, and keeps it out of the subject', () => {
    const { subject, text, html } = render(code, {
      APP_NAME: 'A name of sixty-four characters, which is as long as it may be..',
    });
    expect(subject).not.toContain('073914');
    expect(text.slice(0, 60)).toContain('073914');
    const preview = /<div style='display:none[^>]*>([^<]*)</.exec(html)?.[1] ?? '';
    expect(preview.slice(0, 60)).toContain('073914');
    expect(text.match(/073914/g)).toHaveLength(1);
  });

  it('starts the subject with the code if configured', () => {
    const { subject } = render(code, { MAIL_CODE_IN_SUBJECT: 'true' });
    expect(subject).toMatch(/^073914 .*Acme.*(?<![.。])$/u);
  });

  it('mentions no code in a notice', () => {
    const { text, html } = render(notice, { PUBLIC_ORIGIN: 'https://app.example.com' });
    expect(text).not.toMatch(/\d{4}/);
    expect(text).not.toContain('app.example.com');
    expect(html).not.toContain("class='code'");
  });

  it('escapes the service name in HTML, and leaves it unchanged in text', () => {
    const app = `Tom & "Jerry" <script>alert(1)</script>`;
    for (const content of [code, notice]) {
      const { subject, text, html } = render(content, { BRAND_NAME: app });
      expect(html).not.toContain('<script>');
      expect(html).toContain('Tom &amp; &quot;Jerry&quot; &lt;script&gt;');
      expect(text).toContain(app);
      expect(subject).toContain(app);
    }
  });

  it('ends with the line for autofill, and has the code only in the fragment of the link', () => {
    const { text, html } = render(code, { PUBLIC_ORIGIN: 'https://app.example.com' });
    expect(text.trimEnd().split('\n').at(-1)).toBe('@app.example.com #073914');
    expect(text).toContain('\nhttps://app.example.com/activate#code=073914\n');
    expect(html).toContain("href='https://app.example.com/activate#code&#x3D;073914'");
  });

  it('shows the support address', () => {
    for (const content of [code, notice]) {
      const { text, html } = render(content, { SUPPORT_ADDRESS: 'help@example.com' });
      expect(text).toContain('help@example.com');
      expect(html).toContain('help@example.com');
    }
  });
});

describe('The lifetime of a code', () => {
  it.each([
    ['en', 60, '1\u00a0minute.'],
    ['en', 600, '10\u00a0minutes.'],
    ['en', 90, '90\u00a0seconds.'],
    ['en', 86_400, '1\u00a0day.'],
    ['en', 7_200, '2\u00a0hours.'],
    ['fr', 60, '1\u00a0minute.'],
    ['de', 86_400, '1\u00a0Tag ab.'],
    ['ja', 600, '10\u00a0分です'],
    ['ar', 600, '10\u00a0دقائق.'],
  ])('is written in its own unit: %s, %i seconds', (locale, expiresInSeconds, words) => {
    expect(
      templates().render({ kind: 'activation_code', code: '1234', expiresInSeconds }, locale).text,
    ).toContain(words);
  });
});

describe('The mail templates', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'templates-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(locale: string, files: Record<string, string>): void {
    mkdirSync(path.join(folder, locale), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, locale, name), text);
  }
  const sound = {
    'activation_code.subject.hbs': 'Code for {{app}}\n',
    'activation_code.text.hbs': 'Own {{code}}, {{lifetime}}, {{app}}\n',
    'activation_code.html.hbs': '<p>Own {{code}} {{app}}</p>',
  };
  const own = (): MailTemplates => templates({ MAIL_TEMPLATES_DIR: folder, APP_NAME: 'A & B' });

  it('use the default language if the reader’s is missing', () => {
    expect(templates().render(code, 'xx').subject).toBe('Your Acme activation code');
  });

  it('use the operator’s mail in place of the built-in one, and built-in ones for the others', () => {
    write('fr', sound);
    own().check();
    expect(own().render(code, 'fr')).toEqual({
      subject: 'Code for A & B',
      text: 'Own 073914, 1\u00a0minute, A & B\n',
      html: '<p>Own 073914 A &amp; B</p>',
    });
    expect(own().render(notice, 'fr').subject).toBe('Vous avez déjà un compte A & B');
    expect(own().render(code, 'en').subject).toBe('Your A & B activation code');
  });

  it('support a language of the operator, and fall back to English for missing mails', () => {
    write('nl', sound);
    own().check();
    expect(own().locales).toContain('nl');
    expect(own().render({ ...code, expiresInSeconds: 600 }, 'nl').text).toContain('10\u00a0minuten');
    expect(own().render(notice, 'nl').subject).toBe('You already have an account with A & B');
  });

  it('fall back from a regional language to its language, if that is built in', () => {
    write('de-AT', { ...sound, 'activation_code.text.hbs': '{{code}} {{heading}}' });
    own().check();
    expect(own().render(code, 'de-AT').text).toBe('073914 Aktivieren Sie Ihr Konto');
    expect(own().render(notice, 'de-AT').subject).toBe(own().render(notice, 'de').subject);
    expect(own().render(code, 'de').subject).toBe(
      templates({ APP_NAME: 'A & B' }).render(code, 'de').subject,
    );
  });

  it.each<[string, string, Record<string, string>, RegExp]>([
    [
      'a part is missing',
      'fr',
      { 'activation_code.text.hbs': '{{code}}' },
      /fr\/activation_code\.subject\.hbs: missing/,
    ],
    [
      'it does not compile',
      'fr',
      { ...sound, 'activation_code.text.hbs': '{{#if code}}' },
      /fr\/activation_code\.text\.hbs: Parse error/,
    ],
    [
      'a name is unknown',
      'fr',
      { ...sound, 'activation_code.text.hbs': '{{code}} {{nmae}}' },
      /fr\/activation_code\.text\.hbs: "nmae" not defined/,
    ],
    [
      'it lacks the code',
      'fr',
      { ...sound, 'activation_code.html.hbs': '<p>Hello</p>' },
      /fr\/activation_code\.html\.hbs: does not contain the code/,
    ],
    [
      'it is empty',
      'fr',
      { ...sound, 'activation_code.subject.hbs': ' \n' },
      /fr\/activation_code\.subject\.hbs: is empty/,
    ],
    [
      'a subject has two lines',
      'fr',
      { ...sound, 'activation_code.subject.hbs': 'a\nb' },
      /more than one line/,
    ],
    [
      'it is too large',
      'fr',
      { ...sound, 'activation_code.html.hbs': `{{code}}${'x'.repeat(103_000)}` },
      /larger than 100 KB/,
    ],
    [
      'a file has no use',
      'fr',
      { ...sound, 'activation_cod.text.hbs': 'x' },
      /fr\/activation_cod\.text\.hbs: there is no such mail part/,
    ],
    ['the folder is no language', 'klingon_x', sound, /klingon_x: the folder's name is not a language/],
    [
      'the new language has no code',
      'nl',
      { 'address_taken.text.hbs': 'x' },
      /nl: a language that is not built in needs activation_code/,
    ],
  ])('are refused at start if %s', (_, locale, files, fault) => {
    write(locale, files);
    expect(() => own().check()).toThrow(fault);
  });

  it('are read through links, such as those of a mounted ConfigMap', () => {
    write('..2026_11_27/nl', sound);
    symlinkSync('..2026_11_27', path.join(folder, '..data'));
    symlinkSync(path.join('..data', 'nl'), path.join(folder, 'nl'));
    own().check();
    expect(own().render(code, 'nl').text).toContain('Own 073914');
  });

  it.each<[string, () => void, RegExp]>([
    [
      'a template lies in no folder of a language',
      () => writeFileSync(path.join(folder, 'activation_code.text.hbs'), '{{code}}'),
      /activation_code\.text\.hbs: is not in the folder of a language/,
    ],
    [
      'a language has two folders',
      () => (write('he', sound), write('iw', sound)),
      /iw: the language he already has another folder/,
    ],
    [
      'a link leads nowhere',
      () => {
        write('fr', sound);
        rmSync(path.join(folder, 'fr', 'activation_code.text.hbs'));
        symlinkSync('nowhere', path.join(folder, 'fr', 'activation_code.text.hbs'));
      },
      /fr\/activation_code\.text\.hbs: cannot be read/,
    ],
    [
      'a folder has the name of a template',
      () => {
        write('fr', sound);
        rmSync(path.join(folder, 'fr', 'activation_code.text.hbs'));
        mkdirSync(path.join(folder, 'fr', 'activation_code.text.hbs'));
      },
      /fr\/activation_code\.text\.hbs: /,
    ],
    [
      'a folder of a language has no template',
      () => write('nl', { 'code.txt': 'x' }),
      /nl: a language that is not built in needs/,
    ],
    [
      'MAIL_TEMPLATES_DIR is a file',
      () => (rmSync(folder, { recursive: true }), writeFileSync(folder, 'x')),
      /cannot be read/,
    ],
  ])('are refused at start if %s', (_, prepare, fault) => {
    prepare();
    expect(() => own().check()).toThrow(fault);
  });

  it('are refused at start if the directory is missing', () => {
    expect(() => templates({ MAIL_TEMPLATES_DIR: path.join(folder, 'none') }).check()).toThrow(
      /MAIL_TEMPLATES_DIR: cannot be read/,
    );
  });
});
