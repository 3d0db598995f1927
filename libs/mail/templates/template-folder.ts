import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { canonicalLocale, SHIPPED_LOCALES, type Locale } from '../domain/locale';
import type { MailContent } from '../domain/mailer';

export type MailKind = MailContent['kind'];
export const MAIL_KINDS: readonly MailKind[] = ['activation_code', 'address_taken'];
export const MAIL_PARTS = ['subject', 'text', 'html'] as const;
export type MailPart = (typeof MAIL_PARTS)[number];

/** Largest template, in bytes: mail programs cut a mail at about that size. */
const TEMPLATE_BYTES_MAX = 100 * 1_024;

/** The operator's own templates: which there are, and what is wrong with the folder. */
export interface TemplateFolder {
  /** Files by language and mail, complete ones only. */
  readonly mails: ReadonlyMap<Locale, ReadonlyMap<MailKind, Readonly<Record<MailPart, string>>>>;
  readonly faults: readonly string[];
}

/** Reads `<language>/<mail>.<part>.hbs` of a folder; an empty name is no folder. */
export function readTemplateFolder(folder: string): TemplateFolder {
  const mails = new Map<Locale, Map<MailKind, Record<MailPart, string>>>();
  const faults: string[] = [];
  if (folder === '') return { mails, faults };
  for (const language of foldersIn(folder, faults)) {
    const locale = canonicalLocale(language);
    if (locale === undefined) {
      faults.push(`${language}: the folder's name is not a language such as de or pt-BR`);
      continue;
    }
    const found = mailsIn(path.join(folder, language), language, faults);
    const shipped = SHIPPED_LOCALES.some((known) => known === locale);
    if (!shipped && !found.has('activation_code')) {
      faults.push(`${language}: a language of your own needs activation_code.{subject,text,html}.hbs`);
    } else if (found.size > 0) mails.set(locale, found);
  }
  return { mails, faults };
}

/** The languages that mails can be written in, without reading a template. */
export function localesWith(folder: string): readonly Locale[] {
  return [...new Set([...SHIPPED_LOCALES, ...readTemplateFolder(folder).mails.keys()])];
}

function foldersIn(folder: string, faults: string[]): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    faults.push(`cannot be read: ${(error as Error).message}`);
    return [];
  }
}

function mailsIn(
  folder: string,
  language: string,
  faults: string[],
): Map<MailKind, Record<MailPart, string>> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.hbs'));
  const mails = new Map<MailKind, Record<MailPart, string>>();
  const expected = new Set(MAIL_KINDS.flatMap((kind) => MAIL_PARTS.map((part) => `${kind}.${part}.hbs`)));
  for (const file of files.filter((name) => !expected.has(name))) {
    faults.push(`${language}/${file}: no mail has that part; there are ${[...expected].join(', ')}`);
  }
  for (const kind of MAIL_KINDS) {
    const missing = MAIL_PARTS.filter((part) => !files.includes(`${kind}.${part}.hbs`));
    if (missing.length === MAIL_PARTS.length) continue;
    for (const part of missing)
      faults.push(`${language}/${kind}.${part}.hbs: missing; a mail has all three parts`);
    const paths = Object.fromEntries(
      MAIL_PARTS.map((part) => [part, path.join(folder, `${kind}.${part}.hbs`)]),
    ) as Record<MailPart, string>;
    const large = MAIL_PARTS.filter(
      (part) => !missing.includes(part) && statSync(paths[part]).size > TEMPLATE_BYTES_MAX,
    );
    for (const part of large) faults.push(`${language}/${kind}.${part}.hbs: larger than 100 KB`);
    if (missing.length === 0 && large.length === 0) mails.set(kind, paths);
  }
  return mails;
}
