import { readFileSync } from 'node:fs';
import path from 'node:path';
import Handlebars from 'handlebars';
import type { Locale } from '../domain/locale';
import type { MailContent } from '../domain/mailer';
import { en } from '../locales/en';
import { fr } from '../locales/fr';
import type { Phrases } from '../locales/phrases';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const PHRASES: Record<Locale, Phrases> = { en, fr };

// Compiled when the module loads: a template that is missing or broken stops the start, not the first mail.
const compile = (file: string) =>
  Handlebars.compile(readFileSync(path.join(__dirname, file), 'utf8'), { strict: true });
const html = compile('mail.html.hbs');
const text = compile('mail.text.hbs');

/** Writes a mail in the recipient's language. The subject never holds the code: it shows on locked screens. */
export function render(content: MailContent, locale: Locale, app: string): RenderedMail {
  const phrases = PHRASES[locale];
  const words =
    content.kind === 'activation_code'
      ? {
          ...phrases.activation_code,
          code: content.code,
          expiry: phrases.activation_code.expiry(content.expiresInSeconds),
          subject: phrases.activation_code.subject(app),
          lead: phrases.activation_code.lead(app),
        }
      : {
          ...phrases.address_taken,
          code: null,
          expiry: null,
          subject: phrases.address_taken.subject(app),
          lead: phrases.address_taken.lead(app),
        };
  const values = { ...words, app, locale };
  return { subject: words.subject, text: text(values), html: html(values) };
}
