import { LOCALES } from '../domain/locale';
import type { MailContent } from '../domain/mailer';
import { render } from './render';

const code: MailContent = { kind: 'activation_code', code: '073914', expiresInSeconds: 60 };
const notice: MailContent = { kind: 'address_taken' };

describe.each(LOCALES)('a mail in %s', (locale) => {
  it.each([code, notice])('leaves no placeholder unfilled: $kind', (content) => {
    const { subject, text, html } = render(content, locale, 'Acme');
    for (const part of [subject, text, html]) {
      expect(part.trim()).not.toBe('');
      expect(part).not.toMatch(/\{\{|\}\}|undefined|null|NaN|\[object|=>|function/);
      expect(part).toContain('Acme');
    }
    expect(html).toContain(`<html lang='${locale}'>`);
    expect(html).toMatch(/^<!doctype html>/);
  });

  it('holds the code once in the text, once in the HTML, and never in the subject', () => {
    const { subject, text, html } = render(code, locale, 'Acme');
    expect(subject).not.toContain('073914');
    expect(text.match(/073914/g)).toHaveLength(1);
    expect(html.match(/073914/g)).toHaveLength(1);
    expect(text).toMatch(/^ {4}073914$/m);
  });

  it('says nothing of a code in a notice', () => {
    const { text, html } = render(notice, locale, 'Acme');
    expect(text).not.toMatch(/\d{4}/);
    expect(html).not.toContain("class='code'");
  });

  it('escapes the name of the service in HTML, and leaves it as it is in text', () => {
    const app = `Tom & "Jerry" <script>alert(1)</script>`;
    for (const content of [code, notice]) {
      const { subject, text, html } = render(content, locale, app);
      expect(html).not.toContain('<script>');
      expect(html).toContain('Tom &amp; &quot;Jerry&quot; &lt;script&gt;');
      expect(text).toContain(app);
      expect(subject).toContain(app);
    }
  });

  it('says how long the code is good for', () => {
    const lifeOf = (expiresInSeconds: number): string =>
      render({ kind: 'activation_code', code: '1234', expiresInSeconds }, locale, 'Acme').text;
    expect(lifeOf(60)).toMatch(/1\u00a0minute\./);
    expect(lifeOf(600)).toMatch(/10\u00a0minutes\./);
    expect(lifeOf(90)).toMatch(/90\u00a0second(e)?s\./);
  });
});

it('writes each language in its own words', () => {
  expect(render(code, 'fr', 'Acme').subject).toBe('Votre code d’activation Acme');
  expect(render(code, 'en', 'Acme').subject).toBe('Your Acme activation code');
});
